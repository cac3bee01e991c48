import type { Logger } from 'pino'
import type { z } from 'zod'
import { isCallable, type CallHours } from '../../shared/call-times.ts'
import type { promiseSchema } from '../../shared/customers.ts'
import type { ReadNumber } from '../../shared/number-reader.ts'
import type { Right } from '../../shared/people.ts'
import { ProblemError } from '../../shared/problems.ts'
import type {
  NewTask,
  Task,
  TaskChoices,
  TaskFor,
  TaskStep,
  TaskWithTrail,
  Times,
} from '../../shared/tasks.ts'
import { lookAround } from '../database/look-around.ts'
import type { HeardCall } from '../history/heard-calls.ts'
import { afterCall, isWith } from './after-call.ts'
import { listened, messageIn, messageTask, placeTask, promisedPlace } from './kept.ts'
import type { MessageFile, MessageSought } from './message-files.ts'
import { missedAgain, missedIn, missedTask, type MissedPlace } from './missed.ts'
import type { DoNotCallList } from './do-not-call.ts'
import type { TaskStore } from './model.ts'
import {
  maySee,
  topicsOfTask,
  stepped,
  taskFrom,
  toCall,
  withoutCustomer,
  type Doer,
  woken,
  type StoredTask,
  type TaskRules,
} from './task.ts'
import { taskView } from './view.ts'
import { zonesOf, type Whereabouts } from './zones.ts'

/** What was promised, as a card tells it. */
type CustomerPromise = z.infer<typeof promiseSchema>

/** What of a card tasks need. */
export interface TaskCustomer extends Whereabouts {
  name: string
  /** In E.164, the first the one that is called. */
  numbers: string[]
}

export interface TasksOptions {
  store: TaskStore
  rules: TaskRules
  doNotCall: Pick<DoNotCallList, 'check' | 'refuse'>
  /** Between which hours somebody with a number may be called. */
  hoursOf: (number: string | null) => CallHours
  /** The centre’s own time zone. */
  ourZone: string
  readNumber: (raw: string) => ReadNumber
  /** @throws ProblemError `customer.unknown`, `database.unreachable` */
  customer: (customerId: string) => Promise<TaskCustomer>
  people: {
    /** The name that a person goes by now; null for one who was erased. */
    nameOf: (personId: string) => string | null
    rightsOf: (personId: string) => ReadonlySet<Right>
    all: () => { personId: string; name: string }[]
  }
  /** Whether a call that reached nobody in a queue is to be returned. */
  returnsCallsOf: (queue: string) => boolean
  /** Whether the center is open at an instant, ms; null where calls refused at the door are not returned. */
  isOpen: ((at: number) => boolean) | null
  /** The queues whose agent a person is now. */
  queuesOf: (personId: string) => readonly string[]
  queues: () => Iterable<string>
  /**
   * A message in a mailbox of a call’s PBX; null where it is not there any more. @throws ProblemError `voicemail.no_folder`,
   * `voicemail.unreadable`
   */
  message: (callId: string, sought: MessageSought) => Promise<MessageFile | null>
  /** Whether the recordings of a call’s PBX can be reached. */
  reachesMessages: (callId: string) => boolean
  /** A task is not what it was; null for one that was not known before, or is to be known no more. */
  onChange: (before: StoredTask | null, after: StoredTask | null) => void
  log: Pick<Logger, 'warn' | 'error'>
  now?: () => number
}

export type Tasks = ReturnType<typeof createTasks>

/** So many that are open are kept in mind; more than any centre has. */
const mostOpen = 20_000
/** One that was closed stays in sight so long, so that whoever closed it can undo that, ms. */
const closedStaysMs = 10 * 60_000
const mostTries = 5
const mostWoken = 500
/** So long it is known of one that was erased that it was, so that nothing brings it back, ms. */
const erasedStaysMs = 30 * 24 * 3_600_000

/**
 * What was promised to customers, and calls that are to be returned: kept in the database, where a change is a
 * compare-and-set; those that are open are held in memory as well, by each server, for whoever may see them.
 */
export function createTasks(options: TasksOptions) {
  const { store, rules, people, readNumber, hoursOf } = options
  const now = options.now ?? Date.now
  const known = new Map<string, StoredTask>()
  let until = new Date(0)
  let stopLooking: (() => void) | undefined

  const isInSight = (task: StoredTask): boolean =>
    task.state === 'open' || (task.closed !== null && task.closed.at > now() - closedStaysMs)

  /** Has a task in mind as it is now, and tells whoever sees it; what is known better is let be. */
  function take(task: StoredTask): void {
    const before = known.get(task._id) ?? null
    if (before !== null && before.version >= task.version) return
    if (isInSight(task)) known.set(task._id, task)
    else if (!known.delete(task._id)) return
    options.onChange(before, isInSight(task) ? task : null)
  }

  async function follow(): Promise<void> {
    const found = await store.changedSince(until)
    until = found.until
    for (const task of found.tasks) take(task)
    for (const task of known.values()) {
      if (isInSight(task)) continue
      known.delete(task._id)
      options.onChange(task, null)
    }
  }

  const doer = (personId: string): Doer => ({
    personId,
    rights: people.rightsOf(personId),
    queues: new Set(options.queuesOf(personId)),
  })

  const viewOf = (task: StoredTask): Task =>
    taskView(task, { nameOf: people.nameOf, readNumber, hoursOf, reachesMessages: options.reachesMessages })

  function refuseNobody(whose: TaskFor): void {
    if (whose.kind === 'queue' && ![...options.queues()].includes(whose.queue))
      throw new ProblemError('task.nobody')
    if (whose.kind !== 'person') return
    if (!people.rightsOf(whose.personId).has('tasks.use')) throw new ProblemError('task.nobody')
  }

  /** A task that somebody may see. */
  async function seen(taskId: string, personId: string): Promise<StoredTask> {
    const task = await store.read(taskId)
    if (task === null || task.state === 'erased' || !maySee(task, doer(personId)))
      throw new ProblemError('task.unknown')
    take(task)
    return task
  }

  /**
   * Changes a task, whoever else writes meanwhile.
   * @param make of the task as it is; itself for nothing to change
   */
  async function update(taskId: string, make: (task: StoredTask) => StoredTask): Promise<StoredTask | null> {
    for (let tries = 0; tries < mostTries; tries += 1) {
      const task = await store.read(taskId)
      if (task === null) return null
      const next = make(task)
      if (next === task) return task
      const written = await store.write(next)
      if (written === null) continue
      take(written)
      return written
    }
    throw new ProblemError('edit.outdated')
  }

  /** The open tasks with whom a call is. Before all are in mind the database is asked. */
  async function about(call: HeardCall): Promise<StoredTask[]> {
    const { customerId, number } = call
    const all =
      stopLooking === undefined
        ? await store.about(customerId, number === null ? [] : [number])
        : [...known.values()]
    return all.filter((task) => task.state === 'open' && isWith(task, call))
  }

  /** Whether calls that reached nobody there are to be returned. */
  const returns = ({ queue }: MissedPlace): boolean =>
    queue === null ? options.isOpen !== null : options.returnsCallsOf(queue)

  /**
   * A call that reached nobody becomes a task for the agents of its queue, or for whoever is free; one of the same number that
   * is open gathers it.
   */
  async function missed(call: HeardCall): Promise<void> {
    const place = missedIn(call, now(), options.isOpen ?? (() => true))
    if (place === null || call.number === null || !returns(place)) return
    // What was refused at the door is one with what the same caller tried in a queue, whichever came first.
    const other = (await about(call)).find(
      ({ kind, number, for: whose }) =>
        kind === 'missed' && number === call.number && (place.queue === null || whose.kind === 'anybody'),
    )
    // One that is closed at the same moment gathers no more: then this call has a task of its own.
    const isGathered = async (taskId: string): Promise<boolean> => {
      const hours = hoursOf(call.number)
      const task = await update(taskId, (one) => missedAgain(one, call, place, hours, rules))
      return task?.missed.some(({ callId }) => callId === call.callId) === true
    }
    if (other !== undefined && (await isGathered(other._id))) return
    const wanted = missedTask(call, place, await callerOf(call), hoursOf(call.number), rules)
    for (let tries = 0; tries < mostTries; tries += 1) {
      const kept = await store.add(wanted, `${place.queue ?? ''} ${call.number}`)
      if (kept._id === wanted._id) {
        take(kept)
        return
      }
      if (await isGathered(kept._id)) return
    }
    throw new ProblemError('edit.outdated')
  }

  async function callerOf({ customerId, number }: Pick<HeardCall, 'customerId' | 'number'>) {
    const card = customerId === null ? null : await options.customer(customerId).catch(gone)
    const where = card ?? { timeZone: null, country: null }
    const [zone] = await zonesOf(where, number, options.ourZone, now())
    return { about: card?.name ?? '', ...zone }
  }

  /** Who was promised to be called in a queue and was not reached, and who left a message there. */
  async function promisedInQueue(call: HeardCall): Promise<void> {
    const hours = hoursOf(call.number)
    const place = promisedPlace(call, now())
    if (place !== null)
      take(await store.add(placeTask(call, place, await callerOf(call), hours, rules), null))
    const left = messageIn(call, now())
    if (left === null) return
    const seconds = await secondsOf(call, left.message)
    take(await store.add(messageTask(call, left, seconds, await callerOf(call), hours, rules), null))
  }

  /** How long a message is, where its file says so. */
  async function secondsOf(call: HeardCall, message: NonNullable<HeardCall['message']>) {
    const { callId, startedAt } = call
    const sought = { ...message, from: startedAt, to: call.endedAt ?? message.at }
    const found = await options.message(callId, sought).catch(() => null)
    return found?.seconds ?? null
  }

  async function eraseAll(found: readonly StoredTask[]): Promise<void> {
    for (const { _id } of found)
      await update(_id, (task) => (task.state === 'erased' ? task : withoutCustomer(task)))
  }

  return {
    /** Reads what is open, and follows other servers. @throws ProblemError `database.unreachable` */
    start: async (): Promise<void> => {
      const found = await store.open(mostOpen)
      until = found.until
      for (const task of found.tasks) take(task)
      stopLooking ??= lookAround(follow, 'callbacks and tasks', options.log)
    },

    stop: (): void => {
      stopLooking?.()
      stopLooking = undefined
    },

    viewOf,
    update,

    /** Those in sight that stand in a topic: the open ones, and those that were closed just now. */
    inTopic: (topic: string): Task[] =>
      [...known.values()].filter((task) => topicsOfTask(task).has(topic)).map(viewOf),

    /** What is open of a customer, those due first before the others, as their card tells it. */
    promisesTo: (customerId: string): CustomerPromise[] =>
      [...known.values()]
        .filter((task) => task.customerId === customerId && task.state === 'open')
        .sort((one, other) => one.dueAt - other.dueAt)
        .map(({ _id, kind, reason, dueAt, madeAt, madeBy }) => ({
          promiseId: _id,
          kind,
          what: reason,
          dueAt,
          madeAt,
          madeBy: madeBy === null ? null : people.nameOf(madeBy),
          open: true,
        })),

    /** The open ones that a person may see, those due first before the others. */
    list: (personId: string): Task[] => {
      const who = doer(personId)
      return [...known.values()]
        .filter((task) => task.state === 'open' && maySee(task, who))
        .sort((one, other) => one.dueAt - other.dueAt)
        .map(viewOf)
    },

    /** @throws ProblemError `task.unknown`, `database.unreachable` */
    read: async (taskId: string, personId: string): Promise<TaskWithTrail> => {
      const task = await seen(taskId, personId)
      const trail = task.trail.map((one) => ({
        ...one,
        name: one.personId === null ? null : people.nameOf(one.personId),
      }))
      return { ...viewOf(task), trail }
    },

    /**
     * Promises something. The same id again is the same task.
     * @throws ProblemError `task.not_dialable`, `task.in_the_past`, `task.outside_hours`, `task.nobody`, `task.unknown` for
     *   another person’s id, `customer.unknown`, `database.unreachable`
     */
    create: async (request: NewTask, personId: string): Promise<Task> => {
      const there = await store.read(request.taskId)
      if (there !== null) {
        if (there.madeBy !== personId || there.state === 'erased') throw new ProblemError('task.unknown')
        return viewOf(there)
      }
      refuseNobody(request.for)
      const card = request.customerId === null ? null : await options.customer(request.customerId)
      const typed = request.number ?? card?.numbers[0] ?? null
      const number = typed === null ? null : readNumber(typed).e164
      const task = taskFrom(
        request,
        { number, about: card?.name ?? '', hours: hoursOf(number) },
        personId,
        now(),
        rules,
      )
      if (task.kind === 'callback') await options.doNotCall.refuse(number)
      const kept = await store.add(task, null)
      take(kept)
      return viewOf(kept)
    },

    /**
     * Does something with a task, as somebody who looked at a version of it.
     * @throws ProblemError as `shared/task-routes.ts` names them
     */
    change: async (taskId: string, version: number, step: TaskStep, personId: string): Promise<Task> => {
      const task = await seen(taskId, personId)
      if (step.do === 'handOn') refuseNobody(step.for)
      const next = stepped(task, step, doer(personId), hoursOf(task.number), now(), rules)
      if (next === task) return viewOf(task)
      if (task.version !== version) throw new ProblemError('edit.outdated')
      const written = await store.write(next)
      if (written === null) throw new ProblemError('edit.outdated')
      take(written)
      return viewOf(written)
    },

    /**
     * Somebody calls the customer of a task now: it is theirs from now on.
     * @throws ProblemError as `shared/task-routes.ts` names them
     */
    call: async (taskId: string, personId: string): Promise<Task> => {
      const task = await seen(taskId, personId)
      const next = toCall(task, doer(personId), hoursOf(task.number), now(), rules)
      await options.doNotCall.refuse(task.number)
      const written = await store.write(next)
      if (written === null) throw new ProblemError('edit.outdated')
      take(written)
      return viewOf(written)
    },

    /**
     * Takes in what calls came to: whom somebody talked with is called back no more, a try that reached nobody is one. Told
     * again it changes nothing. @throws ProblemError `database.unreachable`: to be told again
     */
    heard: async (calls: readonly HeardCall[]): Promise<void> => {
      for (const call of calls) {
        await missed(call)
        await promisedInQueue(call)
        for (const { _id } of await about(call))
          await update(_id, (task) => afterCall(task, call, hoursOf(task.number), rules))
      }
    },

    /**
     * The recording of a message, for whoever may see its task; that they heard it is noted.
     * @throws ProblemError `task.unknown` also without a message, `voicemail.no_folder`, `voicemail.unreadable`, `voicemail.gone`,
     *   `voicemail.unplayable`, `database.unreachable`
     */
    recording: async (taskId: string, personId: string): Promise<string> => {
      const { message } = await seen(taskId, personId)
      if (message === undefined) throw new ProblemError('task.unknown')
      const sought = { ...message, from: message.beganAt, to: message.at }
      const found = await options.message(message.callId, sought)
      if (found === null) throw new ProblemError('voicemail.gone')
      if (found.path === null) throw new ProblemError('voicemail.unplayable')
      await update(taskId, (task) => listened(task, personId, now()))
      return found.path
    },

    /** Reminds and tells of what is due. Done twice, or by two servers, it is done once. @throws ProblemError `database.unreachable` */
    wake: async (): Promise<void> => {
      for (const { _id } of await store.toWake(now(), mostWoken))
        await update(_id, (task) => woken(task, now(), rules))
    },

    /** Removes what has been closed or erased for long. @throws ProblemError `database.unreachable` */
    clean: async (): Promise<void> => {
      await store.removeOld(now() - rules.keepMs, new Date(now() - erasedStaysMs))
    },

    /**
     * Whether somebody may be called now, by their own clock.
     * @param number in E.164
     * @throws ProblemError `database.unreachable`
     */
    mayCall: async (
      customerId: string | null,
      number: string,
    ): Promise<'yes' | 'outsideHours' | 'doNotCall'> => {
      if ((await options.doNotCall.check(number)) !== null) return 'doNotCall'
      const { timeZone } = await callerOf({ customerId, number })
      return isCallable(timeZone, hoursOf(number), now()) ? 'yes' : 'outsideHours'
    },

    /** What must be known to agree on a time. @throws ProblemError `customer.unknown`, `database.unreachable` */
    times: async (customerId: string | null, typed: string | null): Promise<Times> => {
      const card = customerId === null ? null : await options.customer(customerId)
      const all = [...(typed === null ? [] : [typed]), ...(card?.numbers ?? [])].flatMap((raw) => {
        const { e164, display } = readNumber(raw)
        return e164 === null ? [] : [{ e164, display }]
      })
      const numbers = [...new Map(all.map((one) => [one.e164, one])).values()]
      const number = numbers[0] ?? null
      const where = card ?? { timeZone: null, country: null }
      const zones = await zonesOf(where, number?.e164 ?? null, options.ourZone, now())
      const doNotCall = number === null ? null : await options.doNotCall.check(number.e164)
      return { number, numbers, zones, hours: hoursOf(number?.e164 ?? null), doNotCall }
    },

    /** Whose a task can be. */
    choices: (): TaskChoices => ({
      people: people
        .all()
        .filter(({ personId }) => people.rightsOf(personId).has('tasks.use'))
        .sort((one, other) => one.name.localeCompare(other.name)),
      queues: [...options.queues()].sort(),
    }),

    /** Nothing of a customer, of their numbers and of what came of these calls is known any more. @throws `database.unreachable` */
    erase: async (
      customerId: string | null,
      numbers: readonly string[],
      callIds: readonly string[],
    ): Promise<void> => eraseAll(await store.about(customerId, numbers, callIds)),
  }
}

/** A customer who was erased meanwhile is nobody; a database that is away is asked again. */
function gone(error: unknown): null {
  if (error instanceof ProblemError && error.code === 'customer.unknown') return null
  throw error
}
