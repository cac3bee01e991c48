import type { Logger } from 'pino'
import { pbxOfId } from '../../shared/pbx-names.ts'
import { countryOf } from '../../shared/phone-numbers.ts'
import type { Config } from '../config.ts'
import type { Customers } from '../customers/customers.ts'
import type { Database } from '../database/database.ts'
import { createJobs, type Jobs } from '../database/jobs.ts'
import type { Floor } from '../floor/state.ts'
import { queuesOf } from '../floor/views.ts'
import type { People } from '../people/people.ts'
import type { Realtime } from '../realtime/realtime.ts'
import type { Settings } from '../settings/settings.ts'
import { createMessageFinder } from './message-files.ts'
import { createDoNotCall, type DoNotCallList } from './do-not-call.ts'
import { createBlockedStore, createTaskStore } from './model.ts'
import { createTasks, type Tasks } from './tasks.ts'
import { topicsOfTask } from './task.ts'

/** What callbacks and tasks need of the other parts of a server; each is satisfied by the part of that name. */
export interface TaskParts {
  config: Config
  database: Database
  people: Pick<People, 'nameOf' | 'rightsOf' | 'deskOf' | 'list'>
  settings: Pick<Settings, 'read' | 'isOpenAt'>
  customers: () => Pick<Customers, 'readForTask' | 'promisesChanged'>
  realtime: () => Pick<Realtime, 'taskChanged'>
  floor: () => Floor
  log: Logger
}

const minuteMs = 60_000

/** Makes the callbacks and tasks of a server of its parts. */
export function assembleTasks(parts: TaskParts): Tasks & { jobs: Jobs; doNotCall: DoNotCallList } {
  const { config, people, settings, floor, log } = parts
  const readNumber = (raw: string) => settings.read(raw, null)
  /** Where the mailboxes of a call’s PBX are as files; empty where they are not to be reached. */
  const folderOf = (callId: string) =>
    config.pbxs.find(({ name }) => name === pbxOfId(callId))?.VOICEMAIL_DIR ?? ''
  const doNotCall = createDoNotCall({
    store: createBlockedStore(parts.database),
    readNumber,
    nameOf: people.nameOf,
  })
  const tasks = createTasks({
    store: createTaskStore(parts.database),
    doNotCall,
    rules: {
      remindMs: config.CALLBACK_REMINDER_MINUTES * minuteMs,
      escalateMs: config.CALLBACK_ESCALATION_MINUTES * minuteMs,
      spacingMs: config.CALLBACK_SPACING_MINUTES * minuteMs,
      attempts: config.CALLBACK_ATTEMPTS,
      keepMs: config.TASK_DAYS * 24 * 60 * minuteMs,
    },
    hoursOf: (number) => {
      const { everywhere, of } = config.CALL_HOURS
      return (number === null ? undefined : of.get(countryOf(number) ?? '')) ?? everywhere
    },
    ourZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    readNumber,
    customer: (customerId) => parts.customers().readForTask(customerId),
    people: { nameOf: people.nameOf, rightsOf: people.rightsOf, all: people.list },
    returnsCallsOf: (queue) => !config.MISSED_CALLS_NOT_RETURNED.includes(queue),
    isOpen: config.REFUSED_CALLS_RETURNED ? settings.isOpenAt : null,
    queuesOf: (personId) => queuesOf(floor(), people.deskOf(personId) ?? ''),
    queues: () => floor().queues.keys(),
    reachesMessages: (callId) => folderOf(callId) !== '',
    message: createMessageFinder(folderOf, log),
    onChange: (before, after) => {
      parts
        .realtime()
        .taskChanged(
          before && { topics: topicsOfTask(before), taskId: before._id },
          after && { topics: topicsOfTask(after), task: tasks.viewOf(after) },
        )
      for (const customerId of new Set([before?.customerId, after?.customerId]))
        if (customerId != null) parts.customers().promisesChanged(customerId)
    },
    log,
  })
  const jobs = createJobs(
    parts.database,
    [
      { name: 'tasks.wake', every: '10 seconds', work: tasks.wake },
      {
        name: 'tasks.clean',
        every: '0 3 * * *',
        work: async () => {
          await tasks.clean()
          await doNotCall.clean(config.TASK_DAYS * 24 * 60 * minuteMs)
        },
      },
    ],
    { node: config.NODE_NAME, log },
  )
  return { ...tasks, jobs, doNotCall }
}
