import type { Leg, Ring, Screen } from '../../shared/explanation.ts'
import type { Fact } from '../floor/facts.ts'
import type { Entry, Painted, Told } from './entries.ts'

/** A ring in the making: what is needed to know what belongs to it. */
interface Building {
  ring: Ring
  /** The PBX's clock. */
  from: number
  until: number | null
  screens: { screen: Screen; personId: string | null; sentAt: number }[]
}

export interface RingsOptions {
  callIds: ReadonlySet<string>
  legs: readonly Leg[]
  /** A moment of our own clock, or of the PBX's, since the call began, ms. */
  relative: (at: number, clock: 'ours' | 'pbx') => number
  nameOf: (personId: string) => string | null
}

/** A leg may appear this long before its agent counts as being offered the call, ms. */
const legBeforeOfferMs = 1_500

/**
 * To whose desks a call came, in order: which phones rang there and what each answered, what the screen was told and when
 * that stood there, and why it was taken back.
 * @param entries of the call, in order
 */
export function ringsOf(entries: readonly Entry[], options: RingsOptions): Ring[] {
  const { callIds, relative } = options
  const all: Building[] = []
  const ofDesk = (extension: string): Building[] => all.filter(({ ring }) => ring.extension === extension)
  const begin = (extension: string, personId: string | null, from: number, relativeMs: number): Building => {
    const person = personId === null ? null : options.nameOf(personId)
    const ring: Ring = {
      extension,
      person,
      queue: null,
      relativeMs,
      ringMs: null,
      outcome: null,
      phones: [],
      screens: [],
      untold: null,
      gone: null,
    }
    const building: Building = { ring, from, until: null, screens: [] }
    all.push(building)
    return building
  }

  const takeFact = (fact: Fact): void => {
    if (!('callId' in fact) || fact.callId === null || !callIds.has(fact.callId)) return
    const relativeMs = relative(fact.at, 'pbx')
    if (fact.type === 'offer.made') {
      const { ring } = begin(fact.extension, fact.personId, fact.at, relativeMs)
      ring.queue = fact.queue
      ring.outcome = 'ringing'
    } else if (fact.type === 'offer.ended') {
      const building = ofDesk(fact.extension).findLast(({ ring }) => ring.outcome === 'ringing')
      if (!building) return
      building.until = fact.at
      building.ring.outcome = fact.outcome
      building.ring.ringMs = Math.round(fact.ringMs)
    } else if (fact.type === 'contact.began') {
      if (ofDesk(fact.extension).length === 0) begin(fact.extension, fact.personId, fact.at, relativeMs)
    } else if (fact.type === 'call.started' && fact.dialledBy !== null) {
      if (fact.direction !== 'internal')
        begin(fact.dialledBy.extension, fact.dialledBy.personId, fact.at, relativeMs)
    }
  }
  const takeTold = ({ extension, personId, sentAt, consoles, news }: Told): void => {
    const rings = ofDesk(extension)
    const relativeMs = relative(sentAt, 'ours')
    const last = rings.at(-1) ?? begin(extension, personId, sentAt, relativeMs)
    switch (news.what) {
      case 'call':
        last.screens.push({ personId, sentAt, screen: newScreen(relativeMs, consoles) })
        return
      case 'card': {
        const open = last.screens.find((one) => one.personId === personId && one.screen.outcome === null)
        const next = open ?? { personId, sentAt, screen: newScreen(relativeMs, consoles) }
        if (!open) last.screens.push(next)
        next.sentAt = sentAt
        const { outcome, customerId } = news
        Object.assign(next.screen, { relativeMs, consoles, outcome, customerId })
        return
      }
      case 'gone': {
        // The next offer may have been made in the same moment.
        const shown = rings.find(({ ring, screens }) => screens.length > 0 && ring.gone === null) ?? last
        shown.ring.gone = { relativeMs, reason: news.reason }
        return
      }
      case 'untold':
        last.ring.untold = news.why
    }
  }
  const takePainted = ({ extension, personId, sentAt, earliestMs, latestMs }: Painted): void => {
    const shown = ofDesk(extension)
      .flatMap(({ screens }) => screens)
      .findLast((one) => one.personId === personId && one.sentAt <= sentAt)
    if (!shown || shown.screen.painted !== null) return
    const laterMs = sentAt - shown.sentAt
    shown.screen.painted = {
      earliestMs: Math.round(earliestMs + laterMs),
      latestMs: Math.round(latestMs + laterMs),
    }
  }

  for (const entry of entries) {
    if (entry.kind === 'facts') entry.facts.forEach(takeFact)
    else if (entry.kind === 'told') takeTold(entry)
    else if (entry.kind === 'painted') takePainted(entry)
  }
  return all.map((building) => ({
    ...building.ring,
    phones: phonesOf(building, ofDesk(building.ring.extension), options.legs),
    screens: building.screens.map(({ screen }) => screen),
  }))
}

function newScreen(relativeMs: number, consoles: number): Screen {
  return { relativeMs, consoles, outcome: null, customerId: null, customerName: null, painted: null }
}

/** The legs of a desk that belong to one of its rings: those that appeared since the ring before, and before it ended. */
function phonesOf(building: Building, ofDesk: readonly Building[], legs: readonly Leg[]): Ring['phones'] {
  const next = ofDesk[ofDesk.indexOf(building) + 1]
  const since = building.from - legBeforeOfferMs
  const until = Math.min(building.until ?? Infinity, (next?.from ?? Infinity) - 1)
  return legs
    .filter(({ extension, from }) => extension === building.ring.extension && from >= since && from <= until)
    .map(({ legId, device, answer }) => ({ legId, device, answer }))
}
