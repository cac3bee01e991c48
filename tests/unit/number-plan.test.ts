import { getCountries } from 'libphonenumber-js/max'
import { describe, expect, it } from 'vitest'
import { countries } from '../../shared/countries.ts'
import { numberPlanSchema, planOf, type NumberPlan } from '../../shared/number-plan.ts'
import { createNumberReader } from '../../shared/number-reader.ts'
import { understandNumber } from '../../shared/phone-numbers.ts'

const berlin: NumberPlan = {
  homeCountry: 'DE',
  trunkPrefixes: ['9', '99'],
  extensionLengths: [3],
  ownNumbers: ['+493023125*', '+4930901820'],
  ignoredNumbers: ['+4915112345678', '110'],
}
const read = (raw: string, more: Partial<NumberPlan> = {}) => createNumberReader({ ...berlin, ...more })(raw)

describe('a number plan', () => {
  it('reads as the country alone does when nothing else is said', () => {
    const plain = createNumberReader(planOf('DE'))
    for (const raw of [
      '+380445551234',
      '030 23125101',
      '0044 20 7946 0958',
      '201',
      '12345',
      '',
      'anonymous',
    ]) {
      expect(plain(raw), raw).toMatchObject(understandNumber(raw, 'DE'))
    }
  })

  it.each([
    ['9030901820', '9', '+4930901820', 'own'],
    ['99030445566', '99', '+4930445566', 'outside'],
    ['900442079460958', '9', '+442079460958', 'outside'],
    ['+442079460958', null, '+442079460958', 'outside'],
    ['030445566', null, '+4930445566', 'outside'],
  ])('takes the prefix of the trunk from %s', (raw, prefix, e164, kind) => {
    expect(read(raw)).toMatchObject({ prefix, e164, kind })
  })

  it('leaves a number alone whose rest would be none', () => {
    expect(read('9123')).toMatchObject({ prefix: null, e164: null })
  })

  it('knows the center’s own numbers, one by one and by block, however they are written', () => {
    const kinds = ['+493023125101', '03023125999', '004930901820', '+4930231260'].map((raw) => read(raw).kind)
    expect(kinds).toEqual(['own', 'own', 'own', 'outside'])
    expect(read('+493023125101', { ownNumbers: ['03023125*'] }).kind).toBe('own')
  })

  it('knows who is never looked up', () => {
    expect(read('0151 12345678').kind).toBe('ignored')
    expect(read('110').kind).toBe('ignored')
  })

  it('tells colleagues by the length of their extension, and only by that', () => {
    expect(read('201')).toMatchObject({ kind: 'extension', display: '201', e164: null })
    expect(read('2011').kind).toBe('unread')
    // Six digits may be a subscriber's number somewhere, unless the center's extensions have six.
    expect(read('445566').kind).toBe('outside')
    expect(read('445566', { extensionLengths: [6] }).kind).toBe('extension')
  })

  it('is refused where it cannot be meant', () => {
    const faults = (more: object) =>
      numberPlanSchema.safeParse({ ...berlin, ...more }).error?.issues.map(({ path }) => path.join('.'))
    expect(faults({})).toBeUndefined()
    expect(faults({ homeCountry: 'XX' })).toEqual(['homeCountry'])
    expect(faults({ trunkPrefixes: ['0', '+'] })).toEqual(['trunkPrefixes.1'])
    expect(faults({ extensionLengths: [1] })).toEqual(['extensionLengths.0'])
    expect(faults({ ownNumbers: ['*'], ignoredNumbers: ['Bob'] })).toEqual([
      'ownNumbers.0',
      'ignoredNumbers.0',
    ])
  })
})

it('the countries are those whose numbers can be read', () => {
  expect([...countries]).toEqual(getCountries().sort())
})
