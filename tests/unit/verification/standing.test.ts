import { describe, expect, it } from 'vitest'
import { labPinOf } from '../../../lab/seed/identity.ts'
import {
  closedParts,
  isWeakPin,
  reaches,
  defaultVerification,
  questionResult,
  sensitivePartSchema,
  standingOf,
  verificationDefinitionSchema,
  type AskableFact,
  type VerificationDefinition,
  type VerificationStep,
} from '../../../shared/verification.ts'

const questions = defaultVerification.questions
const pin = defaultVerification.pin
if (!questions || !pin) throw new Error('The default has questions and a PIN.')

/** What happened in a call of Olena's, in order. */
function call(...happened: Partial<VerificationStep>[]): VerificationStep[] {
  return happened.map((step, index) => ({
    stepId: `s${String(index)}`,
    at: 1_000 + index,
    customerId: 'olena',
    by: 'nina',
    definition: 1,
    kind: 'question',
    fact: null,
    result: null,
    state: 'unverified',
    level: 'none',
    ...step,
  }))
}
const answer = (fact: AskableFact, result: 'right' | 'wrong'): Partial<VerificationStep> => ({ fact, result })
const typed = (result: VerificationStep['result']): Partial<VerificationStep> => ({
  kind: 'pin',
  by: null,
  result,
})
const standing = (steps: VerificationStep[], definition = defaultVerification, customerId = 'olena') =>
  standingOf(definition, steps, customerId)

describe('a caller is verified', () => {
  it('by nothing, however they were recognised', () => {
    expect(standing([])).toMatchObject({ state: 'unverified', level: 'none', reachedBy: null })
  })

  it('by as many right answers as are needed, and not by one less', () => {
    const one = call(answer('birthDate', 'right'))
    expect(standing(one)).toMatchObject({ state: 'unverified', level: 'none' })
    const two = call(answer('birthDate', 'right'), answer('postcode', 'right'))
    expect(standing(two)).toMatchObject({
      state: 'verified',
      level: 'basic',
      reachedBy: { fact: 'postcode' },
    })
  })

  it('not by the same answer told twice', () => {
    const twice = call(answer('birthDate', 'right'), answer('birthDate', 'right'))
    expect(standing(twice)).toMatchObject({ level: 'none' })
  })

  it('by a PIN more than by questions, whichever came first', () => {
    const both = call(typed('right'), answer('birthDate', 'right'), answer('postcode', 'right'))
    expect(standing(both)).toMatchObject({ level: 'full', reachedBy: { kind: 'pin', by: null } })
    expect(standing([...both.slice(1), ...both.slice(0, 1)])).toMatchObject({ level: 'full' })
  })

  it('by a right PIN after a wrong one, and not by one that nobody could compare', () => {
    expect(standing(call(typed('wrong'), typed('right')))).toMatchObject({ state: 'verified', level: 'full' })
    expect(standing(call(typed('unchecked'), typed('locked')))).toMatchObject({ state: 'unverified' })
  })

  it('by nothing that the company does not offer', () => {
    const only: VerificationDefinition = { ...defaultVerification, pin: null, callBack: null }
    const steps = call(typed('right'), { kind: 'callBack', result: 'right' })
    expect(standing(steps, only)).toMatchObject({ level: 'none', methods: { pin: null, callBack: null } })
  })
})

describe('wrong answers', () => {
  it('end the asking, and leave the PIN', () => {
    const steps = call(answer('birthDate', 'wrong'), answer('postcode', 'wrong'))
    expect(standing(steps)).toMatchObject({ state: 'failed', methods: { questions: 'failed', pin: 'open' } })
    expect(standing([...steps, ...call(typed('right'))])).toMatchObject({ state: 'verified', level: 'full' })
  })

  it('are not forgotten because somebody else took the phone, or the card was changed and changed back', () => {
    const steps = call(
      answer('birthDate', 'wrong'),
      { kind: 'thirdPerson' },
      { kind: 'themselves' },
      { kind: 'voided' },
      answer('postcode', 'wrong'),
    )
    expect(standing(steps)).toMatchObject({ state: 'failed', methods: { questions: 'failed' } })
    expect(questionResult(steps, 'olena', 'birthDate')).toBe('wrong')
    expect(questionResult(steps, 'olena', 'accountNumber')).toBe('open')
  })
})

describe('what was right', () => {
  const verified = call(typed('right'))

  it('is void when the call proves to be somebody else’s, also if it becomes hers again', () => {
    expect(standing(verified, defaultVerification, 'taras')).toMatchObject({ level: 'none' })
    expect(standing([...verified, ...call({ kind: 'voided' })])).toMatchObject({ level: 'none' })
  })

  it('says nothing while a third person speaks, and nothing after: who took the phone over is asked anew', () => {
    const spokenFor = [...verified, ...call({ kind: 'thirdPerson' })]
    expect(standing(spokenFor)).toMatchObject({ state: 'thirdPerson', level: 'none' })
    const answered = [...spokenFor, ...call(answer('birthDate', 'right'), answer('postcode', 'right'))]
    expect(standing(answered)).toMatchObject({ state: 'thirdPerson', level: 'none' })
    const herself = [...answered, ...call({ kind: 'themselves' })]
    expect(standing(herself)).toMatchObject({ state: 'unverified', level: 'none' })
  })
})

describe('what is closed', () => {
  it('opens level by level, and what is never closed never', () => {
    const closed = (level: 'none' | 'basic' | 'full') => [...closedParts(defaultVerification, level).keys()]
    expect(closed('none')).toEqual(['debts', 'paymentData', 'marked'])
    expect(closed('basic')).toEqual(['paymentData'])
    expect(closed('full')).toEqual([])
  })

  it('is the company’s to say, for each part', () => {
    const opens = Object.fromEntries(sensitivePartSchema.options.map((part) => [part, 'full']))
    const strict = verificationDefinitionSchema.parse({ ...defaultVerification, opens })
    expect(closedParts(strict, 'basic').size).toBe(sensitivePartSchema.options.length)
  })
})

describe('the definition that a center starts with', () => {
  it('leads to a first PIN and to all that may be closed, without a PIN', () => {
    const withoutPin = standing(call({ kind: 'callBack', result: 'right' }))
    expect(reaches(withoutPin.level, pin.earns)).toBe(true)
    expect(closedParts(defaultVerification, withoutPin.level).size).toBe(0)
  })
})

describe('a PIN', () => {
  it('in the seed of lab and demo is none that anybody guesses', () => {
    const weak = Array.from({ length: 20_000 }, (_, index) => labPinOf(String(100_000 + index * 45))).filter(
      (one) => isWeakPin(one) || !/^\d{4}$/.test(one),
    )
    expect(weak).toEqual([])
    expect([labPinOf('950101'), labPinOf('204518'), labPinOf('999999')]).toEqual(['0102', '4518', '0001'])
  })
})

describe('a definition', () => {
  it.each([
    ['more right answers than questions', { questions: { ...questions, ask: ['postcode'], right: 2 } }],
    ['a question twice', { questions: { ...questions, ask: ['postcode', 'postcode'] } }],
    ['a method that earns nothing', { pin: { ...pin, earns: 'none' } }],
    ['a part that nobody knows', { opens: { ...defaultVerification.opens, everything: 'basic' } }],
    ['a part left out', { opens: { debts: 'basic' } }],
  ])('is refused with %s', (_, change) => {
    expect(verificationDefinitionSchema.safeParse({ ...defaultVerification, ...change }).success).toBe(false)
  })

  it('may do without any method', () => {
    const none = { ...defaultVerification, pin: null, questions: null, callBack: null }
    expect(verificationDefinitionSchema.parse(none)).toEqual(none)
  })
})
