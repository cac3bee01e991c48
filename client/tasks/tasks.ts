import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import type { NewTask, Task, TaskChoices, TaskStep } from '../../shared/tasks.ts'
import { ApiError, callApi, type ApiErrorCode } from '../api.ts'
import { useOutbox } from '../outbox/outbox.ts'
import { createSending, isPassing } from '../outbox/sending.ts'
import { useLive } from '../realtime/live.ts'
import { useSession } from '../session/session.ts'
import { now } from '../ui/clock.ts'
import { newId } from '../ui/new-id.ts'

/** Whom something is promised to, and in which call. */
export interface Promisee {
  /** Of the call or the card, so that what is typed stays with it. */
  key: string
  /** Whom it is about, in words. */
  about: string
  callId: string | null
  customerId: string | null
  number: string | null
  /** What the form begins with. */
  kind?: 'callback' | 'task'
  reason?: string
}

/** What is filled in and not promised yet, as it is typed. */
export interface Filling {
  kind: 'callback' | 'task'
  /** Null for the first of their numbers. */
  number: string | null
  /** Null while none is chosen. */
  dueAt: number | null
  timeZone: string | null
  whose: string
  reason: string
  note: string
}

/** A promise as it waits on this computer until the server has it. */
export interface WaitingPromise {
  request: NewTask
  to: Promisee
  filling: Filling
  /** Why the server will not have it: it is to be made anew. */
  refused: ApiErrorCode | null
}

const prefix = 'promise:'
const fillingPrefix = 'promising:'
/** What another window promised is that window’s to send; after so long it is gone, ms. */
const ofAnotherWindowMs = 10_000

/** What was promised: what I may see of it, what I promise, and what of that is still on its way. */
export const useTasks = defineStore('tasks', () => {
  const session = useSession()
  const live = useLive()
  const outbox = useOutbox()
  /** To whom something is being promised. */
  const promising = shallowRef<Promisee | null>(null)
  const choices = shallowRef<TaskChoices | null>(null)
  /** The task that I am led to, by its id, until its row has opened. */
  const turnedTo = ref<string | null>(null)
  /** What could not be done with a task, by its id. */
  const failures = ref(new Map<string, ApiErrorCode>())

  const mayUse = computed(() => session.rights.has('tasks.use') && session.rights.has('card.read'))
  const open = computed(() => live.tasks.filter(({ isOpen }) => isOpen))
  const due = computed(() => open.value.filter(({ dueAt }) => dueAt <= now.value))
  /** Closed just now: whoever closed it can undo that. */
  const closed = computed(() => live.tasks.filter((task) => !task.isOpen))

  const sending = createSending({
    prefix,
    dueIn: (id, content) => {
      const { refused, request } = content as WaitingPromise
      if (refused !== null) return null
      return outbox.isOfAnother(id) ? Math.max(0, ofAnotherWindowMs - (now.value - request.madeAt)) : 0
    },
    send: async (id, content) => {
      const waits = content as WaitingPromise
      try {
        take(await callApi('tasks.create', { body: waits.request }))
        if (outbox.kept.get(id) === content) outbox.drop(id)
      } catch (error) {
        if (error instanceof ApiError && !isPassing(error.code) && outbox.kept.get(id) === content)
          outbox.put(id, { ...waits, refused: error.code } satisfies WaitingPromise)
        throw error
      }
    },
  })

  /** Answers to my own requests, before the socket repeats them. */
  const told = shallowRef<ReadonlyMap<string, Task>>(new Map())
  function take(task: Task): void {
    told.value = new Map([...told.value].slice(-20)).set(task.taskId, task)
  }

  const waiting = computed(() =>
    [...outbox.kept]
      .filter(([id]) => id.startsWith(prefix))
      .map(([id, content]) => ({ id, ...(content as WaitingPromise) }))
      .sort((one, other) => one.request.dueAt - other.request.dueAt),
  )

  /** What I promised in a call, or with a card, since it stood before me. */
  function promisedTo(key: string): NewTask | null {
    const waits = waiting.value.find(({ to }) => to.key === key)
    if (waits !== undefined) return waits.request
    return made.value.get(key) ?? null
  }
  const made = shallowRef<ReadonlyMap<string, NewTask>>(new Map())

  /** Promises it. It is kept here until the server has it. */
  function promise(to: Promisee, filling: Filling, request: Omit<NewTask, 'taskId' | 'madeAt'>): void {
    const whole: NewTask = { ...request, taskId: newId(), madeAt: now.value }
    outbox.put(prefix + whole.taskId, { request: whole, to, filling, refused: null } satisfies WaitingPromise)
    outbox.drop(fillingPrefix + to.key)
    made.value = new Map([...made.value].slice(-20)).set(to.key, whole)
    promising.value = null
  }

  /** Does something with a task; what came of it stands beside it. @returns whether it was done */
  async function step(task: Task, what: TaskStep): Promise<boolean> {
    failures.value.delete(task.taskId)
    try {
      take(
        await callApi('tasks.change', {
          params: { taskId: task.taskId },
          body: { version: task.version, step: what },
        }),
      )
      return true
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      failures.value.set(task.taskId, error.code)
      return false
    }
  }

  /** Takes a task to call its customer. @returns the number to call; null where it may not be called now, which is told beside it */
  async function call(task: Task): Promise<string | null> {
    failures.value.delete(task.taskId)
    try {
      const taken = await callApi('tasks.call', { params: { taskId: task.taskId } })
      take(taken)
      return taken.number
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      failures.value.set(task.taskId, error.code)
      return null
    }
  }

  /** Whose a task can be, as it is now; null while it cannot be read. */
  async function readChoices(): Promise<void> {
    try {
      choices.value = await callApi('tasks.choices')
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
    }
  }

  watch(
    () => session.me?.personId,
    () => {
      promising.value = null
      choices.value = null
      told.value = new Map()
      made.value = new Map()
      failures.value.clear()
    },
    { flush: 'sync' },
  )

  return {
    mayUse,
    open,
    due,
    /** Whether it is mine in particular: I have it, or it is for me and nobody has it. */
    isMine: (task: Task): boolean => {
      const me = session.me?.personId
      if (task.takenBy !== null) return task.takenBy.personId === me
      return task.for.kind === 'person' && task.for.personId === me
    },
    closed,
    waiting,
    /** Whether there is anything to show. */
    hasAny: computed(() => mayUse.value && live.tasks.length + waiting.value.length > 0),
    promising,
    /** Turns to a promise; null leaves it. */
    ask: (to: Promisee | null): void => {
      promising.value = mayUse.value ? to : null
    },
    turnedTo,
    promise,
    promisedTo,
    step,
    call,
    failureOf: (taskId: string): ApiErrorCode | null => failures.value.get(taskId) ?? null,
    choices,
    readChoices,
    fillingOf: (key: string): Filling | null =>
      (outbox.kept.get(fillingPrefix + key) as Filling | undefined) ?? null,
    fill: (key: string, filling: Filling): void => outbox.put(fillingPrefix + key, filling),
    /** Takes up again what the server would not have, or throws it away. */
    takeUp: (id: string): void => {
      const waits = outbox.kept.get(id) as WaitingPromise | undefined
      if (waits === undefined) return
      outbox.put(fillingPrefix + waits.to.key, waits.filling)
      outbox.drop(id)
      promising.value = waits.to
    },
    discard: (id: string): void => outbox.drop(id),
    /** Sends all that waits, before I sign out. Never rejects. */
    sendAll: async (): Promise<void> => {
      await Promise.all(waiting.value.map(({ id }) => sending.now(id).catch(() => undefined)))
    },
    /** How many promises the server does not have. */
    leftCount: computed(() => waiting.value.length),
  }
})
