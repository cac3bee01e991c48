import type { VisitOutcome } from '../../shared/calls.ts'
import { beginContact } from './contacts.ts'
import type { PbxEvent } from './events.ts'
import { extensionInQueue } from './offers.ts'
import type { Call, Channel, Queue, Visit } from './state.ts'
import {
  callOfChannel,
  mayFollowFromGap,
  putCall,
  replaced,
  unheardUntil,
  type QueueState,
  type Step,
} from './step.ts'

/** How long a caller who left a queue may stay unexplained before the tick decides, ms. */
const unexplainedMs = 2_000

/** The visit in which a caller is waiting now. */
export function openVisit(call: Call): Visit | undefined {
  return call.visits.findLast((visit) => visit.outcome === 'waiting' && visit.leftAt === null)
}

/** A visit whose caller has left, without the reason being known yet, or who still waits. */
export function waitingVisit(call: Call, queue?: string): Visit | undefined {
  return call.visits.findLast((v) => v.outcome === 'waiting' && (queue === undefined || v.queue === queue))
}

/** A caller joined a queue. */
export function queueEntered(
  step: Step,
  queue: string,
  channelId: string,
  linkedId: string,
  since: number,
): void {
  settleVisits(step, channelId)
  const call = callOfChannel(step.state, channelId) ?? step.state.calls.get(linkedId)
  if (!call || call.endedAt !== null || openVisit(call)?.queue === queue) return
  const visit: Visit = {
    visitId: `${call.callId}.v${call.visits.length + 1}`,
    queue,
    channelId,
    enteredAt: since,
    leftAt: null,
    gaveUp: false,
    unseen: false,
    outcome: 'waiting',
  }
  putCall(step, { ...call, visits: [...call.visits, visit] })
  const waiting = [...queueOf(step, queue).waiting, { callId: call.callId, channelId, since }]
  putWaiting(
    step,
    queue,
    waiting.sort((a, b) => a.since - b.since),
  )
  const said = { callId: call.callId, visitId: visit.visitId, queue }
  step.facts.push({ type: 'call.queued', pbx: step.pbx, at: since, ...said })
}

/** A caller is out of the queue; the reason comes with a later event, or with none. */
export function queueLeft(step: Step, queue: string, channelId: string, unseen: boolean): void {
  stopWaiting(step, queue, channelId)
  const call = callOfChannel(step.state, channelId)
  const visit = call && waitingVisit(call, queue)
  if (!call || visit?.leftAt !== null) return
  putVisit(step, call, {
    ...visit,
    leftAt: step.at,
    unseen: unseen || mayFollowFromGap(step, call.callId, call.startedAt),
  })
  step.state.unsettled.add(call.callId)
}

/** QueueCallerAbandon: a hang-up by the caller if they asked for one, else a time-out or an emptied queue. */
export function queueGaveUp(step: Step, queue: string, channelId: string): void {
  stopWaiting(step, queue, channelId)
  const channel = step.state.channels.get(channelId)
  const call = callOfChannel(step.state, channelId)
  const visit = call && waitingVisit(call, queue)
  if (!call || !visit) return
  if (channel?.hangupAskedAt != null) {
    endVisit(step, call, visit, abandonedOutcome(step, visit))
    return
  }
  const unseen = visit.unseen || mayFollowFromGap(step, call.callId, call.startedAt)
  putVisit(step, call, { ...visit, leftAt: visit.leftAt ?? step.at, gaveUp: true, unseen })
  step.state.unsettled.add(call.callId)
}

/** The PBX said why the queue application ended. Refused at the door is no visit: it tells how the call ended, where nothing else came of it. */
export function queueResult(
  step: Step,
  channelId: string,
  result: (PbxEvent & { type: 'queue.result' })['result'],
): void {
  const call = callOfChannel(step.state, channelId)
  const visit = call && waitingVisit(call)
  if (call?.visits.length === 0 && result === 'refused') putCall(step, { ...call, refused: true })
  if (!call || visit?.leftAt == null) return
  if (result === 'timedOut' || result === 'emptied' || result === 'withdrawn')
    endVisit(step, call, visit, result)
}

/** AgentConnect: the visit is answered, and the member's agent talks. */
export function queueConnected(step: Step, event: PbxEvent & { type: 'queue.connected' }): void {
  stopWaiting(step, event.queue, event.channelId)
  const call = callOfChannel(step.state, event.channelId)
  if (!call) return
  // Not the member who was rung, where somebody else has picked up.
  const extension =
    step.state.channels.get(event.calledId)?.extension ?? extensionInQueue(step, event.queue, event.interface)
  if (extension !== null) beginContact(step, call, extension, ownLeg(step, call, extension) ?? event.calledId)
  const current = step.state.calls.get(call.callId) ?? call
  const visit = waitingVisit(current, event.queue)
  if (visit) endVisit(step, current, visit, 'answered')
}

/** The agent's own channel, behind whatever Local channel app_queue dialled. */
function ownLeg(step: Step, call: Call, extension: string): string | undefined {
  return [...call.channelIds].find((id) => {
    const channel = step.state.channels.get(id)
    return channel?.extension === extension && channel.state === 'up'
  })
}

/** An agent of this visit's offer began to talk. */
export function visitAnswered(step: Step, callId: string, visitId: string): void {
  const call = step.state.calls.get(callId)
  const visit = call?.visits.find((v) => v.visitId === visitId)
  if (!call || visit?.outcome !== 'waiting') return
  stopWaiting(step, visit.queue, visit.channelId)
  endVisit(step, call, visit, 'answered')
}

/**
 * Decides about callers who left a queue without a reason: the dialplan went on (a key), or time has passed.
 * @param channelId the caller who did something else now; null when time has passed
 */
export function settleVisits(step: Step, channelId: string | null): void {
  if (step.state.unsettled.size === 0) return
  for (const callId of step.state.unsettled) {
    const call = step.state.calls.get(callId)
    const visit = call && waitingVisit(call)
    if (!call || visit?.leftAt == null) {
      step.state.unsettled.delete(callId)
      continue
    }
    // Another PBX's time says nothing of how long ago that was.
    if (call.pbx !== step.pbx) continue
    const due = channelId === null ? step.at - visit.leftAt >= unexplainedMs : visit.channelId === channelId
    if (due && !beingAnswered(step, call, visit))
      endVisit(step, call, visit, unexplainedOutcome(step, callId, visit))
  }
}

/** A caller who was seen to leave a queue, and of whom nothing more was told, pressed a key; who was not seen to, may have. */
function unexplainedOutcome(step: Step, callId: string, visit: Visit): VisitOutcome {
  const heardAgainAt = unheardUntil(step, callId)
  const explainedUnheard = heardAgainAt !== null && visit.leftAt !== null && heardAgainAt >= visit.leftAt
  if (visit.unseen || explainedUnheard) return 'unknown'
  return visit.gaveUp ? 'timedOut' : 'leftByKey'
}

/** An announcement to the agent may stand between the caller leaving the queue and the two being connected. */
function beingAnswered(step: Step, call: Call, visit: Visit): boolean {
  return call.offers.some(
    (offer) =>
      offer.visitId === visit.visitId &&
      offer.outcome === 'ringing' &&
      offer.channelIds.some((id) => step.state.channels.get(id)?.state === 'up'),
  )
}

/** The caller's channel is gone, with or without a word from the queue. */
export function visitsCutShort(step: Step, channel: Channel): void {
  const call = step.state.calls.get(channel.callId)
  const visit = call && waitingVisit(call)
  if (!call || visit?.channelId !== channel.channelId) return
  stopWaiting(step, visit.queue, visit.channelId)
  if (visit.leftAt !== null) endVisit(step, call, visit, unexplainedOutcome(step, call.callId, visit))
  else
    endVisit(
      step,
      call,
      visit,
      channel.hangupAskedAt === null ? (step.unseen ?? 'unknown') : abandonedOutcome(step, visit),
    )
}

/** A call has ended: nobody waits in it any more, whatever was told of how they left. */
export function visitsOfEndedCall(step: Step, callId: string): void {
  for (const { visitId } of step.state.calls.get(callId)?.visits ?? []) {
    const call = step.state.calls.get(callId)
    const visit = call?.visits.find((each) => each.visitId === visitId)
    if (!call || visit?.outcome !== 'waiting') continue
    stopWaiting(step, visit.queue, visit.channelId)
    endVisit(step, call, visit, step.unseen ?? 'unknown')
  }
}

function abandonedOutcome(step: Step, visit: Visit): VisitOutcome {
  return step.at - visit.enteredAt < step.state.options.shortAbandonMs ? 'shortAbandon' : 'abandoned'
}

function endVisit(step: Step, call: Call, visit: Visit, outcome: VisitOutcome): void {
  const leftAt = visit.leftAt ?? step.at
  putVisit(step, call, { ...visit, leftAt, outcome })
  step.state.unsettled.delete(call.callId)
  const { visitId, queue } = visit
  const waitMs = Math.max(0, leftAt - visit.enteredAt)
  const said = { callId: call.callId, visitId, queue, outcome, waitMs }
  step.facts.push({ type: 'call.dequeued', pbx: step.pbx, at: step.at, ...said })
}

/** A queue by name; one nobody spoke of before is empty. */
export function queueOf(step: Step, name: string): QueueState {
  return step.state.queues.get(name) ?? { name, pbx: step.pbx, members: new Map(), waiting: [] }
}

function stopWaiting(step: Step, queue: string, channelId: string): void {
  const { waiting } = queueOf(step, queue)
  const rest = waiting.filter((caller) => caller.channelId !== channelId)
  if (rest.length !== waiting.length) putWaiting(step, queue, rest)
}

function putWaiting(step: Step, queue: string, waiting: Queue['waiting']): void {
  step.state.queues.set(queue, { ...queueOf(step, queue), waiting })
  step.queues.add(queue)
}

function putVisit(step: Step, call: Call, visit: Visit): void {
  putCall(step, { ...call, visits: replaced(call.visits, 'visitId', visit) })
}
