import type { VisitOutcome } from '../../../../shared/calls.ts'
import type { Fact } from '../../../../server/floor/facts.ts'
import type { Floor } from '../../../../server/floor/state.ts'

/** Outcomes by which a visit counts as `left` in the identity of `offered`. */
const left: ReadonlySet<VisitOutcome> = new Set(['timedOut', 'leftByKey', 'emptied', 'withdrawn', 'moved'])

interface Begun {
  callId: string
  ended: boolean
}

/**
 * Keeps book of what was told, and finds what can never be true: something that ends twice or unbegun, or goes on after
 * its call; a time below nothing; an agent who is in two states; a figure that does not come out.
 */
export class Ledger {
  readonly wrong: string[] = []
  private readonly calls = new Map<string, Begun>()
  private readonly parts = new Map<string, Begun>()
  /** What became of the visits of a queue. */
  private readonly outcomes = new Map<string, VisitOutcome[]>()
  private readonly offered = new Map<string, number>()
  private readonly states = new Map<string, string>()

  take(facts: readonly Fact[]): void {
    for (const fact of facts) this.takeOne(fact)
  }

  private takeOne(fact: Fact): void {
    switch (fact.type) {
      case 'call.started':
        this.begin(this.calls, 'call', fact.callId, fact.callId)
        return
      case 'call.queued':
        this.begin(this.parts, 'visit', fact.visitId, fact.callId)
        this.offered.set(fact.queue, (this.offered.get(fact.queue) ?? 0) + 1)
        return
      case 'call.dequeued':
        this.end(this.parts, 'visit', fact.visitId, fact.waitMs)
        this.outcomes.set(fact.queue, [...(this.outcomes.get(fact.queue) ?? []), fact.outcome])
        return
      case 'offer.made':
        this.begin(this.parts, 'offer', fact.offerId, fact.callId)
        return
      case 'offer.ended':
        this.end(this.parts, 'offer', fact.offerId, fact.ringMs)
        return
      case 'contact.began':
        this.begin(this.parts, 'contact', fact.contactId, fact.callId)
        return
      case 'contact.ended':
        this.end(this.parts, 'contact', fact.contactId, Math.min(fact.talkMs, fact.heldMs))
        return
      case 'call.merged':
        this.end(this.calls, 'call', fact.mergedId, 0)
        return
      case 'call.ended':
        this.end(this.calls, 'call', fact.callId, fact.durationMs)
        return
      case 'agent.state': {
        const busy = fact.state === 'ringing' || fact.state === 'talking'
        if (busy !== (fact.callId !== null))
          this.wrong.push(`${fact.extension} is ${fact.state} without a call`)
        this.states.set(fact.extension, `${fact.state} ${fact.callId ?? '-'}`)
        return
      }
      default:
        if ('callId' in fact && this.calls.get(fact.callId)?.ended !== false)
          this.wrong.push(`${fact.type} of ${fact.callId}, which is no call`)
    }
  }

  private begin(book: Map<string, Begun>, what: string, id: string, callId: string): void {
    if (book.has(id)) this.wrong.push(`${what} ${id} began twice`)
    if (book === this.parts && this.calls.get(callId)?.ended !== false)
      this.wrong.push(`${what} ${id} began in ${callId}, which is no call`)
    book.set(id, { callId, ended: false })
  }

  private end(book: Map<string, Begun>, what: string, id: string, ms: number): void {
    const known = book.get(id)
    if (known?.ended !== false) this.wrong.push(`${what} ${id} ended ${known ? 'twice' : 'unbegun'}`)
    if (ms < 0) this.wrong.push(`${what} ${id} lasted ${ms} ms`)
    if (known) book.set(id, { ...known, ended: true })
    if (book !== this.calls) return
    for (const [part, { callId, ended }] of this.parts) {
      if (callId === id && !ended) this.wrong.push(`${part} goes on though ${id} ended`)
    }
  }

  /** Holds the floor itself against what was told of it. */
  check(floor: Floor): void {
    for (const call of floor.calls.values()) {
      // A place is kept for a while though the PBX was started anew.
      const isKept = call.place?.state === 'kept' || call.place?.state === 'wanted'
      if (call.endedAt === null ? call.channelIds.size === 0 && !isKept : call.channelIds.size > 0)
        this.wrong.push(
          `${call.callId} has ${call.channelIds.size} legs and ended at ${call.endedAt ?? 'no time'}`,
        )
      for (const channelId of call.channelIds) {
        if (floor.channels.get(channelId)?.callId !== call.callId)
          this.wrong.push(`${channelId} is a leg of ${call.callId} and does not know it`)
      }
    }
    for (const { channelId, callId, bridgeId } of floor.channels.values()) {
      if (floor.calls.get(callId)?.channelIds.has(channelId) !== true)
        this.wrong.push(`${channelId} is in no call`)
      if (bridgeId !== null && floor.bridges.get(bridgeId)?.channelIds.includes(channelId) !== true)
        this.wrong.push(`${channelId} is in a bridge that does not know it`)
    }
    for (const { extension, state, callId } of floor.agents.values()) {
      const said = this.states.get(extension)
      if (said !== undefined && said !== `${state} ${callId ?? '-'}`)
        this.wrong.push(`${extension} is ${state}, and was said to be ${said}`)
      if (callId !== null && floor.calls.get(callId)?.endedAt !== null)
        this.wrong.push(`${extension} is ${state} in a call that has ended`)
    }
    this.checkOffered(floor)
  }

  /** offered = answered + abandoned + short abandons + left + cut off + waiting, and what nobody saw. */
  private checkOffered(floor: Floor): void {
    const waiting = [...floor.calls.values()].flatMap(({ visits }) =>
      visits.filter((v) => v.outcome === 'waiting'),
    )
    for (const [queue, offered] of this.offered) {
      const ended = this.outcomes.get(queue) ?? []
      const count = (outcome: VisitOutcome) => ended.filter((each) => each === outcome).length
      const known = count('answered') + count('abandoned') + count('shortAbandon') + count('cutOff')
      const sum = known + ended.filter((each) => left.has(each)).length + count('unknown')
      const stillThere = waiting.filter((visit) => visit.queue === queue).length
      if (offered !== sum + stillThere)
        this.wrong.push(`${queue}: ${offered} offered, ${sum} told the end of, ${stillThere} waiting`)
    }
  }
}

/** What is left on a floor on which nothing should be. */
export function ghostsOn(floor: Floor): string[] {
  const ghosts = [...floor.channels.keys()].map((id) => `channel ${id}`)
  ghosts.push(...[...floor.bridges.keys()].map((id) => `bridge ${id}`))
  for (const { name, waiting } of floor.queues.values())
    ghosts.push(...waiting.map(({ channelId }) => `${channelId} waiting in ${name}`))
  for (const { extension, state, callId } of floor.agents.values())
    if (state === 'ringing' || state === 'talking' || callId !== null) ghosts.push(`${extension} ${state}`)
  for (const call of floor.calls.values()) {
    if (call.endedAt === null) ghosts.push(`call ${call.callId}`)
    for (const visit of call.visits) if (visit.outcome === 'waiting') ghosts.push(`visit ${visit.visitId}`)
    for (const offer of call.offers) if (offer.outcome === 'ringing') ghosts.push(`offer ${offer.offerId}`)
    for (const contact of call.contacts)
      if (contact.endedAt === null) ghosts.push(`contact ${contact.contactId}`)
  }
  return ghosts
}
