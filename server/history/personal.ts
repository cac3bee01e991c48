import type { ChannelInfo, PbxEvent } from '../floor/events.ts'
import type { Fact } from '../floor/facts.ts'
import type { Entry } from './entries.ts'
import { inputChannels } from './input-channels.ts'
import type { CallDocument } from './model.ts'

/*
 * What tells of a customer by itself: numbers and names as the network said them or as they were dialled, and what was keyed
 * in. It is lifted out of an entry before that is kept, and sealed; null stands in its place, so that an entry whose key was
 * destroyed can be replayed all the same.
 */

/** Fields with their values, nested as in what they were lifted out of; an item of a list goes by its index. */
export interface Patch {
  [field: string]: unknown
}

/** Something without what is personal in it, and what was lifted out: of each call its own, by the call's id. */
export interface Parted<T> {
  clear: T
  personal: ReadonlyMap<string, Patch>
}

/** Which call a channel belongs to, for events that tell of a channel alone. */
export type CallOfChannel = (channelId: string) => string

type Lifted<T> = [clear: T, personal: Patch | null]
type Snapshot = Extract<PbxEvent, { type: 'snapshot' }>

const nothing: ReadonlyMap<string, Patch> = new Map()

/** Lifts what is personal out of an entry. One without anything personal is returned as it is. */
export function partEntry(entry: Entry, callOf: CallOfChannel): Parted<Entry> {
  switch (entry.kind) {
    case 'input': {
      const { event } = entry
      if (event.type === 'snapshot') return partSnapshot(entry, event)
      const [clear, personal] = liftEvent(event)
      if (personal === null) return { clear: entry, personal: nothing }
      const callId = callOfEvent(event, callOf)
      return { clear: { ...entry, event: clear }, personal: new Map([[callId, { event: personal }]]) }
    }
    case 'facts':
      return partFacts(entry)
    case 'lookup':
      if (entry.read === null) return { clear: entry, personal: nothing }
      return { clear: { ...entry, read: null }, personal: new Map([[entry.callId, { read: entry.read }]]) }
    case 'word': {
      const [word, personal] = lift(entry.word, ['text'])
      return {
        clear: { ...entry, word },
        personal: within(new Map(personal ? [[entry.callId, personal]] : []), (patch) => ({ word: patch })),
      }
    }
    case 'record': {
      const { clear: call, personal } = partCall(entry.call)
      return { clear: { ...entry, call }, personal: within(personal, (patch) => ({ call: patch })) }
    }
    case 'disposition': {
      const { callId, disposition } = entry
      if (disposition.said === null) return { clear: entry, personal: nothing }
      return {
        clear: { ...entry, disposition: { ...disposition, said: null } },
        personal: new Map([[callId, { disposition: { said: disposition.said } }]]),
      }
    }
    case 'binding':
    case 'verification':
    case 'quality':
    case 'told':
    case 'painted':
    case 'desks':
    case 'status':
    case 'mark':
      return { clear: entry, personal: nothing }
  }
}

/**
 * An event without what is personal in it of calls and channels that are to be known no more.
 * @param isForgotten by the id of a call or a channel
 */
export function withoutForgotten(event: PbxEvent, isForgotten: (id: string) => boolean): PbxEvent {
  if (event.type === 'snapshot') {
    const channels = event.snapshot.channels.map((each) =>
      isForgotten(each.linkedId) || isForgotten(each.channelId) ? liftChannel(each)[0] : each,
    )
    return { ...event, snapshot: { ...event.snapshot, channels } }
  }
  const { linkedIds, channelIds } = inputChannels(event)
  return [...linkedIds, ...channelIds].some(isForgotten) ? liftEvent(event)[0] : event
}

/** Lifts what is personal out of a call's document. */
export function partCall(call: CallDocument): Parted<CallDocument> {
  const [clear, lifted] = lift(call.personal, ['number', 'name', 'dialled', 'account', 'digits'])
  const { transferredTo, words, ...rest } = clear
  const moved = both(lifted, transferredTo.some((to) => to !== null) ? { transferredTo } : null)
  const personal = both(moved, words === undefined ? null : { words })
  const [dispositions, said] = liftSaid(call.dispositions)
  if (personal === null && said === null) return { clear: call, personal: nothing }
  return {
    clear: { ...call, dispositions, personal: { ...rest, transferredTo: transferredTo.map(() => null) } },
    personal: new Map([[call._id, { ...(personal && { personal }), ...(said && { dispositions: said }) }]]),
  }
}

/** What was written with the results of a call. */
function liftSaid(dispositions: CallDocument['dispositions']): Lifted<CallDocument['dispositions']> {
  const lifted = dispositions.flatMap(({ said }, index) =>
    said === null ? [] : [[index, { said }] as const],
  )
  if (lifted.length === 0) return [dispositions, null]
  return [dispositions.map((one) => ({ ...one, said: null })), Object.fromEntries(lifted)]
}

/** Puts back what was lifted; what is given stays as it was. */
export function putBack<T extends object>(target: T, patch: Patch): T {
  const copy: T = Array.isArray(target) ? Object.assign([], target) : { ...target }
  for (const [field, value] of Object.entries(patch)) {
    const there: unknown = Reflect.get(copy, field)
    Reflect.set(copy, field, isPatch(value) && isObject(there) ? putBack(there, value) : value)
  }
  return copy
}

function partSnapshot(entry: Extract<Entry, { kind: 'input' }>, event: Snapshot): Parted<Entry> {
  const byCall = new Map<string, Patch>()
  const channels = event.snapshot.channels.map((each, index) => {
    const [channel, lifted] = liftChannel(each)
    if (lifted !== null) byCall.set(each.linkedId, { ...byCall.get(each.linkedId), [index]: lifted })
    return channel
  })
  const clear = { ...event, snapshot: { ...event.snapshot, channels } }
  const personal = within(byCall, (lifted) => ({ event: { snapshot: { channels: lifted } } }))
  return { clear: { ...entry, event: clear }, personal }
}

function partFacts(entry: Extract<Entry, { kind: 'facts' }>): Parted<Entry> {
  const byCall = new Map<string, Patch>()
  const facts = entry.facts.map((fact, index) => {
    const [clear, lifted] = liftFact(fact)
    if (lifted !== null && 'callId' in fact && fact.callId !== null)
      byCall.set(fact.callId, { ...byCall.get(fact.callId), [index]: lifted })
    return clear
  })
  if (byCall.size === 0) return { clear: entry, personal: nothing }
  return { clear: { ...entry, facts }, personal: within(byCall, (lifted) => ({ facts: lifted })) }
}

function liftFact(fact: Fact): Lifted<Fact> {
  switch (fact.type) {
    case 'call.started':
    case 'call.identified': {
      const [party, caller] = lift(fact.party, ['number', 'name'])
      const [clear, dialled] = lift(fact, ['dialled'])
      return [{ ...clear, party }, both(caller && { party: caller }, dialled)]
    }
    case 'call.learnt':
      return lift(fact, ['account', 'digits'])
    case 'call.transferred':
      return lift(fact, ['to'])
    default:
      return [fact, null]
  }
}

function liftEvent(event: PbxEvent): Lifted<PbxEvent> {
  switch (event.type) {
    case 'channel.appeared': {
      const [channel, personal] = liftChannel(event.channel)
      return personal ? [{ ...event, channel }, { channel: personal }] : [event, null]
    }
    case 'channel.changed': {
      const [changes, personal] = liftChannel(event.changes)
      return personal ? [{ ...event, changes }, { changes: personal }] : [event, null]
    }
    case 'dial.began':
    case 'queue.offered': {
      const [rest, dialled] =
        event.type === 'dial.began' ? lift(event, ['dialString'], mayBeNumber) : [event, null]
      if (event.called === null) return [rest, dialled]
      const [called, personal] = liftChannel(event.called)
      return [{ ...rest, called }, both(dialled, personal && { called: personal })]
    }
    case 'channel.application':
      return lift(event, ['exten'], mayBeNumber)
    case 'dial.ended':
      return lift(event, ['forwardedTo'], mayBeNumber)
    case 'transfer.blind':
      return lift(event, ['toExten'], mayBeNumber)
    case 'call.learnt':
      return lift(event, ['account', 'digits'])
    default:
      return [event, null]
  }
}

/** An event's call: what Asterisk links is one call (docs/decisions/0003-call-identity.md). */
function callOfEvent(event: PbxEvent, callOf: CallOfChannel): string {
  if ('linkedId' in event) return event.linkedId
  switch (event.type) {
    case 'channel.appeared':
      return event.channel.linkedId
    case 'dial.began':
      return event.called?.linkedId ?? callOf(event.callerId ?? event.calledId)
    case 'dial.ended':
      return callOf(event.callerId ?? event.calledId)
    case 'transfer.blind':
      return callOf(event.transfereeId ?? event.transfererId)
    default:
      throw new Error(`Nothing in an event ${event.type} is personal.`)
  }
}

/** Of a channel, or of what changed of one. A Local channel that leads to an outside number has it in its name. */
function liftChannel<C extends Partial<ChannelInfo>>(channel: C): Lifted<C> {
  const [said, callers] = lift(channel, ['callerNumber', 'callerName'])
  const [clear, dialled] = lift(said, ['exten'], mayBeNumber)
  const personal = both(callers, dialled)
  const { name, device } = channel
  if (name === undefined || device === undefined || !outsideNumber.test(device)) return [clear, personal]
  const hide = (text: string): string => text.replace(outsideNumber, '/*')
  return [
    { ...clear, name: hide(name), device: hide(device) },
    { ...personal, name, device },
  ]
}

const outsideNumber = /\/\+?\d{7,}/

/** Fields of the dialplan mostly hold its own words, and extensions. */
function mayBeNumber(text: string): boolean {
  return /\d{5}/.test(text)
}

/** Takes fields out of something, save empty ones; null stands in their place. */
function lift<T extends object>(
  from: T,
  fields: readonly (keyof T & string)[],
  isPersonal: (text: string) => boolean = (text) => text !== '',
): Lifted<T> {
  let clear = from
  let personal: Patch | null = null
  for (const field of fields) {
    const value = from[field]
    if (typeof value !== 'string' || !isPersonal(value)) continue
    if (personal === null) {
      personal = {}
      clear = { ...from }
    }
    personal[field] = value
    Reflect.set(clear, field, null)
  }
  return [clear, personal]
}

function both(one: Patch | null, other: Patch | null): Patch | null {
  return one && other ? { ...one, ...other } : (one ?? other)
}

function within(
  byCall: ReadonlyMap<string, Patch>,
  place: (patch: Patch) => Patch,
): ReadonlyMap<string, Patch> {
  return new Map([...byCall].map(([callId, patch]) => [callId, place(patch)]))
}

function isPatch(value: unknown): value is Patch {
  return isObject(value) && !Array.isArray(value)
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
