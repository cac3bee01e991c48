import { expect, test } from 'vitest'
import {
  definitionOf,
  draftOf,
  hasNoFirstPin,
  neverOpened,
} from '../../../client/admin/verification/draft.ts'
import {
  defaultMethods,
  defaultVerification,
  verificationDefinitionSchema,
  type VerificationDefinition,
} from '../../../shared/verification.ts'

test('a form begun from a definition and left as it is comes to the same, whatever is offered', () => {
  const nothing: VerificationDefinition = {
    pin: null,
    questions: null,
    callBack: null,
    opens: defaultVerification.opens,
  }
  for (const definition of [defaultVerification, nothing, { ...defaultVerification, pin: null }])
    expect(definitionOf(draftOf(definition))).toEqual(definition)
})

test('a method that is not offered has settings to begin with, and what is typed changes nothing that is stored', () => {
  const stored: VerificationDefinition = { ...defaultVerification, pin: null }
  const draft = draftOf(stored)
  draft.pin.isOffered = true
  draft.questions.ask.push('email')
  draft.opens.debts = 'full'
  expect(definitionOf(draft).pin).toEqual(defaultMethods.pin)
  expect(stored).toEqual({ ...defaultVerification, pin: null })
})

test('what no method that is offered opens is known', () => {
  expect(neverOpened(defaultVerification)).toEqual([])
  expect(neverOpened({ ...defaultVerification, pin: null, callBack: null })).toEqual(['paymentData'])
  expect(neverOpened({ ...defaultVerification, pin: null, questions: null, callBack: null })).toEqual([
    'debts',
    'paymentData',
    'marked',
  ])
})

test('that nobody can get a first PIN is known, wherever it would be given after less than it shows', () => {
  const { callBack, questions } = defaultMethods
  expect(hasNoFirstPin(defaultVerification)).toBe(false)
  expect(hasNoFirstPin({ ...defaultVerification, callBack: null })).toBe(true)
  expect(hasNoFirstPin({ ...defaultVerification, callBack: { ...callBack, earns: 'basic' } })).toBe(true)
  expect(
    hasNoFirstPin({ ...defaultVerification, callBack: null, questions: { ...questions, earns: 'full' } }),
  ).toBe(false)
  expect(hasNoFirstPin({ ...defaultVerification, callBack: null, pin: null })).toBe(false)
})

test('more right answers than questions is wrong at that field', () => {
  const questions = { ...defaultMethods.questions, ask: ['postcode' as const], right: 2 }
  const checked = verificationDefinitionSchema.safeParse({ ...defaultVerification, questions })
  expect(checked.error?.issues.map(({ path }) => path.join('.'))).toEqual(['questions.right'])
})
