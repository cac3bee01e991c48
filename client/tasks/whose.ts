import type { TaskFor } from '../../shared/tasks.ts'

/** Whose a task is, as a choice in a list has it: see WhoseSelect.vue. */
export function whoseOf(value: string): TaskFor {
  const [kind, ...rest] = value.split(' ')
  const id = rest.join(' ')
  if (kind === 'person') return { kind: 'person', personId: id }
  return kind === 'queue' ? { kind: 'queue', queue: id } : { kind: 'anybody' }
}
