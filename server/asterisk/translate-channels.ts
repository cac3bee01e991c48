import type { Attestation } from '../../shared/calls.ts'
import type { DeviceState, DialOutcome } from '../floor/events.ts'
import { readPresentation } from './channel-memory.ts'
import { channelVariable, field, integer, leadingField, optional, type AmiBlock } from './fields.ts'
import {
  calledKeys,
  hearName,
  linkedIdIn,
  optionalId,
  optionalText,
  ownKeys,
  readChannel,
  readName,
  readNumber,
  readState,
  required,
  requiredId,
  requiredName,
  FieldError,
  type Handler,
  type Translation,
} from './translation.ts'

/** Asterisk's numbers for a channel's state that we act on. */
const ringFromOutside = '4'

/**
 * A call that comes in says "allowed" here even when the number is withheld: the mark is set an instant later. So its
 * number is kept back until another event of the channel, or the PBX when asked, tells.
 */
const newChannel: Handler = (block, to) => {
  const sure = field(block, 'channelstate') !== ringFromOutside
  to.out.push({ ...to.stamp, type: 'channel.appeared', channel: readChannel(block, ownKeys, to, sure) })
}

const newState: Handler = (block, to) => {
  const state = readState(field(block, 'channelstate'))
  to.out.push({ ...to.stamp, type: 'channel.changed', ...ids(block, to), changes: { state } })
}

const newCallerId: Handler = (block, to) => {
  const unique = required(block, 'uniqueid')
  const remembered = to.memory.get(unique)
  if (!remembered) return
  const { presentation } = remembered
  to.memory.change(
    remembered,
    readNumber(block, 'calleridnum'),
    hearName(block, 'calleridname', to),
    presentation,
  )
  const changes = to.memory.shownCaller(unique, remembered)
  to.out.push({ ...to.stamp, type: 'channel.changed', ...ids(block, to), changes })
}

/** Whom a channel is connected with is told by its call; this event may be the first with its new linked id. */
const newConnectedLine: Handler = (block, to) => {
  to.out.push({ ...to.stamp, type: 'channel.changed', ...ids(block, to), changes: {} })
}

/** A Local channel that is optimised away, or a pick-up, gives its name to another: this event has no linked id. */
const rename: Handler = (block, to) => {
  const channelId = requiredId(block, 'uniqueid', to)
  const linked = to.memory.get(required(block, 'uniqueid'))?.linked
  const linkedId =
    optional(block, 'linkedid') !== null
      ? linkedIdIn(block, 'linkedid', to)
      : linked === undefined
        ? channelId
        : `${to.pbx}:${linked}`
  const changes = readName(required(block, 'newname'), to.prefix)
  to.out.push({ ...to.stamp, type: 'channel.changed', channelId, linkedId, changes })
}

/** The applications that end or turn a call's course; the rest of the dialplan is nobody's business. */
const applications = new Set(
  'Queue VoiceMail VoiceMailMain ConfBridge Park ParkAndAnnounce ParkedCall Pickup PickupChan'.split(' '),
)

const newExten: Handler = (block, to) => {
  const application = field(block, 'application')
  if (application === undefined || !applications.has(application)) return
  const exten = optionalText(block, 'extension')
  to.out.push({ ...to.stamp, type: 'channel.application', ...ids(block, to), application, exten })
}

/** HangupRequest comes of the far end's BYE or CANCEL; SoftHangupRequest of the PBX itself, or of somebody's AMI action. */
const hangupRequest: Handler = (block, to) => {
  const cause = integer(block, 'cause')
  const by = field(block, 'event') === 'HangupRequest' ? 'farEnd' : 'pbx'
  to.out.push({ ...to.stamp, type: 'channel.hangupAsked', ...ids(block, to), by, cause })
}

const hangup: Handler = (block, to) => {
  const cause = integer(block, 'cause')
  const causeText = optionalText(block, 'cause-txt')
  to.out.push({ ...to.stamp, type: 'channel.gone', ...ids(block, to), cause, causeText })
  to.memory.gone(required(block, 'uniqueid'), to.stamp.at)
}

const hold: Handler = (block, to) => {
  to.out.push({ ...to.stamp, type: 'channel.held', ...ids(block, to) })
}

const unhold: Handler = (block, to) => {
  to.out.push({ ...to.stamp, type: 'channel.resumed', ...ids(block, to) })
}

const recording =
  (state: 'on' | 'off'): Handler =>
  (block, to) => {
    to.out.push({ ...to.stamp, type: 'channel.recorded', ...ids(block, to), recording: state })
  }

const recordingMuted: Handler = (block, to) => {
  const state = field(block, 'state') === '1' ? 'paused' : 'on'
  to.out.push({ ...to.stamp, type: 'channel.recorded', ...ids(block, to), recording: state })
}

const dialBegin: Handler = (block, to) => {
  to.out.push({
    ...to.stamp,
    type: 'dial.began',
    callerId: optionalId(block, 'uniqueid', to),
    calledId: requiredId(block, 'destuniqueid', to),
    called: readChannel(block, calledKeys, to),
    dialString: optionalText(block, 'dialstring'),
  })
}

const dialOutcomes = new Map<string, DialOutcome>([
  ['ANSWER', 'answered'],
  ['BUSY', 'busy'],
  ['NOANSWER', 'notAnswered'],
  ['CANCEL', 'cancelled'],
  ['ABORT', 'cancelled'],
  ['CHANUNAVAIL', 'unreachable'],
  ['CONGESTION', 'congested'],
])

const dialEnd: Handler = (block, to) => {
  to.out.push({
    ...to.stamp,
    type: 'dial.ended',
    callerId: optionalId(block, 'uniqueid', to),
    calledId: requiredId(block, 'destuniqueid', to),
    outcome: dialOutcomes.get(required(block, 'dialstatus')) ?? 'other',
    forwardedTo: optionalText(block, 'forward'),
  })
}

/** What the dialplan may tell us: an account number or digits, nothing that could be taken for anything else. */
const learntPattern = /^[0-9A-Za-z*#+-]{1,32}$/

/** What a PIN is made of. Longer than any that a caller remembers is no PIN. */
const pinPattern = /^\d{3,12}$/

/** `UserEvent(RingcardLearnt,Account: …,Digits: …)`; any name that begins with Ringcard will do. `Pin` is for comparing alone. */
const userEvent: Handler = (block, to) => {
  if (leadingField(block, 'userevent')?.startsWith('Ringcard') !== true) return
  if (placeEvent(block, to) || voicemailEvent(block, to)) return
  const remembered = to.memory.get(required(block, 'uniqueid'))
  const pin = optional(block, 'pin')
  if (pin !== null && pinPattern.test(pin)) {
    // Events are kept for ever, and a PIN must not be.
    to.out.push({ ...to.stamp, type: 'call.pinTyped', ...ids(block, to), keptAs: to.keepPin(pin) })
  }
  const account = learntPart(block, 'account')
  const digits = learntPart(block, 'digits')
  if (account === null && digits === null) return
  // RINGCARD_ACCOUNT on the same event has told it already.
  if (digits === null && remembered?.account === account) return
  if (remembered && account !== null) remembered.account = account
  to.out.push({ ...to.stamp, type: 'call.learnt', ...ids(block, to), account, digits })
}

const placeSteps: ReadonlySet<string> = new Set(['asked', 'wanted', 'turn'])

/** `UserEvent(RingcardPlace,Step: …,Queue: …,Prio: …)`: a place in a queue that is to be kept, or whose turn has come. */
function placeEvent(block: AmiBlock, to: Translation): boolean {
  if (leadingField(block, 'userevent') !== 'RingcardPlace') return false
  const said = required(block, 'step')
  if (!placeSteps.has(said)) throw new FieldError('step')
  const queue = said === 'turn' ? null : requiredName(block, 'queue', to)
  const prio = Math.max(0, integer(block, 'prio') ?? 0)
  const step = said as 'asked' | 'wanted' | 'turn'
  to.out.push({ ...to.stamp, type: 'place.said', ...ids(block, to), said: step, queue, prio })
  return true
}

const mailboxPattern = /^[\w-]{1,40}@[\w-]{1,40}$/

/** `UserEvent(RingcardVoicemail,Mailbox: 190@hearth,File: …)`: a mailbox was reached; without a file nothing was left in it. */
function voicemailEvent(block: AmiBlock, to: Translation): boolean {
  if (leadingField(block, 'userevent') !== 'RingcardVoicemail') return false
  const mailbox = required(block, 'mailbox')
  if (!mailboxPattern.test(mailbox)) throw new FieldError('mailbox')
  const left = (field(block, 'file') ?? '') !== ''
  to.out.push({ ...to.stamp, type: 'voicemail.over', ...ids(block, to), mailbox, left })
  return true
}

function learntPart(block: AmiBlock, key: string): string | null {
  const value = optional(block, key)
  return value !== null && learntPattern.test(value) ? value : null
}

/** One contact less is not yet a phone that cannot be reached, since a desk may have two: so the device is asked for. */
const contactStatus: Handler = (block, to) => {
  const device = `PJSIP/${required(block, 'endpointname')}`
  const status = required(block, 'contactstatus')
  if (status === 'Removed' || status === 'Unreachable') to.askDeviceState(device)
  else if (status !== 'Updated')
    to.out.push({ ...to.stamp, type: 'phone.reachable', device: `${to.prefix}${device}`, reachable: true })
}

const deviceStateChange: Handler = (block, to) => {
  const device = required(block, 'device')
  const state = required(block, 'state')
  if (!isPhone(device)) return
  const reachable = isReachable(state)
  to.out.push({ ...to.stamp, type: 'phone.reachable', device: `${to.prefix}${device}`, reachable })
}

/** Devices that are phones: not queues, hints, parking places or mailboxes, which have states as well. */
export function isPhone(device: string): boolean {
  return device.startsWith('PJSIP/') || device.startsWith('SIP/')
}

/** @param state as `DEVICE_STATE()` and DeviceStateChange write it */
export function isReachable(state: string): boolean {
  return state !== 'UNAVAILABLE' && state !== 'INVALID'
}

/** Asterisk's numbers for a device's state (`enum ast_device_state`), as queues write them. */
const deviceStates: readonly DeviceState[] = [
  'unknown',
  'free',
  'inUse',
  'busy',
  'unavailable',
  'unavailable',
  'ringing',
  'ringing',
  'onHold',
]

/** @param status the digit of `Status` in queue events */
export function readDeviceState(status: string | undefined): DeviceState {
  return deviceStates[Number(status)] ?? 'unknown'
}

/**
 * What every event of a channel tells beside its own matter, by the variables that `channelvars` puts on it: whether the
 * caller may be shown, why a queue was left, what the caller typed. Only a change makes an event.
 */
export function hearVariables(block: AmiBlock, to: Translation): void {
  const unique = field(block, 'uniqueid')
  const remembered = unique === undefined ? undefined : to.memory.get(unique)
  if (unique === undefined || !remembered) return
  const shown = readPresentation(channelVariable(block, 'chanvariable', 'CALLERID(pres)'))
  if (shown !== 'unknown' && shown !== remembered.presentation) showCaller(unique, shown, to)
  const queueStatus = channelVariable(block, 'chanvariable', 'QUEUESTATUS')
  if (queueStatus !== undefined && queueStatus !== remembered.queueStatus) {
    remembered.queueStatus = queueStatus
    if (queueStatus !== '') {
      const result = queueResults.get(queueStatus) ?? 'other'
      to.out.push({ ...to.stamp, type: 'queue.result', channelId: `${to.pbx}:${unique}`, result })
    }
  }
  const account = channelVariable(block, 'chanvariable', 'RINGCARD_ACCOUNT')
  if (account !== undefined && account !== remembered.account) {
    remembered.account = account
    if (learntPattern.test(account)) {
      to.out.push({ ...to.stamp, type: 'call.learnt', ...ids(block, to), account, digits: null })
    }
  }
  const said = channelVariable(block, 'chanvariable', 'RINGCARD_ATTESTATION')
  if (said !== undefined && said !== remembered.attestation) {
    remembered.attestation = said
    const attestation = attestations.get(said)
    if (attestation) to.out.push({ ...to.stamp, type: 'call.attested', ...ids(block, to), attestation })
  }
}

/** The values of RINGCARD_ATTESTATION: the letters of SHAKEN, or that there is none. Anything else says nothing. */
const attestations = new Map<string, Attestation>([
  ['A', 'full'],
  ['B', 'partial'],
  ['C', 'gateway'],
  ['none', 'none'],
  ['failed', 'failed'],
])

/** The values of QUEUESTATUS, which stays as it is when the next queue begins. */
const queueResults = new Map<string, 'timedOut' | 'emptied' | 'refused' | 'withdrawn'>([
  ['TIMEOUT', 'timedOut'],
  ['LEAVEEMPTY', 'emptied'],
  ['LEAVEUNAVAIL', 'emptied'],
  ['FULL', 'refused'],
  ['JOINEMPTY', 'refused'],
  ['JOINUNAVAIL', 'refused'],
  ['WITHDRAW', 'withdrawn'],
])

/** It is known now whether a caller may be shown. */
export function showCaller(unique: string, said: 'open' | 'withheld', to: Translation): void {
  const remembered = to.memory.get(unique)
  if (!remembered || remembered.presentation === said) return
  const before = to.memory.shownCaller(unique, remembered)
  to.memory.change(remembered, remembered.number, remembered.name, said)
  const changes = to.memory.shownCaller(unique, remembered)
  if (before.callerNumber === changes.callerNumber && before.callerName === changes.callerName) {
    if (before.callerRestricted === changes.callerRestricted) return
  }
  to.out.push({
    ...to.stamp,
    type: 'channel.changed',
    channelId: `${to.pbx}:${unique}`,
    linkedId: `${to.pbx}:${remembered.linked}`,
    changes,
  })
}

function ids(block: AmiBlock, to: Translation): { channelId: string; linkedId: string } {
  return { channelId: requiredId(block, 'uniqueid', to), linkedId: linkedIdIn(block, 'linkedid', to) }
}

export const channelHandlers: readonly (readonly [string, Handler])[] = [
  ['Newchannel', newChannel],
  ['Newstate', newState],
  ['NewCallerid', newCallerId],
  ['NewConnectedLine', newConnectedLine],
  ['Rename', rename],
  ['Newexten', newExten],
  ['HangupRequest', hangupRequest],
  ['SoftHangupRequest', hangupRequest],
  ['Hangup', hangup],
  ['Hold', hold],
  ['MixMonitorStart', recording('on')],
  ['MixMonitorStop', recording('off')],
  ['MixMonitorMute', recordingMuted],
  ['Unhold', unhold],
  ['DialBegin', dialBegin],
  ['DialEnd', dialEnd],
  ['UserEvent', userEvent],
  ['ContactStatus', contactStatus],
  ['DeviceStateChange', deviceStateChange],
]
