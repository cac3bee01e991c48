import { computed } from 'vue'
import { now } from '../ui/clock.ts'
import { useTasks } from './tasks.ts'

/** A promise that was due longer ago is told by the list alone, ms. */
const justNowMs = 5 * 60_000

/** What of mine I am to be reminded of: what is due soon, the next one first, and what has just become due. */
export function useReminders() {
  const tasks = useTasks()
  const mine = computed(() =>
    tasks.open
      .filter((task) => task.kind !== 'missed' && tasks.isMine(task))
      .sort((one, other) => one.dueAt - other.dueAt),
  )
  return {
    soon: computed(() => mine.value.filter((task) => task.remindedAt !== null && task.dueAt > now.value)),
    due: computed(() =>
      mine.value.filter(({ dueAt }) => dueAt <= now.value && dueAt > now.value - justNowMs),
    ),
  }
}
