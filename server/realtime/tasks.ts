import type { Change, Topic } from '../../shared/realtime.ts'
import type { Task } from '../../shared/tasks.ts'

/** A callback or a task as it was told, and in which topics it stood. */
export interface ToldTask {
  taskId: string
  topics: ReadonlySet<Topic>
}

/** The same as it is now. */
export interface TaskNow {
  task: Task
  topics: ReadonlySet<Topic>
}

/** What a change of a task changes in each topic: it stands there as it is now, or not any more. */
export function taskChanges(before: ToldTask | null, after: TaskNow | null): Map<Topic, Change> {
  const changes = new Map<Topic, Change>()
  if (before !== null)
    for (const topic of before.topics) changes.set(topic, { type: 'task.gone', taskId: before.taskId })
  if (after !== null)
    for (const topic of after.topics) changes.set(topic, { type: 'task.set', task: after.task })
  return changes
}
