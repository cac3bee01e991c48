import type { AgentState } from '../../shared/calls.ts'
import type { DeskInfo, MemberInfo } from './events.ts'
import { extensionOfMember } from './members.ts'
import { extensionInQueue } from './offers.ts'
import { isOnTheLine } from './reach.ts'
import type { Agent } from './state.ts'
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
  mapMembers(step)
}

/** Members may be known before the desks are: whose they are is found again for all. */
function mapMembers(step: Step): void {
  step.state.queuesOfExtension.clear()
  for (const queue of step.state.queues.values()) {
    for (const member of queue.members.values()) noteMembership(step, member)
  }
}

function noteMembership(step: Step, member: MemberInfo): void {
  const extension = extensionOfMember(step.state, member)
  if (extension === null) return
  const queues = step.state.queuesOfExtension.get(extension) ?? new Set()
  step.state.queuesOfExtension.set(extension, queues.add(member.queue))
  step.agents.add(extension)
}

/** A queue member as the PBX has it now. */
export function memberSet(step: Step, member: MemberInfo): void {
  const queue = queueOf(step, member.queue)
  const members = new Map(queue.members).set(member.interface, { ...member, pbx: step.pbx })
  step.state.queues.set(queue.name, { ...queue, members })
  step.queues.add(queue.name)
  noteMembership(step, member)
}

/** Somebody is no member of a queue any more. */
export function memberRemoved(step: Step, queueName: string, memberInterface: string): void {
  const queue = queueOf(step, queueName)
  if (queue.members.get(memberInterface)?.pbx !== step.pbx) return
  const extension = extensionInQueue(step, queueName, memberInterface)
  const members = new Map(queue.members)
  members.delete(memberInterface)
  step.state.queues.set(queueName, { ...queue, members })
  step.queues.add(queueName)
  if (extension === null) return
  step.state.queuesOfExtension.get(extension)?.delete(queueName)
  step.agents.add(extension)
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
    for (const queue of step.state.queuesOfExtension.get(extension) ?? []) step.queues.add(queue)
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
    if (talks) talkedIn = callId
    if (talks || began || isOnTheLine(floor, call, agent.extension)) onCall = callId
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

/** Paused in every queue they are a member of. */
function pauseOf(floor: FloorState, extension: string): { paused: boolean; pauseReason: string | null } {
  let paused = false
  let pauseReason: string | null = null
  for (const name of floor.queuesOfExtension.get(extension) ?? []) {
    for (const member of floor.queues.get(name)?.members.values() ?? []) {
      if (extensionOfMember(floor, member) !== extension) continue
      if (!member.paused) return { paused: false, pauseReason: null }
      paused = true
      pauseReason = member.pauseReason ?? pauseReason
    }
  }
  return { paused, pauseReason }
}
