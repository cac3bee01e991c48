import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { AgentView, FloorCall, Gap, PbxLink, QueueView } from '../../shared/calls.ts'
import type { Delta, Topic } from '../../shared/realtime.ts'
import type { StatusView } from '../../shared/status.ts'
import type { Task } from '../../shared/tasks.ts'
import { now, setClockOffset } from '../ui/clock.ts'
import { computedList } from '../ui/computed-list.ts'
import { openConnection, type Connection, type SessionOver } from './connection.ts'
import { applyDelta, applySnapshot, type TopicState } from './topic-state.ts'

/** When the newest word of a call's look-up came. */
export interface Arrival {
  /** Server's time at which it was sent. */
  sentAt: number
  /** When it came, by the browser's steady clock, ms. */
  arrivedAt: number
}

export type ConnectionState = 'connecting' | 'live' | 'reconnecting' | 'signedOut'

/** More calls than one desk has at a time. */
const arrivalsKept = 16
const none: readonly Gap[] = []

/** Everything the server tells this console, as it is now, and whether that is still true. */
export const useLive = defineStore('live', () => {
  const topics = shallowRef<ReadonlyMap<Topic, TopicState>>(new Map())
  const arrivals = shallowRef<ReadonlyMap<string, Arrival>>(new Map())
  /** The card that was changed last, by anybody. */
  const changedCard = shallowRef<{ customerId: string } | null>(null)
  const state = ref<ConnectionState>('connecting')
  /** Server's time at which the connection was last known to be good. */
  const goodAt = ref(now.value)
  let connection: Connection | null = null

  const ageMs = computed(() => (state.value === 'live' ? 0 : Math.max(0, now.value - goodAt.value)))
  const loaded = computed(() => topics.value.size > 0)
  const mine = computed(() => {
    for (const [topic, known] of topics.value) if (topic.startsWith('person:')) return known
    return undefined
  })
  const queues = computedList(() => merged<QueueView>((topic) => topic.queues))
  const agents = computedList(() => merged<AgentView>((topic) => topic.agents))
  /** The status of each agent that I may see. */
  const statuses = computedList(() => merged<StatusView>((topic) => topic.statuses))
  const floorCalls = computedList(() => merged<FloorCall>((topic) => topic.floorCalls))
  /** Calls that wait for whoever takes them, the longest first. */
  const parked = computedList(() =>
    [...(topics.value.get('parked')?.parked.values() ?? [])].sort((a, b) => a.since - b.since),
  )
  /** Callbacks and tasks that I may see, as the newest topic tells each. */
  const tasks = computedList(() => {
    const all = new Map<string, Task>()
    for (const topic of topics.value.values())
      for (const task of topic.tasks.values())
        if ((all.get(task.taskId)?.version ?? -1) < task.version) all.set(task.taskId, task)
    return [...all.values()].sort((a, b) => a.dueAt - b.dueAt)
  })
  const links = computedList(() => merged<PbxLink>((topic) => topic.links))
  /** Times of today of which something is missing, the newest first. */
  const gaps = computed(() => topics.value.get('link')?.gaps ?? none)

  function merged<V>(part: (topic: TopicState) => ReadonlyMap<string, V>): V[] {
    const all = new Map<string, V>()
    for (const topic of topics.value.values()) for (const [key, value] of part(topic)) all.set(key, value)
    return [...all.values()]
  }

  function put(topic: Topic, known: TopicState): void {
    topics.value = new Map(topics.value).set(topic, known)
  }

  function noteArrivals({ changes, at }: Delta): void {
    const calls = changes.flatMap((change) => (change.type === 'pop.set' ? [change.callId] : []))
    if (calls.length === 0) return
    const arrival = { sentAt: at, arrivedAt: performance.now() }
    const fresh = calls.map((callId) => [callId, arrival] as const)
    arrivals.value = new Map([...arrivals.value, ...fresh].slice(-arrivalsKept))
  }

  /** Says that what came of a call stands on the screen since a moment of the browser's steady clock. */
  function reportPainted(callId: string, { sentAt, arrivedAt }: Arrival, paintedAt: number): void {
    const paintedAfterMs = Math.max(0, paintedAt - arrivedAt)
    const reportedAfterMs = Math.max(0, performance.now() - paintedAt)
    connection?.painted({ callId, sentAt, paintedAfterMs, reportedAfterMs })
  }

  function have() {
    const known = [...topics.value]
    const epoch = known[0]?.[1].epoch ?? null
    return { epoch, have: Object.fromEntries(known.map(([topic, { seq }]) => [topic, seq])) }
  }

  function takeDelta(delta: Delta): void {
    noteArrivals(delta)
    const step = applyDelta(topics.value.get(delta.topic), delta)
    if (step.kind === 'applied') {
      put(delta.topic, step.state)
      goodAt.value = now.value
    } else if (step.kind === 'gap') connection?.resume()
  }

  /**
   * Connects.
   * @param sessionIsGood asks who I am and says whether the session holds: when the server refuses, when it says that I
   *   have changed, and after a break, during which it could not say so
   * @param onOver told once that the session has ended
   * @param goesOn whether what is known is still mine, so that the server need tell only what came since
   */
  function start(
    sessionIsGood: () => Promise<boolean>,
    onOver: (reason: SessionOver) => void,
    goesOn = false,
  ): void {
    if (goesOn) connection?.close()
    else stop()
    state.value = 'connecting'
    connection = openConnection({
      have,
      sessionIsGood,
      onTopics: (allowed) => {
        // A right was taken away: what came by it goes.
        topics.value = new Map([...topics.value].filter(([topic]) => allowed.includes(topic)))
      },
      onMeChanged: () => void sessionIsGood(),
      onCardChanged: (customerId) => {
        changedCard.value = { customerId }
      },
      onSnapshot: (snapshot) => {
        noteArrivals(snapshot)
        put(snapshot.topic, applySnapshot(topics.value.get(snapshot.topic), snapshot))
      },
      onDelta: takeDelta,
      onClock: (offset) => {
        setClockOffset(offset)
        goodAt.value = Date.now() + offset
      },
      onOver,
      onState: (change) => {
        if (state.value === 'signedOut') return
        if (change === 'up') {
          if (state.value === 'reconnecting') void sessionIsGood()
          state.value = 'live'
          goodAt.value = now.value
        } else if (state.value === 'live') state.value = 'reconnecting'
      },
    })
  }

  /** The session is over: disconnects. What was told stays, and says how old it is. */
  function end(): void {
    state.value = 'signedOut'
    connection?.close()
    connection = null
  }

  /** Disconnects and forgets everything. */
  function stop(): void {
    connection?.close()
    connection = null
    topics.value = new Map()
    arrivals.value = new Map()
  }

  return {
    arrivals,
    changedCard,
    reportPainted,
    state,
    ageMs,
    loaded,
    mine,
    queues,
    agents,
    statuses,
    floorCalls,
    links,
    tasks,
    parked,
    gaps,
    start,
    end,
    stop,
  }
})
