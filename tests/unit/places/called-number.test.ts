import { expect, it } from 'vitest'
import type { Call } from '../../../server/floor/state.ts'
import { calledNumber } from '../../../server/places/assembly.ts'
import { numberPlanSchema } from '../../../shared/number-plan.ts'
import { createNumberReader } from '../../../shared/number-reader.ts'

const plan = numberPlanSchema.parse({
  homeCountry: 'DE',
  trunkPrefixes: [],
  extensionLengths: [3],
  ownNumbers: ['+493023125*'],
  ignoredNumbers: [],
})
const read = createNumberReader(plan)
const of = (number: string | null, more: Partial<Call['party']> = {}) =>
  calledNumber({ number, name: null, restricted: false, ...more }, read, '00')

it('a number that is shown is called in its international form', () => {
  expect(of('0301234567')).toEqual({ e164: '+49301234567', exten: '0049301234567' })
  expect(of('+380445551234')).toEqual({ e164: '+380445551234', exten: '00380445551234' })
})

it.each([
  ['none', null],
  ['an extension', '201'],
  ['one of ours', '+493023125101'],
  ['an emergency number', '112'],
  ['garbage', 'anonymous;x=1'],
  ['one that is paid for being called', '+499001123456'],
])('nobody is called back at %s', (_what, number) => {
  expect(of(number)).toBeNull()
})

it('nor at a number that was withheld, or whose owner was erased', () => {
  expect(of('+380445551234', { restricted: true })).toBeNull()
  expect(of('+380445551234', { erased: true })).toBeNull()
})
