import type { AgentState } from '../../shared/calls.ts'
import type { DeskInfo, MemberInfo } from './events.ts'
import { extensionOfMember, isSameMember, leftQueue, otherDevice } from './members.ts'
import { isOnTheLine } from './reach.ts'
import type { Agent, Member } from './state.ts'
import type { FloorState, Step } from './step.ts'
import { queueOf } from './visits.ts'

/** Takes over the directory: who sits at which extension, and which devices are theirs. */
export function setDesks(step: Step, desks: readonly DeskInfo[]): void {
  const { agents, extensionOfDevice } = step.state
  extensionOfDevice.clear()
  const gone = new Set(agents.keys())
  for (const desk of desks) {
    gone.delete(desk.extension)
    for (const device of desk.interfaces) extensionOfDevice.set(device, desk.extension)
    const known = agents.get(desk.extension)
    const agent: Agent = known
      ? { ...known, interfaces: desk.interfaces, personId: desk.personId }
      : {
          ...desk,
          state: 'offline',
          since: step.at,
          callId: null,
          lastCallId: null,
          paused: false,
          pauseReason: null,
        }
    agents.set(
      desk.extension,
      known && known.personId !== desk.personId ? { ...agent, lastCallId: null } : agent,
    )
    step.agents.add(desk.extension)
  }
  for (const extension of gone) agents.delete(extension)
  for (const extension of mapMembers(step.state)) step.agents.add(extension)
}

/**
 * Finds anew whose each member of each queue is: members may be known before the desks are.
 * @returns the extensions that are members of anything
 */
export function mapMembers(state: FloorState): Iterable<string> {
  state.membershipsOfExtension.clear()
  for (const queue of state.queues.values()) {
    for (const member of queue.members.values()) noteMembership(state, member)
  }
  return state.membershipsOfExtension.keys()
}

const membershipKey = (member: MemberInfo): string => `${member.queue}\n${member.interface}`

/** Returns whose the member is; null where it is nobody's. */
function noteMembership(state: FloorState, member: Member): string | null {
  const extension = extensionOfMember(state, member)
  if (extension === null) return null
  const memberships = state.membershipsOfExtension.get(extension) ?? new Map<string, Member>()
  state.membershipsOfExtension.set(extension, memberships.set(membershipKey(member), member))
  return extension
}

function forgetMembership(step: Step, member: Member): void {
  const extension = extensionOfMember(step.state, member)
  if (extension === null) return
  step.state.membershipsOfExtension.get(extension)?.delete(membershipKey(member))
  step.agents.add(extension)
}

/** A queue member as the PBX has it now. */
export function memberSet(step: Step, member: MemberInfo): void {
  const queue = queueOf(step, member.queue)
  const before = queue.members.get(member.interface)
  if (isSameMember(before, member, step.pbx)) return
  if (before && before.stateInterface !== member.stateInterface) forgetMembership(step, before)
  const after: Member = { ...member, pbx: step.pbx }
  queue.members.set(member.interface, after)
  step.state.queues.set(queue.name, queue)
  step.queues.add(queue.name)
  const extension = noteMembership(step.state, after)
  if (extension !== null) step.agents.add(extension)
  const { paused, pauseReason } = after
  if (paused === (before?.paused ?? false) && pauseReason === (before?.pauseReason ?? null)) return
  const said = { queue: queue.name, interface: member.interface, extension, paused, pauseReason }
  step.facts.push({ type: 'member.paused', pbx: step.pbx, at: step.at, ...said })
}

/** Somebody is no member of a queue any more. */
export function memberRemoved(step: Step, queueName: string, memberInterface: string): void {
  const queue = queueOf(step, queueName)
  const member = queue.members.get(memberInterface)
  if (member?.pbx !== step.pbx) return
  queue.members.delete(memberInterface)
  step.queues.add(queueName)
  forgetMembership(step, member)
}

/** A phone registered, or can no longer be reached. */
export function phoneReachable(step: Step, device: string, reachable: boolean): void {
  step.state.knownDevices.set(device, step.pbx)
  if (reachable) step.state.unreachableDevices.delete(device)
  else step.state.unreachableDevices.add(device)
  const extension = step.state.extensionOfDevice.get(device)
  if (extension !== undefined) step.agents.add(extension)
}

/** Each device of a PBX is told again after its snapshot: one that was taken away there is not. */
export function forgetDevices(step: Step): void {
  const { knownDevices } = step.state
  for (const [device, pbx] of knownDevices) if (pbx === step.pbx) knownDevices.delete(device)
}

/** After an event: works out the state of every agent it touched, and tells what changed of agents and queues. */
export function settleAgents(step: Step): void {
  for (const extension of step.agents) {
    const agent = step.state.agents.get(extension)
    if (!agent) continue
    const { callId, state, talkedIn } = stateOf(step.state, agent)
    const { paused, pauseReason } = pauseOf(step.state, extension)
    const lastCallId = talkedIn ?? agent.lastCallId
    const changed =
      state !== agent.state ||
      callId !== agent.callId ||
      pauseReason !== agent.pauseReason ||
      agent.personId !== step.state.tellOf.get(extension)
    const next = { ...agent, state, callId, lastCallId, paused, pauseReason }
    step.state.agents.set(extension, state === agent.state ? next : { ...next, since: step.at })
    if (!changed) continue
    step.state.tellOf.set(extension, agent.personId)
    const { personId } = agent
    const said = { extension, personId, state, pauseReason, callId }
    step.facts.push({ type: 'agent.state', pbx: step.pbx, at: step.at, ...said })
    const memberships = step.state.membershipsOfExtension.get(extension)
    for (const { queue } of memberships?.values() ?? []) step.queues.add(queue)
  }
  for (const queue of step.queues)
    step.facts.push({ type: 'queue.changed', pbx: step.pbx, at: step.at, queue })
}

/** What an agent is doing: talking before ringing, on a call before anything said about pauses or phones. */
function stateOf(
  floor: FloorState,
  agent: Agent,
): { state: AgentState; callId: string | null; talkedIn: string | null } {
  let ringing: string | null = null
  let onCall: string | null = null
  let talkedIn: string | null = null
  const calls = floor.callsOfExtension.get(agent.extension)
  for (const callId of calls ?? []) {
    const call = floor.calls.get(callId)
    // The channel that began a call which became part of another is there now.
    if (!call || call.endedAt !== null) {
      calls?.delete(callId)
      continue
    }
    const talks = call.contacts.some((c) => c.extension === agent.extension && c.endedAt === null)
    const rings = call.offers.some((o) => o.extension === agent.extension && o.outcome === 'ringing')
    const began = floor.channels.get(call.originId)?.extension === agent.extension
    const isOn = isOnTheLine(floor, call, agent.extension)
    // Whoever waits for a customer who is called has that call as if they talked already.
    if (talks || (isOn && call.place?.extension === agent.extension)) talkedIn = callId
    if (talks || began || isOn) onCall = callId
    else if (rings) ringing = callId
    else calls?.delete(callId)
  }
  if (onCall !== null) return { state: 'talking', callId: onCall, talkedIn }
  if (ringing !== null) return { state: 'ringing', callId: ringing, talkedIn }
  if (agent.personId === null) return { state: 'offline', callId: null, talkedIn }
  const devices = agent.interfaces
  if (devices.length > 0 && devices.every((device) => floor.unreachableDevices.has(device))) {
    return { state: 'unreachable', callId: null, talkedIn }
  }
  return { state: pauseOf(floor, agent.extension).paused ? 'paused' : 'free', callId: null, talkedIn }
}

/**
 * Paused in every queue that they are signed in to. A phone that is not in use counts where there is no other; whoever is
 * signed in to no queue is not paused.
 */
function pauseOf(floor: FloorState, extension: string): { paused: boolean; pauseReason: string | null } {
  let paused = false
  let pauseReason: string | null = null
  const all = [...(floor.membershipsOfExtension.get(extension)?.values() ?? [])]
  const inUse = all.filter((member) => member.pauseReason !== otherDevice)
  for (const member of inUse.length > 0 ? inUse : all) {
    if (member.pauseReason === leftQueue) continue
    if (!member.paused) return { paused: false, pauseReason: null }
    paused = true
    pauseReason = member.pauseReason ?? pauseReason
  }
  return { paused, pauseReason }
}
