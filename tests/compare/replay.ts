import { readBlocks } from '../../lab/traces/blocks.ts'
import type { Trace } from '../../lab/traces/trace.ts'
import { createCounters, createTranslator } from '../../server/asterisk/translate.ts'
import type { Fact } from '../../server/floor/facts.ts'
import type { PbxEvent } from '../../server/floor/events.ts'
import { createFloor, reduce } from '../../server/floor/floor.ts'
import type { Floor } from '../../server/floor/state.ts'

/** The desks of the lab's company. */
export const desks = ['201', '202', '203', '204', '205', '206', '207', '208', '209', '210'].map(
  (extension) => ({
    extension,
    interfaces: [`PJSIP/${extension}`, `PJSIP/${extension}-web`],
    personId: `person-${extension}`,
  }),
)

export const floorOptions = { shortAbandonMs: 5_000, trunks: ['PJSIP/trunk'] }

/** What came of a trace: the events, the facts and the floor that is left. */
export interface Replayed {
  events: PbxEvent[]
  facts: Fact[]
  floor: Floor
  /** Kinds of events that the translation refused or did not know. */
  odd: string[]
}

/** Plays a trace through translation and floor, as fast as it goes. */
export function replay(trace: Trace): Replayed {
  const odd: string[] = []
  const events: PbxEvent[] = []
  const facts: Fact[] = []
  const floor = createFloor(floorOptions)
  let now = trace.startedAt
  const translator = createTranslator({
    pbx: 'lab',
    now: () => now,
    counters: createCounters(),
    onOdd: (message) => odd.push(message),
    askPresentation: () => undefined,
    askDeviceState: () => undefined,
    keepPin: () => 'kept',
  })
  const take = (event: PbxEvent): void => {
    events.push(event)
    facts.push(...reduce(floor, event).facts)
  }
  take({ type: 'desks.set', pbx: 'lab', at: now, arrivedAt: now, desks })
  for (const { atMs, text } of trace.pieces) {
    now = trace.startedAt + atMs
    for (const block of readBlocks(text)) translator.translate(block).forEach(take)
  }
  return { events, facts, floor, odd }
}

/** Facts about calls in a few words each, in order, for reading and comparing. Ids and times are left out. */
export function narrate(facts: readonly Fact[]): string[] {
  return facts.flatMap((fact) => {
    switch (fact.type) {
      case 'call.started':
        return [`${fact.direction} call to ${fact.dialled ?? 'nobody'}`]
      case 'call.identified': {
        const { number, name, restricted } = fact.party
        return [
          restricted
            ? 'caller withheld'
            : `caller ${number ?? 'unknown'}${name === null ? '' : ` “${name}”`}`,
        ]
      }
      case 'call.learnt':
        return [`typed account ${fact.account ?? '-'}`]
      case 'call.attested':
        return [`network: ${fact.attestation}`]
      case 'call.pinTyped':
        return ['typed a PIN']
      case 'call.queued':
        return [`waits for ${fact.queue}`]
      case 'call.dequeued':
        return [`${fact.queue}: ${fact.outcome}`]
      case 'offer.made':
        return [`offered to ${fact.extension}`]
      case 'offer.ended':
        return [`offer to ${fact.extension}: ${fact.outcome}`]
      case 'contact.began':
        return [`talks with ${fact.extension}`]
      case 'contact.held':
        return [`${fact.extension}: held by ${fact.by}`]
      case 'contact.resumed':
        return [`${fact.extension}: resumed`]
      case 'contact.ended':
        return [`talk with ${fact.extension} over: ${fact.why}`]
      case 'call.pickedUp':
        return [`picked up by ${fact.extension}`]
      case 'call.transferred':
        return [`transferred ${fact.kind} by ${fact.byExtension ?? '-'} to ${fact.to ?? '-'}`]
      case 'call.parked':
        return [`parked in ${fact.space}`]
      case 'call.unparked':
        return [`unparked: ${fact.how}`]
      case 'call.voicemail':
        return ['voicemail']
      case 'voicemail.over':
        return [fact.left ? `message left in ${fact.mailbox}` : `no message left in ${fact.mailbox}`]
      case 'place.changed': {
        const at = fact.extension === null ? '' : ` at ${fact.extension}`
        return [`place in ${fact.queue}: ${fact.outcome ?? fact.state}${at}`]
      }
      case 'place.due':
        return []
      case 'call.merged':
        return ['merged']
      case 'call.ended':
        return [`ended: ${fact.end}`]
      case 'link.gap':
        return ['gap']
      case 'link.reconciled':
      case 'consult.changed':
      case 'call.recording':
      case 'agent.state':
      case 'member.paused':
      case 'queue.changed':
        return []
    }
  })
}

/** How often each thing was told, for a story of many calls at once, whose order is nobody's. Agents are not told apart. */
export function tally(lines: readonly string[]): string[] {
  const counts = new Map<string, number>()
  for (const line of lines) {
    const what = line.replace(/ \d{3}\b/, ' somebody').replace(/ \+\d+$/, ' a number')
    counts.set(what, (counts.get(what) ?? 0) + 1)
  }
  return [...counts].map(([what, count]) => `${count} × ${what}`).sort()
}
