import { z } from 'zod'
import { instantSchema } from './calls.ts'

/** How sure it is that who speaks is the customer. Each level opens what the one before opens, and more. */
export const levelSchema = z.enum(['none', 'basic', 'full'])
export type Level = z.infer<typeof levelSchema>
const earnedSchema = levelSchema.exclude(['none'])

/** The parts of a card that may be closed until the caller is verified. `marked`: single facts marked as sensitive. */
export const sensitivePartSchema = z.enum(['debts', 'paymentData', 'payments', 'purchases', 'marked'])
export type SensitivePart = z.infer<typeof sensitivePartSchema>

/** What a caller may be asked, to show who they are. */
export const askableFactSchema = z.enum(['birthDate', 'postcode', 'accountNumber', 'lastPurchase', 'email'])
export type AskableFact = z.infer<typeof askableFactSchema>

export const verificationMethodSchema = z.enum(['pin', 'questions', 'callBack'])
export type VerificationMethod = z.infer<typeof verificationMethodSchema>

/** The least and the most that each number of the definition may be. */
export const verificationBounds = {
  digits: [4, 8],
  tries: [1, 10],
  lockAfter: [1, 100],
  lockMinutes: [1, 10_080],
  right: [1, 5],
  wrong: [1, 5],
} as const
const bounded = ([least, most]: readonly [number, number]) => z.number().int().min(least).max(most)

/** How a company verifies callers, and what that opens. A method that is null is not offered. */
export const verificationDefinitionSchema = z
  .strictObject({
    /** A PIN typed in the IVR. */
    pin: z
      .strictObject({
        earns: earnedSchema,
        /** How many digits a PIN has; the phone menu reads as many. What was stored before this was asked has the usual number. */
        digits: bounded(verificationBounds.digits).default(4),
        /** How many wrong ones a call may have. */
        tries: bounded(verificationBounds.tries),
        /** After so many wrong ones, over all calls, the PIN is locked for a while. */
        lockAfter: bounded(verificationBounds.lockAfter),
        lockMinutes: bounded(verificationBounds.lockMinutes),
      })
      .nullable(),
    /** Questions asked by the agent. */
    questions: z
      .strictObject({
        earns: earnedSchema,
        /** What may be asked, in this order. */
        ask: z.array(askableFactSchema).min(1),
        /** So many right answers verify. */
        right: bounded(verificationBounds.right),
        /** So many wrong ones end it for this call. */
        wrong: bounded(verificationBounds.wrong),
      })
      .refine(({ ask }) => new Set(ask).size === ask.length, 'Each question once.')
      .refine(({ ask, right }) => right <= ask.length, {
        path: ['right'],
        message: 'More right answers are needed than there are questions.',
      })
      .nullable(),
    /** Calling back a number that stands on the card. */
    callBack: z.strictObject({ earns: earnedSchema }).nullable(),
    /** From which level on each part of the card is open; `none`: always. */
    opens: z.record(sensitivePartSchema, levelSchema),
  })
  .describe('How callers are verified, and what that opens')
export type VerificationDefinition = z.infer<typeof verificationDefinitionSchema>

/** How each method is set, where it is offered. */
export type MethodSettings = { [Method in VerificationMethod]: NonNullable<VerificationDefinition[Method]> }

/** How each method is set where nobody has said otherwise. */
export const defaultMethods: MethodSettings = {
  pin: { earns: 'full', digits: 4, tries: 3, lockAfter: 10, lockMinutes: 60 },
  questions: {
    earns: 'basic',
    ask: ['birthDate', 'postcode', 'lastPurchase', 'accountNumber'],
    right: 2,
    wrong: 2,
  },
  // The only way to a first PIN, which is given to nobody who has shown less than it will show.
  callBack: { earns: 'full' },
}

/** What a company starts with. */
export const defaultVerification: VerificationDefinition = {
  ...defaultMethods,
  opens: { debts: 'basic', paymentData: 'full', payments: 'none', purchases: 'none', marked: 'basic' },
}

/** The definition in force, and which one it is; whoever changes it says which one they looked at. */
export const currentVerificationSchema = z.strictObject({
  version: z.number().int().nonnegative(),
  definition: verificationDefinitionSchema,
})
export type CurrentVerification = z.infer<typeof currentVerificationSchema>

/** How a call stands. `failed`: a method was tried and may not be tried again. */
export const verificationStateSchema = z.enum(['unverified', 'verified', 'failed', 'thirdPerson'])
export type VerificationState = z.infer<typeof verificationStateSchema>

/**
 * One thing that was done to verify who is calling, as it is kept with the call. Never what was answered.
 * `thirdPerson`: somebody speaks for the customer. `themselves`: the customer has taken over. `voided`: the call proved to
 * be somebody else's.
 */
export const verificationStepSchema = z.object({
  stepId: z.string(),
  at: instantSchema,
  /** Whose card the call had then: for nobody else does it say anything. */
  customerId: z.string(),
  /** Who noted it; null for the IVR. */
  by: z.string().nullable(),
  /** The version of the definition in force. */
  definition: z.number().int(),
  kind: z.enum(['pin', 'question', 'callBack', 'thirdPerson', 'themselves', 'voided']),
  /** Which question. */
  fact: askableFactSchema.nullable(),
  /** `unchecked`: nothing to compare with. `locked`: too many wrong ones before. Null where nothing was checked. */
  result: z.enum(['right', 'wrong', 'unchecked', 'locked']).nullable(),
  /** How the call stood after it. */
  state: verificationStateSchema,
  level: levelSchema,
})
export type VerificationStep = z.infer<typeof verificationStepSchema>

/** How a call is verified, as its card shows it. `over`: the call has ended, and all is closed again. */
export const callVerificationSchema = z.object({
  state: z.enum([...verificationStateSchema.options, 'over']),
  level: levelSchema,
  /** How, when and by whom; null while it is not. `person` is null for the IVR, and for somebody who was erased. */
  by: z
    .object({ method: verificationMethodSchema, at: instantSchema, person: z.string().nullable() })
    .nullable(),
  /** What came of the last PIN that was typed; null for none. */
  pin: z.enum(['right', 'wrong', 'unchecked', 'locked']).nullable(),
})
export type CallVerification = z.infer<typeof callVerificationSchema>

/** The right answer to a question. `money` is in minor units; a date is ISO 8601. */
export const expectedAnswerSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('text'), text: z.string() }),
  z.object({ kind: z.literal('date'), date: z.string() }),
  z.object({ kind: z.literal('money'), minor: z.number().int(), currency: z.string() }),
])
export type ExpectedAnswer = z.infer<typeof expectedAnswerSchema>

/** What can be done now to verify who is calling. */
export const verificationWaysSchema = z.object({
  /** The questions whose answers are known. */
  questions: z.array(
    z.object({
      fact: askableFactSchema,
      result: z.enum(['open', 'right', 'wrong']),
      /** Only for those who may see it. */
      expected: expectedAnswerSchema.optional(),
    }),
  ),
  /** Null where questions are not offered. */
  asking: z
    .object({
      state: z.enum(['open', 'passed', 'failed']),
      /** How many right answers are still needed, and how many wrong ones still allowed. */
      rightLeft: z.number().int(),
      wrongLeft: z.number().int(),
    })
    .nullable(),
  /** `here`: this call is to a number on the card, and was answered. `elsewhere`: another call would be needed. */
  callBack: z.enum(['here', 'elsewhere', 'done']).nullable(),
  pin: z.enum(['open', 'passed', 'failed']).nullable(),
  /** Whether the customer has a PIN, and whether one may be given now, or taken away. Null where PINs are not used. */
  ownPin: z
    .object({
      isSet: z.boolean(),
      mayChange: z.boolean(),
      /** How many digits a new one has. */
      digits: z.number().int(),
    })
    .nullable(),
})
export type VerificationWays = z.infer<typeof verificationWaysSchema>

const stepId = z.uuid()
/** Something done to verify the caller. `stepId` is made by the client, so that a repeated request is one step. */
export const verifyRequestSchema = z.discriminatedUnion('kind', [
  /** Ticked by somebody who sees the right answer. */
  z.strictObject({ kind: z.literal('ticked'), stepId, fact: askableFactSchema, right: z.boolean() }),
  /** Written as it was said, for the server to compare. It is kept nowhere. */
  z.strictObject({
    kind: z.literal('said'),
    stepId,
    fact: askableFactSchema,
    said: z.string().trim().min(1).max(100),
  }),
  z.strictObject({ kind: z.literal('callBack'), stepId, reached: z.boolean() }),
  z.strictObject({ kind: z.literal('thirdPerson'), stepId }),
  z.strictObject({ kind: z.literal('themselves'), stepId }),
])
export type VerifyRequest = z.infer<typeof verifyRequestSchema>

/** Whether a PIN is among the first that anybody would try: digits that repeat (`1111`, `0101`), or a run of them. */
export function isWeakPin(pin: string): boolean {
  const steps = new Set(
    Array.from(pin.slice(1), (digit, index) => (Number(digit) - Number(pin[index]) + 10) % 10),
  )
  const isRun = steps.size === 1 && (steps.has(1) || steps.has(9))
  return isRun || /^(\d+)\1+$/.test(pin)
}

/** Whether this could be a PIN, where PINs have so many digits. */
export function isPin(typed: string, digits: number): boolean {
  return typed.length === digits && /^\d+$/.test(typed)
}

export const pinRequestSchema = z.strictObject({
  /** Of as many digits as the definition says (`pin.length` else). Null takes the PIN away. */
  pin: z
    .string()
    .regex(/^\d{4,8}$/, 'A PIN is 4 to 8 digits.')
    .nullable(),
})

type MethodState = 'open' | 'passed' | 'failed'

/** How a call stands by what was done in it. */
export interface Standing {
  state: VerificationState
  level: Level
  /** The step by which the level was reached; null while it is none. */
  reachedBy: VerificationStep | null
  /** Of each method offered; null where it is not. */
  methods: Readonly<Record<VerificationMethod, MethodState | null>>
}

const rank: Readonly<Record<Level, number>> = { none: 0, basic: 1, full: 2 }
const methodOf: Partial<Record<VerificationStep['kind'], VerificationMethod>> = {
  pin: 'pin',
  question: 'questions',
  callBack: 'callBack',
}

/**
 * How a call stands. What was right counts for this customer and this speaker alone: it is void once the call proves to be
 * another's, and once somebody else takes the phone. What was wrong counts to the end of the call, so that no change of
 * speaker gives new tries.
 * @param steps all of the call, in order
 */
export function standingOf(
  { pin, questions, callBack }: VerificationDefinition,
  steps: readonly VerificationStep[],
  customerId: string,
): Standing {
  let valid: VerificationStep[] = []
  let thirdPerson = false
  const own = steps.filter((step) => step.customerId === customerId)
  for (const step of steps) {
    if (step.kind === 'voided') [valid, thirdPerson] = [[], false]
    else if (step.customerId !== customerId) continue
    else if (step.kind === 'thirdPerson' || step.kind === 'themselves')
      [valid, thirdPerson] = [[], step.kind === 'thirdPerson']
    else valid.push(step)
  }
  const right = (kind: VerificationStep['kind']) =>
    valid.filter((step) => step.kind === kind && step.result === 'right')
  const wrong = (kind: VerificationStep['kind']) =>
    own.filter((step) => step.kind === kind && step.result === 'wrong').length
  const stateOf = (passed: boolean, failed: boolean): MethodState =>
    passed ? 'passed' : failed ? 'failed' : 'open'
  const asked = new Set(right('question').map(({ fact }) => fact)).size
  const methods: Standing['methods'] = {
    pin: pin && stateOf(right('pin').length > 0, wrong('pin') >= pin.tries),
    questions: questions && stateOf(asked >= questions.right, wrong('question') >= questions.wrong),
    callBack: callBack && stateOf(right('callBack').length > 0, wrong('callBack') > 0),
  }
  const earned: Readonly<Record<VerificationMethod, Level>> = {
    pin: methods.pin === 'passed' && pin ? pin.earns : 'none',
    questions: methods.questions === 'passed' && questions ? questions.earns : 'none',
    callBack: methods.callBack === 'passed' && callBack ? callBack.earns : 'none',
  }
  const level = thirdPerson ? 'none' : highest(Object.values(earned))
  const reachedBy =
    level === 'none'
      ? undefined
      : valid.findLast(({ kind, result }) => {
          const method = methodOf[kind]
          return method !== undefined && result === 'right' && earned[method] === level
        })
  const failed = Object.values(methods).includes('failed')
  const state = thirdPerson ? 'thirdPerson' : level !== 'none' ? 'verified' : failed ? 'failed' : 'unverified'
  return { state, level, reachedBy: reachedBy ?? null, methods }
}

/** Whether a level is as much as another, or more. */
export function reaches(level: Level, needed: Level): boolean {
  return rank[level] >= rank[needed]
}

function highest(levels: readonly Level[]): Level {
  return levels.reduce<Level>((best, level) => (rank[level] > rank[best] ? level : best), 'none')
}

/** Which method a step belongs to; null for one that verifies nothing. */
export function methodOfStep({ kind }: VerificationStep): VerificationMethod | null {
  return methodOf[kind] ?? null
}

/** What came of a question in this call: each may be asked once, whoever answered. */
export function questionResult(
  steps: readonly VerificationStep[],
  customerId: string,
  fact: AskableFact,
): 'open' | 'right' | 'wrong' {
  const step = steps.find((one) => one.customerId === customerId && one.fact === fact)
  return step?.result === 'right' || step?.result === 'wrong' ? step.result : 'open'
}

/** The parts of a card that are closed at a level, each with the level that opens it. */
export function closedParts(
  { opens }: Pick<VerificationDefinition, 'opens'>,
  level: Level,
): ReadonlyMap<SensitivePart, Level> {
  return new Map([...allClosed({ opens })].filter(([, needed]) => !reaches(level, needed)))
}

/** Every part of a card that may be closed, each with the level that opens it: so while a third person speaks. */
export function allClosed({
  opens,
}: Pick<VerificationDefinition, 'opens'>): ReadonlyMap<SensitivePart, Level> {
  return new Map(sensitivePartSchema.options.map((part) => [part, opens[part]]))
}
