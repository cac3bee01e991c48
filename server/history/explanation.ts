import type { CallExplanation, Line, LineText, Lookup } from '../../shared/explanation.ts'
import type { Disposition } from '../../shared/dispositions.ts'
import { countryOf } from '../../shared/phone-numbers.ts'
import type { VerificationStep } from '../../shared/verification.ts'
import type { PbxEvent } from '../floor/events.ts'
import type { Fact } from '../floor/facts.ts'
import type { Entry, Painted, Told } from './entries.ts'
import type { JournalOfCall } from './journal-of-call.ts'
import { legsOf } from './legs.ts'
import { ringsOf } from './rings.ts'
import { partyOf, type ShowParty } from './views.ts'

type Values = Line['values']
interface Said {
  text: LineText
  legId?: string
  values?: Values
}

export interface ExplainOptions {
  showParty: ShowParty
  /** Whose device it is now; null for nobody's. What was kept with the call goes before it. */
  extensionOf: (device: string) => string | null
  /** The name of a person of ours; null for somebody who is not known any more. */
  nameOf: (personId: string) => string | null
  /** For so many days inputs are kept. */
  inputDays: number
}

/**
 * Tells a call from what the journal has about it: what happened when, what each leg did, how the caller was looked up,
 * where it rang, and what stood on whose screen.
 * All of it, for whoever may see all; names of customers are for `customers/` to fill in.
 */
export function explain(journal: JournalOfCall, options: ExplainOptions): CallExplanation {
  const { showParty, nameOf, inputDays } = options
  const { call, callIds } = journal
  const lines: Line[] = []
  const lookups: Lookup[] = []
  const gaps: CallExplanation['gaps'] = []
  /** The PBX's clock less ours: what we did is told in the PBX's time, among what it said. */
  let clockDifference = 0

  const when = (at: number): { at: number; relativeMs: number } => {
    const moment = Math.max(0, Math.round(at))
    return { at: moment, relativeMs: moment - call.startedAt }
  }
  const add = (
    at: number,
    { text, legId = null, values = {} }: Omit<Said, 'legId'> & { legId?: string | null },
  ) => {
    lines.push({ ...when(at), legId, text, values })
  }

  const events: PbxEvent[] = []
  /** Whose device each was when the call came there. */
  const extensions = new Map<string, string>()
  /** Who has said before what came of it. */
  const hasGiven = new Set<string>()
  for (const entry of journal.entries) {
    const ownAt = entry.at + clockDifference
    switch (entry.kind) {
      case 'input':
        // What was read afterwards is of then, and says nothing of the clock.
        if (!entry.event.recorded) clockDifference = entry.event.at - entry.event.arrivedAt
        events.push(entry.event)
        for (const said of saidOfLeg(entry.event)) add(entry.event.at, said)
        break
      case 'facts':
        for (const fact of entry.facts) {
          if (fact.type === 'link.gap') {
            const { told } = fact
            gaps.push({ from: Math.max(0, Math.round(fact.since)), until: Math.round(fact.at), told })
            add(fact.since, { text: 'gap', values: { gapMs: fact.at - fact.since } })
          }
          const said = saidOfCall(fact, { callId: call._id, callIds, nameOf })
          if (said) add(fact.at, said)
        }
        break
      case 'binding':
        add(ownAt, boundAs(entry, nameOf))
        break
      case 'verification':
        add(ownAt, saidOfStep(entry.step, nameOf))
        break
      case 'word':
        add(ownAt, { text: 'wordLeft', values: agentOf({ ...entry.word, personId: entry.word.by }, nameOf) })
        break
      case 'disposition':
        add(ownAt, saidOfResult(entry.disposition, hasGiven.has(entry.disposition.personId), nameOf))
        hasGiven.add(entry.disposition.personId)
        break
      case 'lookup':
        lookups.push({ ...when(ownAt), ...lookedUp(entry) })
        break
      case 'told':
        add(entry.sentAt + clockDifference, saidOfScreen(entry, nameOf))
        break
      case 'painted':
        add(entry.sentAt + entry.earliestMs + clockDifference, saidOfPainting(entry, nameOf))
        break
      case 'desks':
        for (const { extension, interfaces } of entry.desks)
          for (const device of interfaces) extensions.set(device, extension)
        break
      default:
    }
  }
  const extensionOf = (device: string) => extensions.get(device) ?? options.extensionOf(device)
  const { legs, bridges } = legsOf(events, extensionOf)
  const relative = (at: number, clock: 'ours' | 'pbx') =>
    when(clock === 'pbx' ? at : at + clockDifference).relativeMs
  return {
    callId: call._id,
    direction: call.direction,
    party: partyOf(call, showParty),
    startedAt: call.startedAt,
    endedAt: call.endedAt,
    end: call.end,
    continuesIn: call.mergedInto,
    reconstructed: call.reconstructed ?? null,
    current: journal.current,
    truncated: journal.truncated,
    inputDays,
    gaps,
    lookups,
    rings: ringsOf(journal.entries, { callIds, legs, relative, nameOf }),
    legs,
    bridges,
    lines: lines.sort((one, other) => one.at - other.at),
  }
}

function boundAs({ customerId, decided, by }: Extract<Entry, { kind: 'binding' }>, nameOf: NameOf): Said {
  if (!decided) return { text: customerId === null ? 'matchedNobody' : 'matched' }
  const person = by === undefined ? null : nameOf(by)
  if (person === null) return { text: customerId === null ? 'decidedNobody' : 'decided' }
  return { text: customerId === null ? 'decidedNobodyBy' : 'decidedBy', values: { person } }
}

function lookedUp(entry: Extract<Entry, { kind: 'lookup' }>): Omit<Lookup, 'at' | 'relativeMs'> {
  const { read, outcome, by, candidates, erased } = entry
  return {
    ...(erased === true ? { erased } : {}),
    number: read && { ...read, country: read.e164 === null ? null : countryOf(read.e164) },
    outcome,
    by,
    candidates: candidates.map(({ customerId, reason }) => ({ customerId, name: null, reason })),
  }
}

/** What an event says of a leg, in the order of the day: appeared, rang, answered, left. */
function saidOfLeg(event: PbxEvent): Said[] {
  switch (event.type) {
    case 'channel.appeared':
      return [{ legId: event.channel.channelId, text: 'legAppeared' }]
    case 'channel.changed': {
      const { state } = event.changes
      if (state === 'ringing') return [{ legId: event.channelId, text: 'legRinging' }]
      return state === 'up' ? [{ legId: event.channelId, text: 'legAnswered' }] : []
    }
    case 'channel.hangupAsked':
      return event.by === 'farEnd' ? [{ legId: event.channelId, text: 'legHungUp' }] : []
    case 'channel.gone': {
      const { cause, causeText } = event
      return [
        {
          legId: event.channelId,
          text: 'legLeft',
          values: { cause: cause ?? '–', causeText: causeText ?? '' },
        },
      ]
    }
    case 'channel.application':
      return [{ legId: event.channelId, text: 'legApplication', values: { application: event.application } }]
    case 'dial.ended': {
      const { calledId: legId, outcome, forwardedTo } = event
      if (forwardedTo !== null) return [{ legId, text: 'legForwarded', values: { number: forwardedTo } }]
      return outcome === 'answered' ? [] : [{ legId, text: 'legDialEnded', values: { dialOutcome: outcome } }]
    }
    default:
      return []
  }
}

/** What a person's screen was told. */
function saidOfScreen({ extension, personId, consoles, news }: Told, nameOf: NameOf): Said {
  const values = { ...agentOf({ extension, personId }, nameOf), consoles }
  switch (news.what) {
    case 'call':
      return { text: 'screenCall', values }
    case 'card':
      if (news.customerId !== null) return { text: 'screenCard', values }
      return { text: 'screenNoCard', values: { ...values, matchOutcome: news.outcome } }
    case 'gone':
      return { text: 'screenGone', values: { ...values, goneReason: news.reason } }
    case 'untold':
      return { text: 'screenUntold', values: { ...values, untold: news.why } }
  }
}

const stepTexts: Readonly<Record<VerificationStep['kind'], LineText>> = {
  pin: 'verifyPin',
  question: 'verifyQuestion',
  callBack: 'verifyCallBack',
  thirdPerson: 'verifyThirdPerson',
  themselves: 'verifyThemselves',
  voided: 'verifyVoided',
}

/** What was done to verify the caller, and how the call stood after it. Never what was answered, nor whose card it was. */
function saidOfStep({ kind, by, fact, result, state, level }: VerificationStep, nameOf: NameOf): Said {
  const person = by === null ? null : nameOf(by)
  return {
    text: stepTexts[kind],
    values: {
      standing: state === 'verified' && level === 'basic' ? 'inPart' : state,
      ...(result === null ? {} : { [`${kind}Result`]: result }),
      ...(fact === null ? {} : { askedFact: fact }),
      ...(person === null ? {} : { person }),
    },
  }
}

/** What came of the call, in both languages; never what was written with it. */
function saidOfResult({ personId, path }: Disposition, isAgain: boolean, nameOf: NameOf): Said {
  const person = nameOf(personId)
  const who = person === null ? {} : { person }
  if (path.length === 0) return { text: 'resultNone', values: who }
  const named = (language: 'en' | 'ru') => path.map(({ name }) => name[language]).join(' › ')
  return {
    text: isAgain ? 'resultChanged' : 'resultGiven',
    values: { ...who, resultEn: named('en'), resultRu: named('ru') },
  }
}

/** More than this between the earliest and the latest moment, and it cannot be said when something was painted, ms. */
const paintedWithinMs = 250

function saidOfPainting({ extension, personId, earliestMs, latestMs }: Painted, nameOf: NameOf): Said {
  const agent = agentOf({ extension, personId }, nameOf)
  if (latestMs - earliestMs <= paintedWithinMs)
    return {
      text: 'screenPainted',
      values: { ...agent, afterMillis: Math.round((earliestMs + latestMs) / 2) },
    }
  const values = { ...agent, earliestMillis: earliestMs, latestMillis: latestMs }
  return { text: 'screenPaintedBetween', values }
}

type NameOf = ExplainOptions['nameOf']

/** What a fact says of the call; null for what it says of others, or says again. */
function saidOfCall(
  fact: Fact,
  { callId, callIds, nameOf }: { callId: string; callIds: ReadonlySet<string>; nameOf: NameOf },
): Said | null {
  if (!('callId' in fact) || fact.callId === null || !callIds.has(fact.callId)) return null
  switch (fact.type) {
    case 'call.started':
      if (fact.callId !== callId) return { text: 'otherStarted' }
      return { text: 'callStarted', values: { direction: fact.direction } }
    case 'call.identified':
      return fact.callId === callId ? { text: 'callIdentified', values: { direction: fact.direction } } : null
    case 'call.learnt':
      return { text: 'callLearnt' }
    case 'call.queued':
      return { text: 'callQueued', values: { queue: fact.queue } }
    case 'call.dequeued': {
      const { queue, waitMs, outcome } = fact
      return { text: 'callDequeued', values: { queue, waitMs, visitOutcome: outcome } }
    }
    case 'offer.made':
      return { text: 'offerMade', values: { ...agentOf(fact, nameOf), queue: fact.queue ?? '' } }
    case 'offer.ended':
      return {
        text: 'offerEnded',
        values: { ...agentOf(fact, nameOf), ringMs: fact.ringMs, offerOutcome: fact.outcome },
      }
    case 'contact.began':
      return { text: 'contactBegan', values: agentOf(fact, nameOf) }
    case 'contact.held':
      return { text: 'contactHeld', values: { ...agentOf(fact, nameOf), holder: fact.by } }
    case 'contact.resumed':
      return { text: 'contactResumed', values: { ...agentOf(fact, nameOf), heldMs: fact.heldMs } }
    case 'contact.ended':
      return {
        text: 'contactEnded',
        values: { ...agentOf(fact, nameOf), talkMs: fact.talkMs, contactEnd: fact.why },
      }
    case 'call.pickedUp':
      return { text: 'pickedUp', values: agentOf(fact, nameOf) }
    case 'consult.changed': {
      const { extension: agent, consult } = fact
      if (consult === null) return { text: 'consultOver', values: { agent } }
      return {
        text: 'consulted',
        values: { agent, colleague: consult.extension ?? '–', consultState: consult.state },
      }
    }
    case 'call.transferred': {
      const { kind, byExtension, to } = fact
      return {
        text: 'transferred',
        values: { transferKind: kind, agent: byExtension ?? '–', number: to ?? '' },
      }
    }
    case 'call.parked':
      return { text: 'parked', values: { space: fact.space } }
    case 'call.unparked':
      return { text: 'unparked', values: { parkingEnd: fact.how } }
    case 'call.voicemail':
      return { text: 'voicemail' }
    case 'voicemail.over':
      return { text: fact.left ? 'messageLeft' : 'noMessage' }
    case 'place.changed':
      return fact.outcome === null
        ? { text: 'placeChanged', values: { queue: fact.queue, placeState: fact.state } }
        : { text: 'placeOver', values: { queue: fact.queue, placeOutcome: fact.outcome } }
    case 'place.due':
      return null
    case 'call.recording':
      return { text: 'recording', values: { recordingState: fact.recording } }
    case 'call.merged':
      return { text: 'merged' }
    case 'call.ended':
      return { text: 'callEnded', values: { callEnd: fact.end, cause: fact.cause ?? '–' } }
    case 'call.attested':
      return { text: 'attested', values: { attestation: fact.attestation } }
    case 'call.pinTyped':
      return { text: 'pinTyped' }
    case 'agent.state':
      return null
  }
}

/** A desk, and who sat there where that is told. */
function agentOf(
  { extension, personId }: { extension: string; personId?: string | null },
  nameOf: NameOf,
): Values {
  const person = personId == null ? null : nameOf(personId)
  return person === null ? { agent: extension } : { agent: extension, person }
}
