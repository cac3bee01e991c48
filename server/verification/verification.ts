import { randomUUID } from 'node:crypto'
import type { Logger } from 'pino'
import type { ClosedParts } from '../../shared/closing.ts'
import { ProblemError } from '../../shared/problems.ts'
import {
  allClosed,
  closedParts,
  defaultVerification,
  methodOfStep,
  reaches,
  questionResult,
  standingOf,
  type CallVerification,
  type CurrentVerification,
  type Level,
  type VerificationDefinition,
  type VerificationStep,
  type VerificationWays,
  type VerifyRequest,
} from '../../shared/verification.ts'
import type { Customers, Disclosure, Who } from '../customers/customers.ts'
import type { MatchedCall } from '../customers/matching.ts'
import type { PartInCall } from '../floor/views.ts'
import type { History } from '../history/history.ts'
import { lookAround } from '../database/look-around.ts'
import { detailsOf, type Audit } from '../people/audit.ts'
import type { DefinitionStore } from './model.ts'
import { isRight } from './said.ts'

export interface VerificationOptions {
  definitions: DefinitionStore
  history: Pick<History, 'keepVerification' | 'verificationOf'>
  customers: Pick<Customers, 'callOf' | 'settledCall' | 'answersOf' | 'checkPin' | 'hasPins'>
  /** What this person has to do with a call. */
  partIn: (me: Who, callId: string) => PartInCall | null
  /** Whether this call was made by us, and somebody answered. */
  isAnsweredOutbound: (callId: string) => boolean
  /** A PIN that was typed, by what the event calls it; null after a restart. */
  takePin: (keptAs: string) => string | null
  /** Tells the dialplan what came of a PIN. */
  tellDialplan: (callId: string, result: 'right' | 'wrong' | 'unchecked') => void
  nameOf: (personId: string) => string | null
  /** Keeps who changed the definition, and what of it. */
  audit: Audit
  /** More or less of a call's card is open now: whoever shows it should show it anew. */
  onChange: (callId: string) => void
  /** Another definition is in force: what is open may be more or less on every card that is shown. */
  onDefinition: () => void
  log: Pick<Logger, 'warn'>
  now?: () => number
}

export type Verification = ReturnType<typeof createVerification>

/** What is noted of a step; the rest is known. */
type Noted = Pick<VerificationStep, 'kind'> & Partial<VerificationStep>

/**
 * Who is calling is recognised by what they could have borrowed: this is where they show that they are it. What was done
 * is kept with the call, in the journal, and nowhere else: how a call stands is reckoned from that, so it outlives refresh
 * and crash, goes on with a transfer, and ends with the call.
 */
export function createVerification(options: VerificationOptions) {
  const { definitions, history, customers, nameOf, onChange } = options
  const now = options.now ?? Date.now
  let current: CurrentVerification = { version: 0, definition: defaultVerification }
  let closedAt = closedAtEach(current.definition)

  let stopLooking: (() => void) | undefined

  function use(next: CurrentVerification): void {
    const isOther = next.version !== current.version
    current = next
    closedAt = closedAtEach(next.definition)
    if (isOther && stopLooking !== undefined) options.onDefinition()
  }

  /** Has in force what another server has put in force since. Versions go up only: an older one was read before a change here. */
  async function follow(): Promise<void> {
    const newest = await definitions.newest(now())
    if (newest.version > current.version) use(newest)
  }

  const stepsOf = (callId: string): readonly VerificationStep[] => history.verificationOf(callId)?.steps ?? []

  function note(callId: string, customerId: string, noted: Noted): VerificationStep {
    const bare: VerificationStep = {
      stepId: randomUUID(),
      at: now(),
      customerId,
      by: null,
      definition: current.version,
      fact: null,
      result: null,
      state: 'unverified',
      level: 'none',
      ...noted,
    }
    const { state, level } = standingOf(current.definition, [...stepsOf(callId), bare], customerId)
    const step = { ...bare, state, level }
    history.keepVerification(callId, step)
    return step
  }

  /** A running call on this person's desk, with the customer to verify. */
  function calling(
    callId: string,
    me: Who,
  ): MatchedCall & { customer: NonNullable<MatchedCall['customer']> } {
    if (options.partIn(me, callId) === null) throw new ProblemError('call.not_yours')
    if (history.verificationOf(callId)?.isOver !== false) throw new ProblemError('verification.call_over')
    const call = customers.callOf(callId)
    if (!call?.customer) throw new ProblemError('verification.nobody')
    return { ...call, customer: call.customer }
  }

  /** A call to a number that stood on the card before it: whoever answers there can be reached there. */
  function isCallBack({ callId, number, customer }: MatchedCall): boolean {
    const e164 = number?.e164 ?? null
    if (customer?.madeInCall === callId) return false
    if (customer?.unprovenNumbers?.some((unproven) => unproven === e164)) return false
    const onTheCard = e164 !== null && customer?.phones.some((phone) => phone.number === e164) === true
    return onTheCard && options.isAnsweredOutbound(callId)
  }

  /** What a request comes to as a step. @throws ProblemError `verification.not_open`, `right.missing` */
  function noted(request: VerifyRequest, call: MatchedCall, customerId: string, me: Who): Noted {
    const { methods } = standingOf(current.definition, stepsOf(call.callId), customerId)
    const mine = { stepId: request.stepId, by: me.personId }
    const resultOf = (isSo: boolean) => (isSo ? ('right' as const) : ('wrong' as const))
    switch (request.kind) {
      case 'thirdPerson':
      case 'themselves':
        return { ...mine, kind: request.kind }
      case 'callBack':
        if (methods.callBack !== 'open' || !isCallBack(call)) throw new ProblemError('verification.not_open')
        return { ...mine, kind: 'callBack', result: resultOf(request.reached) }
      case 'ticked':
      case 'said': {
        const { fact } = request
        const expected = customers.answersOf(call).get(fact)
        const isOffered = current.definition.questions?.ask.includes(fact) === true
        const isOpen = questionResult(stepsOf(call.callId), customerId, fact) === 'open'
        if (!expected || !isOffered || !isOpen || methods.questions !== 'open')
          throw new ProblemError('verification.not_open')
        // Only who sees the right answer can say that another was given.
        if (request.kind === 'ticked' && !me.rights.includes('card.answers'))
          throw new ProblemError('right.missing')
        const right = request.kind === 'ticked' ? request.right : isRight(expected, request.said)
        return { ...mine, kind: 'question', fact, result: resultOf(right) }
      }
    }
  }

  async function checkPin(
    call: MatchedCall,
    customerId: string,
    pin: string,
  ): Promise<'right' | 'wrong' | 'unchecked' | 'locked'> {
    const { definition } = current
    if (!definition.pin) return 'unchecked'
    if (standingOf(definition, stepsOf(call.callId), customerId).methods.pin === 'failed') return 'unchecked'
    try {
      return await customers.checkPin(customerId, pin, definition.pin)
    } catch (error) {
      options.log.warn({ callId: call.callId, err: error }, 'A PIN could not be compared.')
      return 'unchecked'
    }
  }

  /**
   * A PIN speaks for the customer in every call to come: so it is given by whoever talks with them, once they have shown as
   * much as it will show. What is open on the card has no part in this.
   */
  function mayGivePin({ callId, customer }: MatchedCall, me: Who): boolean {
    const { definition } = current
    if (!customer || !definition.pin || options.partIn(me, callId) !== 'talking') return false
    if (history.verificationOf(callId)?.isOver !== false) return false
    return reaches(standingOf(definition, stepsOf(callId), customer._id).level, definition.pin.earns)
  }

  function viewOf(
    standing: ReturnType<typeof standingOf>,
    steps: readonly VerificationStep[],
    customerId: string,
  ): CallVerification {
    const { state, level, reachedBy } = standing
    const method = reachedBy && methodOfStep(reachedBy)
    const pin = steps.findLast((step) => step.kind === 'pin' && step.customerId === customerId)?.result
    return {
      state,
      level,
      by:
        reachedBy && method
          ? { method, at: reachedBy.at, person: reachedBy.by === null ? null : nameOf(reachedBy.by) }
          : null,
      pin: pin ?? null,
    }
  }

  const untried: CallVerification = { state: 'unverified', level: 'none', by: null, pin: null }
  const over: CallVerification = { ...untried, state: 'over' }

  return {
    /**
     * Reads the definition in force, and stores the default where there is none. Until then the default holds. From then on
     * what another server puts in force holds here within a second.
     */
    start: async (): Promise<void> => {
      use(await definitions.newest(now()))
      stopLooking?.()
      stopLooking = lookAround(follow, 'verification', options.log)
    },

    /** Looks no more for what other servers put in force. */
    stop: (): void => {
      stopLooking?.()
      stopLooking = undefined
    },

    current: (): CurrentVerification => current,

    /**
     * Puts another definition in force.
     * @param wanted with the version that was looked at
     * @throws ProblemError `database.unreachable`, `edit.outdated`; what somebody else made of it is in force then
     */
    change: async ({ version, definition }: CurrentVerification, me: Who): Promise<CurrentVerification> => {
      const before = await definitions.newest(now())
      const next = { version: version + 1, definition }
      if (before.version !== version || !(await definitions.add(next, me.personId, now()))) {
        use(await definitions.newest(now()))
        throw new ProblemError('edit.outdated')
      }
      use(next)
      const details = detailsOf(fieldsOf(before.definition), fieldsOf(definition))
      const changed = details.map(({ field }) => field)
      await options.audit('verification.changed', me.personId, String(next.version), changed, details)
      return next
    },

    /**
     * What of a call's customer is closed, and how the call is verified; null: outside of any call.
     * @param isTalking to whoever talks with the caller; what verifying opens stays closed to others who have the call
     */
    disclosureOf: (call: MatchedCall | null, isTalking: boolean): Disclosure => {
      if (!call?.customer) return { closed: closedAt.none }
      const known = history.verificationOf(call.callId)
      if (known === null || known.isOver) return { closed: closedAt.none, verification: over }
      if (known.steps.length === 0) return { closed: closedAt.none, verification: untried }
      const standing = standingOf(current.definition, known.steps, call.customer._id)
      const verification = viewOf(standing, known.steps, call.customer._id)
      if (standing.state === 'thirdPerson') return { closed: closedAt.thirdPerson, verification }
      return { closed: closedAt[isTalking ? standing.level : 'none'], verification, later: closedAt.none }
    },

    mayGivePin,

    /** How many digits a PIN has; null where PINs are not used. */
    pinDigits: (): number | null => (customers.hasPins ? (current.definition.pin?.digits ?? null) : null),

    /** Whether anything was open in a call that is to be closed at its end. */
    wasTried: (callId: string): boolean => stepsOf(callId).length > 0,

    /** What can be done now. @throws ProblemError `call.not_yours`, `verification.nobody`, `verification.call_over` */
    waysFor: (callId: string, me: Who): VerificationWays => {
      const call = calling(callId, me)
      const { definition } = current
      const steps = stepsOf(callId)
      const customerId = call.customer._id
      const { methods } = standingOf(definition, steps, customerId)
      const answers = customers.answersOf(call)
      const questions = (definition.questions?.ask ?? []).flatMap((fact) => {
        const expected = answers.get(fact)
        if (!expected) return []
        const result = questionResult(steps, customerId, fact)
        return [{ fact, result, ...(me.rights.includes('card.answers') ? { expected } : {}) }]
      })
      const count = (result: 'right' | 'wrong') => questions.filter((one) => one.result === result).length
      return {
        questions,
        asking: definition.questions &&
          methods.questions && {
            state: methods.questions,
            rightLeft: Math.max(0, definition.questions.right - count('right')),
            wrongLeft: Math.max(0, definition.questions.wrong - count('wrong')),
          },
        callBack:
          methods.callBack &&
          (methods.callBack !== 'open' ? 'done' : isCallBack(call) ? 'here' : 'elsewhere'),
        pin: methods.pin,
        ownPin:
          definition.pin && customers.hasPins
            ? {
                isSet: call.customer.pin != null,
                mayChange: mayGivePin(call, me),
                digits: definition.pin.digits,
              }
            : null,
      }
    },

    /**
     * Notes a step. The same `stepId` again changes nothing.
     * @throws ProblemError as `waysFor`, and `verification.not_open`, `right.missing`, `history.spool_full`
     */
    verify: (callId: string, request: VerifyRequest, me: Who): MatchedCall => {
      const call = calling(callId, me)
      const customerId = call.customer._id
      if (!stepsOf(callId).some(({ stepId }) => stepId === request.stepId)) {
        note(callId, customerId, noted(request, call, customerId, me))
        onChange(callId)
      }
      return call
    },

    /** A caller typed a PIN: compares it, keeps what came of it, and tells the dialplan. Never rejects. */
    pinTyped: async (callId: string, keptAs: string): Promise<void> => {
      const pin = options.takePin(keptAs)
      if (pin === null) return
      const call = await customers.settledCall(callId)
      const customerId = call?.customer?._id
      const result = call && customerId !== undefined ? await checkPin(call, customerId, pin) : 'unchecked'
      options.tellDialplan(callId, result === 'locked' ? 'unchecked' : result)
      if (customerId === undefined || history.verificationOf(callId)?.isOver !== false) return
      try {
        note(callId, customerId, { kind: 'pin', result })
        onChange(callId)
      } catch (error) {
        options.log.warn({ callId, err: error }, 'What came of a PIN could not be kept.')
      }
    },

    /** The call is another customer's now, or nobody's: what was verified is void, also if it becomes theirs again. */
    customerChanged: ({ callId, customer }: MatchedCall): void => {
      const last = stepsOf(callId).at(-1)
      if (!last || last.kind === 'voided' || last.customerId === customer?._id) return
      try {
        note(callId, last.customerId, { kind: 'voided' })
      } catch (error) {
        options.log.warn({ callId, err: error }, 'That a verification is void could not be kept.')
      }
    },
  }
}

/** A definition as the audit keeps it: `pin.tries`, `opens.debts`; a method that is not offered has no fields. */
function fieldsOf(definition: VerificationDefinition): Record<string, string | number | readonly string[]> {
  const parts = Object.entries(definition).flatMap(([part, fields]) =>
    Object.entries(fields ?? {}).map(([field, value]) => [`${part}.${field}`, value] as const),
  )
  return Object.fromEntries(parts)
}

function closedAtEach(
  definition: VerificationDefinition,
): Readonly<Record<Level | 'thirdPerson', ClosedParts>> {
  return {
    thirdPerson: allClosed(definition),
    none: closedParts(definition, 'none'),
    basic: closedParts(definition, 'basic'),
    full: closedParts(definition, 'full'),
  }
}
