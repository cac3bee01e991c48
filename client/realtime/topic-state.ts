import type {
  AgentView,
  Day,
  DeskCall,
  FloorCall,
  Gap,
  ParkedCall,
  PbxLink,
  QueueView,
  TodayCall,
} from '../../shared/calls.ts'
import type { ShownResult } from '../../shared/dispositions.ts'
import type { Pop } from '../../shared/customers.ts'
import type { Change, Delta, GoneReason } from '../../shared/realtime.ts'
import type { BreakReason, StatusView } from '../../shared/status.ts'
import type { Task } from '../../shared/tasks.ts'
import { closedPop } from './closed-pop.ts'

/** A call that left this desk, with what was on its card, so that the screen can say why and keep the card after the end. */
export interface LeftCall {
  call: DeskCall
  pop: Pop | null
  reason: GoneReason
  /** Server's time. */
  at: number
}

/** What is known of one topic. Readers never see it change: each step makes a new one. */
export interface TopicState {
  epoch: string
  seq: number
  /** Server's time of the newest step. */
  at: number
  deskCalls: ReadonlyMap<string, DeskCall>
  pops: ReadonlyMap<string, Pop>
  /** The day that `today` is about; null for whoever is told of none. */
  day: Day | null
  today: ReadonlyMap<string, TodayCall>
  /** What I said came of calls that are not in the day yet, by call. */
  results: ReadonlyMap<string, ShownResult>
  /** Which definition of what may come of calls is in force; null for whoever is not told. */
  dispositions: number | null
  queues: ReadonlyMap<string, QueueView>
  agents: ReadonlyMap<string, AgentView>
  /** By extension: my own status, or on the floor everybody's. */
  statuses: ReadonlyMap<string, StatusView>
  /** The breaks that I may take. */
  breaks: readonly BreakReason[]
  /** The queues whose calls the browser phone answers by itself. */
  autoAnswer: readonly string[]
  floorCalls: ReadonlyMap<string, FloorCall>
  links: ReadonlyMap<string, PbxLink>
  /** The calls in parking spaces. */
  parked: ReadonlyMap<string, ParkedCall>
  /** Callbacks and tasks, by id. */
  tasks: ReadonlyMap<string, Task>
  /** Times of today of which something is missing, the newest first. */
  gaps: readonly Gap[]
  left: LeftCall | null
}

export type Step = { kind: 'applied'; state: TopicState } | { kind: 'old' } | { kind: 'gap' }

type Draft = { -readonly [K in keyof TopicState]: TopicState[K] }

const empty = {
  deskCalls: new Map<string, DeskCall>(),
  pops: new Map<string, Pop>(),
  day: null,
  today: new Map<string, TodayCall>(),
  results: new Map<string, ShownResult>(),
  dispositions: null,
  queues: new Map<string, QueueView>(),
  agents: new Map<string, AgentView>(),
  statuses: new Map<string, StatusView>(),
  breaks: [] as readonly BreakReason[],
  autoAnswer: [] as readonly string[],
  floorCalls: new Map<string, FloorCall>(),
  links: new Map<string, PbxLink>(),
  parked: new Map<string, ParkedCall>(),
  tasks: new Map<string, Task>(),
  gaps: [] as readonly Gap[],
}

/**
 * A topic as a snapshot says it is. A call that was on the desk and is not in the snapshot left while nobody was looking:
 * its card is kept as `left`, save where who called was erased meanwhile.
 */
export function applySnapshot(before: TopicState | undefined, snapshot: Delta): TopicState {
  const state = withChanges({ ...empty, ...stepOf(snapshot), left: before?.left ?? null }, snapshot)
  const vanished = [...(before?.deskCalls.values() ?? [])].find((call) => !state.deskCalls.has(call.callId))
  const left: LeftCall | null =
    vanished === undefined
      ? state.left
      : {
          call: { ...vanished, state: 'ended', endedAt: vanished.endedAt ?? snapshot.at },
          pop: closedPop(before?.pops.get(vanished.callId) ?? null),
          reason: vanished.state === 'ringing' ? 'withdrawn' : 'ended',
          at: snapshot.at,
        }
  const isErased = state.today.get(left?.call.callId ?? '')?.party.erased === true
  return { ...state, left: isErased ? null : left }
}

/**
 * One step of a topic.
 * @returns `old` when it was already applied, `gap` when a step is missing or the server is another one: ask to resume
 */
export function applyDelta(before: TopicState | undefined, delta: Delta): Step {
  if (before === undefined || before.epoch !== delta.epoch) return { kind: 'gap' }
  if (delta.seq <= before.seq) return { kind: 'old' }
  if (delta.seq !== before.seq + 1) return { kind: 'gap' }
  return { kind: 'applied', state: withChanges({ ...before, ...stepOf(delta) }, delta) }
}

const stepOf = ({ epoch, seq, at }: Delta) => ({ epoch, seq, at })

function withChanges(state: TopicState, { changes, at }: Delta): TopicState {
  const draft: Draft = { ...state }
  for (const change of changes) applyChange(draft, change, at)
  return draft
}

/** A call that has ended stays on the desk, with its card, until the next one comes: nobody tells us that it goes. */
function dropFormerCalls(draft: Draft): void {
  const calls = [...draft.deskCalls.values()]
  const live = calls.filter(({ state }) => state !== 'ended')
  const kept = live.length > 0 ? live : calls.sort((a, b) => (a.endedAt ?? 0) - (b.endedAt ?? 0)).slice(-1)
  if (kept.length === draft.deskCalls.size) return
  draft.deskCalls = new Map(kept.map((call) => [call.callId, call]))
  draft.pops = new Map([...draft.pops].filter(([callId]) => draft.deskCalls.has(callId)))
}

function applyChange(draft: Draft, change: Change, at: number): void {
  switch (change.type) {
    case 'deskCall.set':
      draft.deskCalls = set(draft.deskCalls, change.call.callId, change.call)
      if (draft.left?.call.callId === change.call.callId) draft.left = null
      dropFormerCalls(draft)
      break
    case 'deskCall.gone': {
      const call = draft.deskCalls.get(change.callId)
      const pop = closedPop(draft.pops.get(change.callId) ?? null)
      if (change.reason === 'erased') {
        if (draft.left?.call.callId === change.callId) draft.left = null
      } else if (call !== undefined) draft.left = { call, pop, reason: change.reason, at }
      draft.deskCalls = without(draft.deskCalls, change.callId)
      draft.pops = without(draft.pops, change.callId)
      break
    }
    case 'pop.set':
      // A choice made after the end still belongs to the call that was kept.
      if (!draft.deskCalls.has(change.callId) && draft.left?.call.callId === change.callId) {
        draft.left = { ...draft.left, pop: change.pop }
      } else draft.pops = set(draft.pops, change.callId, change.pop)
      break
    case 'day.set': {
      const { since } = change.day
      draft.day = change.day
      if ([...draft.today.values()].some(({ at: offeredAt }) => offeredAt < since))
        draft.today = new Map([...draft.today].filter(([, call]) => call.at >= since))
      break
    }
    case 'today.set':
      draft.today = set(draft.today, change.call.callId, change.call)
      break
    case 'result.set': {
      const { callId, result } = change
      draft.results = set(draft.results, callId, result)
      const call = draft.today.get(callId)
      if (call !== undefined) draft.today = set(draft.today, callId, { ...call, result, owed: false })
      break
    }
    case 'dispositions.set':
      draft.dispositions = change.version
      break
    case 'queue.set':
      draft.queues = set(draft.queues, change.queue.name, change.queue)
      break
    case 'agent.set':
      draft.agents = set(draft.agents, change.agent.extension, change.agent)
      break
    case 'agent.gone':
      draft.agents = without(draft.agents, change.extension)
      break
    case 'status.set':
      draft.statuses = set(draft.statuses, change.status.extension, change.status)
      break
    case 'breaks.set':
      draft.breaks = change.breaks
      draft.autoAnswer = change.autoAnswer
      break
    case 'floorCall.set':
      draft.floorCalls = set(draft.floorCalls, change.call.callId, change.call)
      break
    case 'floorCall.gone':
      draft.floorCalls = without(draft.floorCalls, change.callId)
      break
    case 'link.set':
      draft.links = set(draft.links, change.link.pbx, change.link)
      break
    case 'parked.set':
      draft.parked = set(draft.parked, change.parked.callId, change.parked)
      break
    case 'parked.gone':
      draft.parked = without(draft.parked, change.callId)
      break
    case 'task.set':
      draft.tasks = set(draft.tasks, change.task.taskId, change.task)
      break
    case 'task.gone':
      draft.tasks = without(draft.tasks, change.taskId)
      break
    case 'gaps.set':
      draft.gaps = change.gaps
      break
  }
}

function set<V>(map: ReadonlyMap<string, V>, key: string, value: V): ReadonlyMap<string, V> {
  return new Map(map).set(key, value)
}

function without<V>(map: ReadonlyMap<string, V>, key: string): ReadonlyMap<string, V> {
  const copy = new Map(map)
  copy.delete(key)
  return copy
}
