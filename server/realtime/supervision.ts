import type { Change } from '../../shared/realtime.ts'
import type { Fact } from '../floor/facts.ts'
import type { Floor } from '../floor/state.ts'
import { agentView, floorCall, queueView, type DescribeParty } from '../floor/views.ts'
import type { KnownCustomer } from './desk.ts'
import { floorRoom, queueRoom, withoutIdentity, type Room } from './topics.ts'

/** What the floor does not know and its viewers see. */
export interface FloorContext {
  describe: DescribeParty
  customerOf: (callId: string) => KnownCustomer | null
  displayNameOf: (personId: string) => string | null
}

/** Something that changed, and how to tell it once it is time: what is made late is made of the newest state. */
export interface LateChange {
  room: Room
  /** What it is about: a later change of the same thing takes the place of an earlier one. */
  key: string
  make: () => Change | null
}

/**
 * What changes for those who watch the floor, and on the strips of the queues, by a few facts of one moment.
 * @param floor the floor, read again when a change is made
 */
export function floorChanges(facts: readonly Fact[], floor: Floor, context: FloorContext): LateChange[] {
  const calls = new Set<string>()
  const agents = new Set<string>()
  const queues = new Set<string>()
  for (const fact of facts) {
    if ('callId' in fact && fact.callId !== null) calls.add(fact.callId)
    if (fact.type === 'call.merged') calls.add(fact.mergedId)
    if (fact.type === 'agent.state') agents.add(fact.extension)
    if (fact.type === 'queue.changed') queues.add(fact.queue)
  }
  return [
    ...[...calls].flatMap((callId) => callChange(callId, floor, context)),
    ...[...agents].flatMap((extension) => {
      const make = () => agentChange(extension, floor, context)
      return bothForms(`agent ${extension}`, make)
    }),
    ...[...queues].map((queue) => ({
      room: queueRoom(queue),
      key: 'queue',
      make: () => stripOf(queue, floor),
    })),
  ]
}

/** A call on the floor is to be shown anew, as after its look-up. */
export function callChange(callId: string, floor: Floor, context: FloorContext): LateChange[] {
  const key = `call ${callId}`
  return [
    { room: floorRoom.named, key, make: () => callNow(callId, floor, context, true) },
    { room: floorRoom.plain, key, make: () => callNow(callId, floor, context, false) },
  ]
}

/** The whole floor as it is now: every call and agent. */
export function floorContent(floor: Floor, context: FloorContext, named: boolean): Change[] {
  const live = [...floor.calls.values()].filter((call) => call.endedAt === null)
  return [
    ...live.map((call) => callNow(call.callId, floor, context, named)),
    ...[...floor.agents.keys()].map((extension) => agentChange(extension, floor, context)),
  ]
}

/** One queue's strip as it is now. */
export function stripOf(queue: string, floor: Floor): Change {
  return { type: 'queue.set', queue: queueView(floor, queue) }
}

function bothForms(key: string, make: () => Change): LateChange[] {
  return [floorRoom.named, floorRoom.plain].map((room) => ({ room, key, make }))
}

function callNow(callId: string, floor: Floor, context: FloorContext, named: boolean): Change {
  const call = floor.calls.get(callId)
  if (call?.endedAt !== null) return { type: 'floorCall.gone', callId }
  const view = floorCall(call, context.describe, context.customerOf(callId)?.name ?? null)
  return { type: 'floorCall.set', call: named ? view : withoutIdentity(view) }
}

function agentChange(extension: string, floor: Floor, context: FloorContext): Change {
  const agent = floor.agents.get(extension)
  if (!agent) return { type: 'agent.gone', extension }
  const displayName = agent.personId === null ? null : context.displayNameOf(agent.personId)
  return { type: 'agent.set', agent: agentView(floor, agent, displayName) }
}
