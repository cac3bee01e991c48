import { isKeeper, keeperIdOf, ofKeptCall } from '../../shared/keepers.ts'
import { nationalDigits, understandNumber, type CountryCode } from '../../shared/phone-numbers.ts'
import type { DeskInfo } from '../floor/events.ts'

/**
 * What stands in a field, by its name. What stands in no list here is replaced as well: a field that somebody adds tells
 * nothing before somebody says here that it may.
 */
const fields: Readonly<Record<string, Kind>> = {
  ...ofKind('plain', [
    'type',
    'state',
    'outcome',
    'direction',
    'by',
    'how',
    'why',
    'kind',
    'end',
    'unseen',
    'result',
    'reason',
    'into',
    'deviceState',
    'application',
    'causeText',
    'context',
    'toContext',
    'told',
    'said',
  ]),
  ...ofKind('id', [
    'channelId',
    'channelIds',
    'linkedId',
    'callerId',
    'calledId',
    'bridgeId',
    'swappedFor',
    'oneId',
    'twoId',
    'transfererId',
    'transfereeId',
    'firstId',
    'secondId',
    'targetId',
    'parkedById',
    'byId',
    'callId',
    'mergedId',
    'cameFrom',
    'visitId',
    'offerId',
    'contactId',
  ]),
  ...ofKind('number', [
    'callerNumber',
    // Of journals of before: nobody notes the connected line any more.
    'connectedNumber',
    'number',
    'exten',
    'toExten',
    'to',
    'dialled',
    'forwardedTo',
    'space',
    'extension',
    'byExtension',
  ]),
  ...ofKind('keyed', ['account', 'digits']),
  ...ofKind('person', ['personId']),
  ...ofKind('name', ['callerName', 'connectedName', 'memberName']),
  ...ofKind('device', ['device', 'interface', 'interfaces', 'stateInterface', 'trunks']),
  ...ofKind('channelName', ['name', 'channelName']),
  ...ofKind('nothing', ['dialString', 'pauseReason']),
  ...ofKind('time', ['at', 'arrivedAt', 'since', 'startedAt', 'bootedAt', 'until']),
  ...ofKind('pbx', ['pbx']),
  ...ofKind('queue', ['queue', 'queues']),
}
type Kind =
  | 'plain'
  | 'id'
  | 'number'
  | 'keyed'
  | 'person'
  | 'name'
  | 'device'
  | 'channelName'
  | 'nothing'
  | 'time'
  | 'pbx'
  | 'queue'

export interface ReplacerOptions {
  home: CountryCode
  /** The PBX's name, which may stand before others. */
  pbx: string
  trunks: readonly string[]
  /** Whose phones are whose: a desk's phones are named by its extension. */
  desks: readonly DeskInfo[]
  /** When the call began: from then on time is counted, ms. */
  startedAt: number
}

/** When every call begins that is told to others. */
const firstMoment = Date.UTC(2026, 0, 1)
/** Under so many digits a number is an extension or a service code, and nobody's. */
const shortestNumber = 7
/** Of a national number at most so many leading digits stay, which tell the region or the kind of line, */
const regionDigits = 3
/** and at least so many are replaced. */
const subscriberDigits = 6

/**
 * Makes what replaces in a call's events and facts whatever tells who it was: the same by the same, a number by one of its
 * own length and country, so that a replay goes the same way. Queues, contexts of the dialplan, extensions and causes stay.
 */
export function createReplacer(options: ReplacerOptions) {
  const { home, startedAt } = options
  const ids = numbered((n) => `pbx:${n}`)
  const people = numbered((n) => `person-${n}`)
  const names = numbered((n) => `Name ${n}`)
  const texts = numbered((n) => `text-${n}`)
  const otherDevices = numbered((n) => `device-${n}`)
  const keyed = numbered((n, text) => otherDigits(text, n))
  const numbers = numbered((n, digits) => digits.slice(0, 1) + counted(n, digits.length - 1))
  /** By the national number, which is the same however it is written. */
  const nationals = numbered((n, digits) => {
    const kept = Math.min(regionDigits, Math.max(1, digits.length - subscriberDigits))
    return digits.slice(0, kept) + counted(n, digits.length - kept)
  })
  const knownNationals = new Set<string>()
  const accounts = new Set<string>()

  function idOf(text: string): string {
    // What keeps a place is known by its name, which has the call in it.
    const kept = isKeeper(text) ? /-\d{1,3}(?:;[12])?$/.exec(text) : null
    if (kept) return `${keeperIdOf(ids(ofKeptCall(text)), 1).slice(0, -2)}${kept[0]}`
    const part = /^(.+)(\.[voc]\d+)$/.exec(text)
    return part ? ids(part[1] ?? '') + (part[2] ?? '') : ids(text)
  }

  function numberOf(text: string): string {
    if (accounts.has(text)) return keyed(text)
    const digits = text.replace(/\D/g, '')
    // Extensions, service codes, and the dialplan's own `s`, `h`, `i`.
    if (digits.length < shortestNumber) return /^([\d*#+]*|[a-z])$/i.test(text) ? text : texts(text)
    const fictional = fictionalDigits(text, digits)
    if (!/^\+?[\d\s().*#-]+$/.test(text)) return fictional
    let next = 0
    return text.replace(/\d/g, () => fictional[next++] ?? '')
  }

  /** As many digits as were given. */
  function fictionalDigits(text: string, digits: string): string {
    const known = nationalOf(text, home) ?? [...knownNationals].find((one) => digits.endsWith(one)) ?? null
    if (known === null || !digits.endsWith(known)) return numbers(digits)
    return digits.slice(0, -known.length) + nationals(known)
  }

  /** Where several PBXs are told apart, their names stand before those of queues and devices. */
  function scoped(text: string, replace: (name: string) => string): string {
    const prefix = `${options.pbx}/`
    return text.startsWith(prefix) ? `pbx/${replace(text.slice(prefix.length))}` : replace(text)
  }
  function deviceOf(text: string): string {
    return scoped(text, (name) => {
      // Of a Local channel and of a hint the number is dialled, and the floor goes by it.
      const dials = /^(Local\/|hint:)([^@]*)@(.*)$/.exec(name)
      if (dials) return `${dials[1] ?? ''}${numberOf(dials[2] ?? '')}@${dials[3] ?? ''}`
      const [, technology = 'Channel', resource = name] = /^([a-z0-9]+)\/(.*)$/i.exec(name) ?? []
      const isExtension = /^\d{1,6}$/.test(resource)
      const own = isExtension ? numberOf(resource) : (ofTrunk(text) ?? ofDesk(text) ?? otherDevices(text))
      return `${technology}/${own}`
    })
  }
  const ofTrunk = (text: string): string | null => {
    const at = options.trunks.indexOf(text)
    return at < 0 ? null : placed('trunk', at)
  }
  const ofDesk = (text: string): string | null => {
    const desk = options.desks.find(({ interfaces }) => interfaces.includes(text))
    return desk ? placed(numberOf(desk.extension), desk.interfaces.indexOf(text)) : null
  }

  /** A device, a serial, and of a Local channel its half. */
  function channelNameOf(text: string): string {
    const parts = /^(.*)(-[0-9a-f]{8}(?:;[12])?)$/.exec(text)
    return parts ? deviceOf(parts[1] ?? '') + (parts[2] ?? '') : texts(text)
  }

  const replaced: Visit = (value, kind) => {
    if (typeof value === 'number') return kind === 'time' ? value - startedAt + firstMoment : value
    switch (kind) {
      case 'plain':
        return value
      case 'id':
        return idOf(value)
      case 'number':
        return numberOf(value)
      case 'keyed':
        return keyed(value)
      case 'person':
        return people(value)
      case 'name':
        // A member is often named by its device.
        return value.includes('/') ? deviceOf(value) : names(value)
      case 'device':
        return deviceOf(value)
      case 'channelName':
        return channelNameOf(value)
      case 'nothing':
        return null
      case 'pbx':
        return 'pbx'
      case 'queue':
        return scoped(value, (name) => name)
      case 'time':
      case undefined:
        return texts(value)
    }
  }

  return {
    /** Takes note of what was keyed in and of numbers that are understood: they may stand elsewhere in another form. */
    note(value: object): void {
      walk(value, undefined, (text, kind) => {
        if (typeof text !== 'string') return text
        if (kind === 'keyed') accounts.add(text)
        const national = kind === 'number' ? nationalOf(text, home) : null
        if (national !== null) knownNationals.add(national)
        return text
      })
    },
    /** @returns the same shape with other words in it */
    replace: <T extends object>(value: T): T => walk(value, undefined, replaced) as T,
  }
}

type Visit = (value: string | number, kind: Kind | undefined) => string | number | null

/** Makes of something another of its shape, with each text and number in it as `visit` gives it. */
function walk(value: unknown, kind: Kind | undefined, visit: Visit): unknown {
  if (typeof value === 'string' || typeof value === 'number') return visit(value, kind)
  if (Array.isArray(value)) return value.map((item) => walk(item, kind, visit))
  if (typeof value !== 'object' || value === null) return value
  // A party's name is a person's; else `name` is a channel's.
  const kindOf = (key: string) => (key === 'name' && 'restricted' in value ? 'name' : fields[key])
  return Object.fromEntries(Object.entries(value).map(([key, own]) => [key, walk(own, kindOf(key), visit)]))
}

/** Gives each text one of its own, always the same. */
function numbered(make: (n: number, text: string) => string): (text: string) => string {
  const given = new Map<string, string>()
  return (text) => {
    const known = given.get(text) ?? make(given.size + 1, text)
    given.set(text, known)
    return known
  }
}

function nationalOf(text: string, home: CountryCode): string | null {
  const { e164 } = understandNumber(text, home)
  const national = e164 === null ? null : nationalDigits(e164)
  return national !== null && national.length >= shortestNumber ? national : null
}

const counted = (n: number, length: number): string => String(n).padStart(length, '0').slice(-length)
const placed = (name: string, at: number): string => (at === 0 ? name : `${name}-${at + 1}`)

/** As many keys, and not the same. */
function otherDigits(text: string, n: number): string {
  const other = counted(n, text.length)
  return other === text ? counted(n + 1, text.length) : other
}

function ofKind(kind: Kind, names: readonly string[]): Record<string, Kind> {
  return Object.fromEntries(names.map((name) => [name, kind]))
}
