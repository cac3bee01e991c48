import type { Logger } from 'pino'
import type { CandidateReason } from '../shared/customers.ts'
import { sameQuestion, type CallToMatch, type KeptOf, type MatchedCall } from './customers/matching.ts'
import type { Dialplan } from './dialplan.ts'
import type { Fact } from './floor/facts.ts'
import type { Call } from './floor/state.ts'
import type { EntryBody } from './history/entries.ts'
import type { History } from './history/history.ts'

/** What looking callers up needs of the other parts. */
export interface LookUpOptions {
  history: Pick<History, 'append' | 'bindCustomer' | 'bindingOf' | 'recall'>
  customers: {
    matchCall: (call: CallToMatch) => Promise<MatchedCall>
    restoreCall: (call: CallToMatch, keptOf: KeptOf) => Promise<MatchedCall>
    callOf: (callId: string) => MatchedCall | null
    forgetCall: (callId: string) => void
  }
  dialplan: Pick<Dialplan, 'callFound' | 'cardChanged'>
  /** A call on the floor. */
  callOf: (callId: string) => Call | undefined
  /** The look-up of a call came to something. */
  onPop: (callId: string) => void
  log: Pick<Logger, 'warn' | 'error'>
}

/** So many calls at most wait for a database that is away to be looked up again. */
const mostToBeLookedUp = 5_000

/**
 * Looks callers up as soon as a call begins, so that nothing is left to look up when it is offered; keeps what came of it
 * with the call, and has it shown and told to the dialplan.
 */
export function createLookUps({ history, customers, dialplan, callOf, onPop, log }: LookUpOptions) {
  /** Look-ups of calls that are over, one after the other: nobody waits for them. */
  let lookUpsOfThePast = Promise.resolve()
  /** What is being asked of a call, by call. */
  const lookingUp = new Map<string, CallToMatch>()
  /** Calls with a look-up kept in `customers`, to be forgotten when the floor forgets them. */
  const lookedUp = new Set<string>()
  /** Calls that were found in progress, and not looked up since: what was said of them before stands. */
  const begunBefore = new Set<string>()
  /** Of these, calls between agents of which it is still to be asked whose they were; with those being asked. */
  const toRecall = new Set<string>()
  const recalling = new Set<string>()
  /** What was kept of the last look-up, by call: a card that changes is no look-up. */
  const keptLookups = new Map<string, string>()

  function heard(fact: Fact): void {
    switch (fact.type) {
      case 'call.started':
      case 'call.identified':
      case 'call.learnt':
      case 'call.queued':
      case 'offer.made': {
        const call = callOf(fact.callId)
        if (!call || call.party.erased === true) return
        if (call.direction === 'internal') {
          recallLeft(call)
          return
        }
        // A new channel's caller is known only with its presentation, an event later. Without one by the time that the
        // call goes to people there is nothing to wait for.
        const news = fact.type === 'call.identified' || fact.type === 'call.learnt'
        const knowsCaller =
          call.party.number !== null || call.party.restricted || fact.type !== 'call.started'
        if (!news && (!knowsCaller || lookedUp.has(call.callId))) return
        if (fact.type === 'call.identified' && fact.cameFrom !== undefined)
          takeOver(call.callId, fact.cameFrom)
        // Told in one piece with the call's beginning, which knew it already: nobody is shown or told the same twice.
        else if (isBeingAsked(call)) return
        if (call.endedAt === null) void lookUp(call)
        else lookUpsOfThePast = lookUpsOfThePast.then(() => lookUp(call))
        return
      }
      default:
    }
  }

  function isBeingAsked(call: Call): boolean {
    const asked = lookingUp.get(call.callId)
    return asked !== undefined && sameQuestion(asked, toMatch(call))
  }

  /** A customer joins a call: who an agent said they are, before, they are here. */
  function takeOver(callId: string, cameFrom: string): void {
    const decision = history.bindingOf(cameFrom)
    if (decision?.decided !== true || history.bindingOf(callId)?.decided === true) return
    const by = customers.callOf(cameFrom)?.decidedBy ?? null
    bind(callId, decision.customerId, true, by)
  }

  function bind(
    callId: string,
    customerId: string | null,
    decided: boolean,
    by: string | null,
    reason: CandidateReason | null = null,
  ): void {
    try {
      history.bindCustomer(callId, customerId, decided, by, reason)
    } catch (error) {
      log.warn({ callId, err: error }, 'Who the call was matched to could not be kept.')
    }
  }

  async function lookUp(call: Call): Promise<void> {
    const { callId } = call
    const asked = toMatch(call)
    lookedUp.add(callId)
    lookingUp.set(callId, asked)
    try {
      const wasDecided =
        history.bindingOf(callId)?.decided === true && customers.callOf(callId)?.decided !== true
      const isToRestore = begunBefore.delete(callId) || wasDecided
      const matched = isToRestore
        ? await customers.restoreCall(asked, () => history.recall(callId))
        : await customers.matchCall(asked)
      // Else something else was asked or said meanwhile: an answer to less would bind the wrong customer, and have the
      // dialplan go on too early.
      if (customers.callOf(callId) === matched) found(call, matched)
    } catch (error) {
      log.error({ callId, err: error }, 'The look-up of a call failed.')
    } finally {
      if (lookingUp.get(callId) === asked) lookingUp.delete(callId)
    }
  }

  /**
   * Nobody is looked up for a call between agents. One that was found in progress may have been a customer's who has left
   * them: what is kept of whose it was stands.
   */
  function recallLeft({ callId }: Call): void {
    if (!begunBefore.has(callId) || lookedUp.has(callId)) return
    toRecall.add(callId)
    void recallNow(callId)
  }

  async function recallNow(callId: string): Promise<void> {
    if (recalling.has(callId)) return
    recalling.add(callId)
    try {
      const kept = await history.recall(callId)
      toRecall.delete(callId)
      const call = callOf(callId)
      const wasSomebodys = kept !== null && (kept.decided || kept.customerId !== null)
      if (wasSomebodys && call && call.party.erased !== true) await lookUp(call)
    } catch (error) {
      // The database is away: it is asked again.
      log.warn({ callId, err: error }, 'Whose a call was could not be read.')
    } finally {
      recalling.delete(callId)
    }
  }

  /** A look-up came to something: kept with the call, shown, and told to the dialplan. */
  function found(call: Call, matched: MatchedCall): void {
    const { callId } = call
    keepBinding(callId, matched)
    onPop(callId)
    dialplan.callFound(callId, matched)
    keepLookup(callId, matched, call)
  }

  /** Why this card, or why none: for whoever asks later, and so after all that somebody waits for. */
  function keepLookup(callId: string, { number, match, decided }: MatchedCall, call = callOf(callId)): void {
    if (!call || decided || match.outcome === 'pending') return
    const raw = call.party.restricted ? null : call.party.number
    const entry: EntryBody = {
      kind: 'lookup',
      callId,
      read: raw === null ? null : { raw, e164: number?.e164 ?? null, complete: number?.complete ?? false },
      outcome: match.outcome,
      by: match.by,
      candidates: match.candidates.map(({ customerId, reason }) => ({ customerId, reason })),
    }
    const said = JSON.stringify(entry)
    if (keptLookups.get(callId) === said) return
    if (history.append([entry]).kept) keptLookups.set(callId, said)
  }

  function keepBinding(callId: string, matched: MatchedCall): void {
    const { decided, decidedBy, customer, match } = matched
    const known = history.bindingOf(callId) ?? { customerId: null, decided: false }
    const saysNothing = match.outcome === 'unavailable' || match.outcome === 'pending'
    if (!decided && (saysNothing || known.decided)) return
    const customerId = customer?._id ?? null
    if (customerId === known.customerId && decided === known.decided) return
    bind(callId, customerId, decided, decidedBy, decided ? null : match.by)
  }

  function cardChanged(matched: MatchedCall): void {
    const { callId } = matched
    const call = callOf(callId)
    // An answer, or an agent's word, that was under way when they were erased.
    if (call?.party.erased === true) return
    if (call && !matched.decided && history.bindingOf(callId)?.decided === true) {
      // Decided before a restart, and looked up only now: the agent's word stands.
      void lookUp(call)
      return
    }
    keepBinding(callId, matched)
    onPop(callId)
    dialplan.cardChanged(callId, matched)
    keepLookup(callId, matched)
  }

  /** The database was away: `customers` asks again when it is back, also for a call that is long past. */
  function isToBeLookedUpAgain(callId: string): boolean {
    return lookedUp.size < mostToBeLookedUp && customers.callOf(callId)?.match.outcome === 'unavailable'
  }

  return {
    /** What a fact means for the card. */
    heard,
    /** Has the card of a call that a restart found in progress as it was. */
    restore: async (call: Call): Promise<void> => {
      if (call.direction === 'internal') recallLeft(call)
      else await lookUp(call)
    },
    /** Asks again whose calls between agents were. */
    askAgain: (): void => {
      for (const callId of toRecall) void recallNow(callId)
    },
    /** A call began before it was heard here. */
    foundInProgress: (callId: string): void => {
      begunBefore.add(callId)
    },
    /** An agent decided who is calling, a look-up came late, or a card changed. */
    cardChanged,
    /** Who was in a call has been erased. */
    forgetParty: (callId: string): void => {
      keptLookups.delete(callId)
    },
    /** Lets go of calls that are over. */
    forget: (isOver: (callId: string) => boolean): void => {
      for (const callId of lookedUp) {
        if (!isOver(callId) || lookingUp.has(callId) || isToBeLookedUpAgain(callId)) continue
        lookedUp.delete(callId)
        keptLookups.delete(callId)
        customers.forgetCall(callId)
      }
      for (const memory of [begunBefore, toRecall])
        for (const callId of memory) if (isOver(callId)) memory.delete(callId)
    },
  }
}

function toMatch(call: Call): CallToMatch {
  const { number: theirs, restricted } = call.party
  // A colleague's extension is nobody's number.
  const number = call.direction === 'internal' ? null : theirs
  const dialled = call.direction === 'inbound' ? call.dialled : null
  return { callId: call.callId, number, restricted, dialled, account: call.account }
}
