import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { AgentView, FloorCall, PbxLink, QueueView } from '../../shared/calls.ts'
import type { Delta, Topic } from '../../shared/realtime.ts'
import { now, setClockOffset } from '../ui/clock.ts'
import { openConnection, type Connection } from './connection.ts'
import { applyDelta, applySnapshot, type TopicState } from './topic-state.ts'

export type ConnectionState = 'connecting' | 'live' | 'reconnecting' | 'signedOut'

/** Everything the server tells this console, as it is now, and whether that is still true. */
export const useLive = defineStore('live', () => {
  const topics = shallowRef<ReadonlyMap<Topic, TopicState>>(new Map())
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
  const queues = computed(() => merged<QueueView>((topic) => topic.queues))
  const agents = computed(() => merged<AgentView>((topic) => topic.agents))
  const floorCalls = computed(() => merged<FloorCall>((topic) => topic.floorCalls))
  const links = computed(() => merged<PbxLink>((topic) => topic.links))

  function merged<V>(part: (topic: TopicState) => ReadonlyMap<string, V>): V[] {
    const all = new Map<string, V>()
    for (const topic of topics.value.values()) for (const [key, value] of part(topic)) all.set(key, value)
    return [...all.values()]
  }

  function put(topic: Topic, known: TopicState): void {
    topics.value = new Map(topics.value).set(topic, known)
  }

  function have() {
    const known = [...topics.value]
    const epoch = known[0]?.[1].epoch ?? null
    return { epoch, have: Object.fromEntries(known.map(([topic, { seq }]) => [topic, seq])) }
  }

  function takeDelta(delta: Delta): void {
    const step = applyDelta(topics.value.get(delta.topic), delta)
    if (step.kind === 'applied') {
      put(delta.topic, step.state)
      goodAt.value = now.value
    } else if (step.kind === 'gap') connection?.resume()
  }

  /** Connects; `sessionIsGood` is asked when the server refuses. */
  function start(sessionIsGood: () => Promise<boolean>): void {
    stop()
    state.value = 'connecting'
    connection = openConnection({
      have,
      sessionIsGood,
      onTopics: (allowed) => {
        // A right was taken away: what came by it goes.
        topics.value = new Map([...topics.value].filter(([topic]) => allowed.includes(topic)))
      },
      onSnapshot: (snapshot) =>
        put(snapshot.topic, applySnapshot(topics.value.get(snapshot.topic), snapshot)),
      onDelta: takeDelta,
      onClock: (offset) => {
        setClockOffset(offset)
        goodAt.value = Date.now() + offset
      },
      onState: (change) => {
        if (state.value === 'signedOut') return
        if (change === 'up') {
          state.value = 'live'
          goodAt.value = now.value
        } else if (change === 'over') {
          state.value = 'signedOut'
          connection?.close()
        } else if (state.value === 'live') state.value = 'reconnecting'
      },
    })
  }

  /** Disconnects and forgets everything. */
  function stop(): void {
    connection?.close()
    connection = null
    topics.value = new Map()
  }

  return { state, ageMs, loaded, mine, queues, agents, floorCalls, links, start, stop }
})
