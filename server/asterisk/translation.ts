import type { ChannelInfo, ChannelState, PbxEvent, Stamp } from '../floor/events.ts'
import { ofKeptCall } from '../../shared/keepers.ts'
import type { NoticeCode, NoticeValues } from '../../shared/notices.ts'
import { readPresentation, type ChannelMemory, type RememberedChannel } from './channel-memory.ts'
import {
  channelVariable,
  cleanText,
  field,
  leadingField,
  optional,
  unquoted,
  type AmiBlock,
} from './fields.ts'

/** What a handler of one kind of event works with. */
export interface Translation {
  readonly pbx: string
  /** What stands before the names of queues and devices; empty where this is the only PBX. */
  readonly prefix: string
  readonly memory: ChannelMemory
  /** Of the event being translated. */
  stamp: Stamp
  out: PbxEvent[]
  /** Something that an administrator should know. */
  readonly notice: (code: NoticeCode, values?: NoticeValues) => void
  /** Asks the PBX whether this channel's caller may be shown; the answer comes by `learnPresentation`. */
  readonly askPresentation: (uniqueId: string) => void
  /** Asks the PBX for the state of a device; the answer comes by `learnDeviceState`. */
  readonly askDeviceState: (device: string) => void
  /** Keeps a PIN for whoever compares it. @returns what it can be asked for by */
  readonly keepPin: (pin: string) => string
}

/** Turns one kind of AMI event into events of ours. @throws FieldError where a field that it needs is missing */
export type Handler = (block: AmiBlock, to: Translation) => void

/** An event that lacks what makes it of use. */
export class FieldError extends Error {
  readonly key: string
  constructor(key: string) {
    super(`no usable ${key}`)
    this.name = 'FieldError'
    this.key = key
  }
}

/** Longest caller's name and number, and longest id, that are taken over. */
const longestName = 80
const longestNumber = 64
const longestId = 200

/** @throws FieldError */
export function required(block: AmiBlock, key: string): string {
  const value = field(block, key)
  if (value === undefined || value === '' || value.length > longestId) throw new FieldError(key)
  return value
}

/** An id for the outside, which tells the PBXs apart. @throws FieldError */
export function requiredId(block: AmiBlock, key: string, to: Translation): string {
  return `${to.pbx}:${required(block, key)}`
}

/**
 * The id of the call that Asterisk links a channel to; of one that keeps a place the call whose place it is. @throws FieldError
 */
export function linkedIdIn(block: AmiBlock, key: string, to: Translation): string {
  return `${to.pbx}:${ofKeptCall(required(block, key))}`
}

/** As {@link requiredId}, of a header that Asterisk writes before any caller's text. @throws FieldError */
export function leadingId(block: AmiBlock, key: string, to: Translation): string {
  const value = leadingField(block, key)
  if (value === undefined || value === '' || value.length > longestId) throw new FieldError(key)
  return `${to.pbx}:${value}`
}

/** The name of a queue, an interface or a device, which tells the PBXs apart where there are several. @throws FieldError */
export function requiredName(block: AmiBlock, key: string, { prefix }: Pick<Translation, 'prefix'>): string {
  return `${prefix}${required(block, key)}`
}

/** An id that not every such event has. */
export function optionalId(block: AmiBlock, key: string, to: Translation): string | null {
  const value = optional(block, key)
  return value === null || value.length > longestId ? null : `${to.pbx}:${value}`
}

/** A text of bounded length without control characters; null where it is empty, missing or unknown. */
export function optionalText(block: AmiBlock, key: string, longest = longestName): string | null {
  const value = optional(block, key)
  return value === null ? null : cleanText(value, longest) || null
}

/** The headers of one channel in an event, which may describe several by a prefix. */
export interface ChannelKeys {
  channel: string
  state: string
  number: string
  name: string
  context: string
  exten: string
  unique: string
  linked: string
  variables: string
}

function channelKeys(prefix: string): ChannelKeys {
  return {
    channel: `${prefix}channel`,
    state: `${prefix}channelstate`,
    number: `${prefix}calleridnum`,
    name: `${prefix}calleridname`,
    context: `${prefix}context`,
    exten: `${prefix}exten`,
    unique: `${prefix}uniqueid`,
    linked: `${prefix}linkedid`,
    variables: `${prefix}chanvariable`,
  }
}

export const ownKeys = channelKeys('')
export const calledKeys = channelKeys('dest')
export const parkedKeys = channelKeys('parkee')

/** A caller's number as the PBX gives it, cleaned; null where there is none. */
export function readNumber(block: AmiBlock, key: string): string | null {
  return optionalText(block, key, longestNumber)
}

/**
 * Takes a channel into the memory, if it is not there.
 * @param sure whether what the block says about presentation can be believed
 */
export function rememberChannel(
  block: AmiBlock,
  keys: ChannelKeys,
  to: Translation,
  sure: boolean,
): RememberedChannel {
  const unique = required(block, keys.unique)
  const known = to.memory.get(unique)
  if (known) return known
  const said = readPresentation(channelVariable(block, keys.variables, 'CALLERID(pres)'))
  const remembered = to.memory.remember(unique, {
    linked: ofKeptCall(required(block, keys.linked)),
    number: readNumber(block, keys.number),
    name: hearName(block, keys.name, to),
    presentation: sure ? said : 'unknown',
    queueStatus: channelVariable(block, keys.variables, 'QUEUESTATUS') ?? '',
    account: channelVariable(block, keys.variables, 'RINGCARD_ACCOUNT') ?? '',
    attestation: '',
  })
  if (remembered.presentation === 'unknown' && (remembered.number !== null || remembered.name !== null)) {
    to.askPresentation(unique)
  }
  return remembered
}

/** Describes a channel as it may be shown. @throws FieldError */
export function readChannel(block: AmiBlock, keys: ChannelKeys, to: Translation, sure = true): ChannelInfo {
  const name = leadingField(block, keys.channel)
  if (name === undefined || name === '' || name.length > longestId) throw new FieldError(keys.channel)
  const unique = required(block, keys.unique)
  const remembered = rememberChannel(block, keys, to, sure)
  return {
    channelId: `${to.pbx}:${unique}`,
    linkedId: linkedIdIn(block, keys.linked, to),
    ...readName(name, to.prefix),
    state: readState(field(block, keys.state)),
    ...to.memory.shownCaller(unique, remembered),
    exten: optionalText(block, keys.exten),
    context: optionalText(block, keys.context),
    application: optionalText(block, 'application'),
  }
}

/** A caller's name as it was meant, cleaned; null where there is none. Says when it is too long to be one. */
export function hearName(block: AmiBlock, key: string, to: Translation): string | null {
  if ((optional(block, key)?.length ?? 0) > longestName) to.notice('pbx.name_cut', { longest: longestName })
  const name = optionalText(block, key)
  return name === null ? null : unquoted(name)
}

/**
 * The parts of a channel's name: `PJSIP/201-0000001a`, `Local/201@agents-00000003;2`.
 * @param prefix what stands before the names of devices
 */
export function readName(name: string, prefix: string): Pick<ChannelInfo, 'name' | 'device' | 'localHalf'> {
  const half = name.endsWith(';1') ? 1 : name.endsWith(';2') ? 2 : null
  const serial = name.lastIndexOf('-')
  return { name, device: `${prefix}${serial > 0 ? name.slice(0, serial) : name}`, localHalf: half }
}

/** Asterisk's numbers for a channel's state (`enum ast_channel_state`). */
const states: readonly ChannelState[] = [
  'down',
  'other',
  'other',
  'dialling',
  'dialling',
  'ringing',
  'up',
  'busy',
  'other',
  'other',
]

/** @param state the digit of `ChannelState` */
export function readState(state: string | undefined): ChannelState {
  return states[Number(state)] ?? 'other'
}
