import type { MemberInfo } from '../floor/events.ts'
import { readDeviceState } from './translate-channels.ts'
import { field, integer, type AmiBlock } from './fields.ts'
import {
  calledKeys,
  linkedIdIn,
  optionalText,
  readChannel,
  required,
  requiredId,
  requiredName,
  type Handler,
  type Translation,
} from './translation.ts'

/** Where a queue event happened: its queue, and the caller's channel. */
function visit(block: AmiBlock, to: Translation) {
  return {
    queue: requiredName(block, 'queue', to),
    channelId: requiredId(block, 'uniqueid', to),
    linkedId: linkedIdIn(block, 'linkedid', to),
  }
}

const callerJoin: Handler = (block, to) => {
  const position = integer(block, 'position') ?? 1
  to.out.push({ ...to.stamp, type: 'queue.entered', ...visit(block, to), position })
}

const callerLeave: Handler = (block, to) => {
  to.out.push({ ...to.stamp, type: 'queue.left', ...visit(block, to) })
}

const callerAbandon: Handler = (block, to) => {
  to.out.push({ ...to.stamp, type: 'queue.gaveUp', ...visit(block, to) })
}

const agentCalled: Handler = (block, to) => {
  to.out.push({
    ...to.stamp,
    type: 'queue.offered',
    ...visit(block, to),
    calledId: requiredId(block, 'destuniqueid', to),
    called: readChannel(block, calledKeys, to),
    interface: requiredName(block, 'interface', to),
    memberName: optionalText(block, 'membername') ?? required(block, 'interface'),
  })
}

/** Both times come in whole seconds. */
const agentConnect: Handler = (block, to) => {
  to.out.push({
    ...to.stamp,
    type: 'queue.connected',
    ...visit(block, to),
    calledId: requiredId(block, 'destuniqueid', to),
    interface: requiredName(block, 'interface', to),
    waitMs: (integer(block, 'holdtime') ?? 0) * 1000,
    ringMs: (integer(block, 'ringtime') ?? 0) * 1000,
  })
}

/** Unlike AgentConnect's, this RingTime comes in ms. */
const agentRingNoAnswer: Handler = (block, to) => {
  const ringMs = integer(block, 'ringtime') ?? 0
  const memberInterface = requiredName(block, 'interface', to)
  to.out.push({
    ...to.stamp,
    type: 'queue.notAnswered',
    ...visit(block, to),
    interface: memberInterface,
    ringMs,
  })
}

/** It names no caller when their channel has gone already: then the legs have told all there is to tell. */
const agentComplete: Handler = (block, to) => {
  if (field(block, 'uniqueid') === undefined) return
  const reason = field(block, 'reason')
  to.out.push({
    ...to.stamp,
    type: 'queue.completed',
    ...visit(block, to),
    interface: requiredName(block, 'interface', to),
    talkMs: (integer(block, 'talktime') ?? 0) * 1000,
    reason: reason === 'agent' || reason === 'transfer' ? reason : 'customer',
  })
}

/**
 * A queue's member as it is now.
 * @param keys the headers of its interface and name, which differ between events and the list
 * @throws FieldError
 */
export function readMember(
  block: AmiBlock,
  keys: { interface: string; name: string },
  to: Pick<Translation, 'prefix'>,
): MemberInfo {
  const memberInterface = requiredName(block, keys.interface, to)
  const stateInterface = field(block, 'stateinterface') ?? ''
  const paused = field(block, 'paused') === '1'
  const penalty = integer(block, 'penalty') ?? 0
  return {
    queue: requiredName(block, 'queue', to),
    interface: memberInterface,
    stateInterface: stateInterface === '' ? memberInterface : `${to.prefix}${stateInterface}`,
    memberName: optionalText(block, keys.name) ?? required(block, keys.interface),
    paused,
    pauseReason: paused ? optionalText(block, 'pausedreason') : null,
    deviceState: readDeviceState(field(block, 'status')),
    ...(penalty > 0 ? { penalty } : {}),
  }
}

const eventKeys = { interface: 'interface', name: 'membername' }

const memberSet: Handler = (block, to) => {
  to.out.push({ ...to.stamp, type: 'member.set', member: readMember(block, eventKeys, to) })
}

const memberRemoved: Handler = (block, to) => {
  const queue = requiredName(block, 'queue', to)
  to.out.push({ ...to.stamp, type: 'member.removed', queue, interface: requiredName(block, 'interface', to) })
}

export const queueHandlers: readonly (readonly [string, Handler])[] = [
  ['QueueCallerJoin', callerJoin],
  ['QueueCallerLeave', callerLeave],
  ['QueueCallerAbandon', callerAbandon],
  ['AgentCalled', agentCalled],
  ['AgentConnect', agentConnect],
  ['AgentRingNoAnswer', agentRingNoAnswer],
  ['AgentComplete', agentComplete],
  ['QueueMemberStatus', memberSet],
  ['QueueMemberAdded', memberSet],
  ['QueueMemberPause', memberSet],
  ['QueueMemberPenalty', memberSet],
  ['QueueMemberRinginuse', memberSet],
  ['QueueMemberRemoved', memberRemoved],
]
