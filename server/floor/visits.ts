import type { VisitOutcome } from '../../shared/calls.ts'
import { endCall } from './calls.ts'
import { beginContact } from './contacts.ts'
import type { PbxEvent } from './events.ts'
import {
  backThemselves,
  isAsked,
  keepsPlace,
  keptTooLate,
  placeKept,
  placeOver,
  turnCame,
  waitsOn,
} from './kept-place.ts'
import { extensionInQueue, withdrawOtherOffers } from './offers.ts'
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
/** So long somebody may take to wait again in the stead of a caller, after the PBX was started anew, ms. */
const forgottenMs = 10 * 60_000

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
  if (!call || call.endedAt !== null) return
  const isKeeper = keepsPlace(channelId)
  if (isKeeper && call.place?.state === 'over') {
    keptTooLate(step, call, channelId)
    return
  }
  const known = waitingVisit(call, queue)
  // Told twice, as by the record and by a list.
  if (known?.channelId === channelId && known.leftAt === null) return
  if (known && (isKeeper || call.place?.queue === queue)) {
    goOnWaiting(step, call, known, { channelId, joinedAt: since })
    if (isKeeper) keptFrom(step, call.callId, queue, channelId)
    else backThemselves(step, call)
    return
  }
  if (openVisit(call)?.queue === queue) return
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
  startWaiting(step, queue, { callId: call.callId, channelId, since })
  if (isKeeper) keptFrom(step, call.callId, queue, channelId)
  const said = { callId: call.callId, visitId: visit.visitId, queue }
  step.facts.push({ type: 'call.queued', pbx: step.pbx, at: since, ...said })
}

/** One wait, whoever stands in the line for the customer: they themselves, or who keeps their place. */
function goOnWaiting(
  step: Step,
  call: Call,
  visit: Visit,
  { channelId, joinedAt }: Required<Pick<Visit, 'channelId' | 'joinedAt'>>,
): void {
  stopWaiting(step, visit.queue, visit.channelId)
  putVisit(step, call, { ...visit, channelId, joinedAt, leftAt: null, gaveUp: false, unseen: false })
  step.state.unsettled.delete(call.callId)
  startWaiting(step, visit.queue, { callId: call.callId, channelId, since: visit.enteredAt })
}

function keptFrom(step: Step, callId: string, queue: string, channelId: string): void {
  const call = step.state.calls.get(callId)
  if (call) placeKept(step, call, queue, channelId)
}

/** A customer who called again stands where they stood before: in the line, not in how long this call has waited. */
export function handPlaceOver(step: Step, fromId: string, toId: string): void {
  const from = step.state.calls.get(fromId)?.visits.at(-1)
  const to = step.state.calls.get(toId)
  const visit = to && openVisit(to)
  if (!from || !to || visit?.queue !== from.queue) return
  stopWaiting(step, visit.queue, visit.channelId)
  const since = Math.min(visit.enteredAt, from.enteredAt)
  startWaiting(step, visit.queue, { callId: toId, channelId: visit.channelId, since })
}

/** Whether a word about a channel in a queue concerns the visit: not one of a keeper whose customer is back. */
function isOfVisit(visit: Visit, channelId: string): boolean {
  return visit.channelId === channelId || !keepsPlace(channelId)
}

/** A caller is out of the queue; the reason comes with a later event, or with none. */
export function queueLeft(step: Step, queue: string, channelId: string, unseen: boolean): void {
  stopWaiting(step, queue, channelId)
  const call = callOfChannel(step.state, channelId)
  const visit = call && waitingVisit(call, queue)
  if (!call || visit?.leftAt !== null || !isOfVisit(visit, channelId)) return
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
  if (!call || !visit || !isOfVisit(visit, channelId)) return
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
  if (keepsPlace(event.channelId)) {
    // The agent is there, and the customer is called only now.
    withdrawOtherOffers(step, call.callId, extension ?? '')
    turnCame(step, step.state.calls.get(call.callId) ?? call, extension)
  } else if (extension !== null)
    beginContact(step, call, extension, ownLeg(step, call, extension) ?? event.calledId)
  const current = step.state.calls.get(call.callId) ?? call
  const visit = waitingVisit(current, event.queue)
  if (visit && isOfVisit(visit, event.channelId)) endVisit(step, current, visit, 'answered')
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
    if (isAsked(call, visit) || call.channelIds.size === 0) {
      giveUpForgotten(step, call, visit.leftAt)
      continue
    }
    // Another PBX's time says nothing of how long ago that was.
    if (call.pbx !== step.pbx) continue
    const due = channelId === null ? step.at - visit.leftAt >= unexplainedMs : visit.channelId === channelId
    if (due && !beingAnswered(step, call, visit))
      endVisit(step, call, visit, unexplainedOutcome(step, callId, visit))
  }
}

/** A place that nobody has kept for long, though it was to be kept, is lost: no call stays on the floor for ever. */
function giveUpForgotten(step: Step, { callId, channelIds, pbx, place }: Call, leftAt: number): void {
  const limitMs = place?.state === 'wanted' ? unexplainedMs : forgottenMs
  if (pbx !== step.pbx || channelIds.size > 0 || step.at - leftAt < limitMs) return
  placeOver(step, { callId }, 'lost')
  endCall(step, callId, null)
}

/** A caller who was seen to leave a queue, and of whom nothing more was told, pressed a key; who was not seen to, may have. */
function unexplainedOutcome(step: Step, callId: string, visit: Visit): VisitOutcome {
  const heardAgainAt = unheardUntil(step, callId)
  const explainedUnheard = heardAgainAt !== null && visit.leftAt !== null && heardAgainAt >= visit.leftAt
  if (visit.unseen || explainedUnheard) return 'unknown'
  if (keepsPlace(visit.channelId) && !visit.gaveUp) return 'withdrawn'
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
  if (waitsOn(step, call, channel.channelId)) {
    putVisit(step, call, { ...visit, leftAt: visit.leftAt ?? step.at })
    step.state.unsettled.add(call.callId)
    return
  }
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
  if (keepsPlace(visit.channelId)) return 'withdrawn'
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

function startWaiting(step: Step, queue: string, caller: Queue['waiting'][number]): void {
  const waiting = [...queueOf(step, queue).waiting, caller]
  putWaiting(
    step,
    queue,
    waiting.sort((a, b) => a.since - b.since),
  )
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
