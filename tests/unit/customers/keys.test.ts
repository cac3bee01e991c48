import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cast, castCustomers } from '../../../lab/seed/cast.ts'
import { firstNumberOf, makeCustomer, sharerOf } from '../../../lab/seed/generator.ts'
import { lookupKeysOf, nationalOf, searchWordsOf } from '../../../server/customers/keys.ts'
import { storedCustomerSchema } from '../../../server/customers/model.ts'
import { planOf } from '../../../shared/number-plan.ts'
import { createNumberReader } from '../../../shared/number-reader.ts'
import { readingsOf } from '../../../server/customers/search.ts'
import { customer, now } from './support.ts'

describe('what a customer is found by', () => {
  const anna = customer('Anna-Łucja Çelik', {
    company: 'Café Źródło',
    phones: [{ number: '+380445551234', label: 'work' }],
    emails: [{ address: 'Anna@Zrodlo.example', label: 'work' }],
    accountNumber: 'ab-12',
    choices: [{ number: '+493023125123', by: 'person', at: now }],
  })

  it('is every number, its last digits, the account, and the numbers chosen for them', () => {
    expect(lookupKeysOf(anna)).toEqual(['+380445551234', 'tail:45551234', '+493023125123', 'account:AB-12'])
  })

  it('is each word without accents, and e-mail, account and numbers whole', () => {
    expect(searchWordsOf(anna)).toEqual([
      'anna',
      'lucja',
      'celik',
      'cafe',
      'zrodlo',
      'anna@zrodlo.example',
      'ab-12',
      '380445551234',
      '445551234',
    ])
  })

  it.each([
    ['+493023125123', '3023125123'],
    ['+12125550147', '2125550147'],
    ['+380445551234', '445551234'],
  ])('takes the country code off %s', (e164, national) => expect(nationalOf(e164)).toBe(national))
})

describe('what an agent typed', () => {
  it.each([
    ['a name in two words', 'Olena KOVAL', [['olena', 'koval'], ['olena koval']]],
    ['half a number', '044 555', [['44555']]],
    ['an e-mail address', 'Anna@Zr', [['anna', 'zr'], ['anna@zr']]],
    ['an account number', '950201', [['950201']]],
  ])('is read: %s', (_what, typed, readings) => {
    expect(readingsOf(typed, createNumberReader(planOf('DE')))).toEqual(expect.arrayContaining(readings))
  })

  it('is at most five words and none of them empty, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.string({
          maxLength: 40,
          unit: fc.constantFrom(...Array.from('0149+-(). aZłжß中@$^*[]{}\\"\r\0\u0301')),
        }),
        (typed) => {
          for (const reading of readingsOf(typed, createNumberReader(planOf('DE')))) {
            expect(reading.length).toBeLessThanOrEqual(5)
            for (const word of reading) expect(word).toMatch(/./su)
          }
        },
      ),
    )
  })
})

describe('the seed', () => {
  it('makes the same customer again, whole and valid', () => {
    for (const index of [0, 1, 26, 52, 55, 999_999]) {
      const made = makeCustomer(1, index, now)
      expect(storedCustomerSchema.parse(made)).toEqual(made)
      expect(makeCustomer(1, index, now)).toEqual(made)
      expect(made.phones[0]?.number).toBe(firstNumberOf(1, index))
    }
  })

  it('lets households and small companies share a number, and nobody else', () => {
    const sharers = Array.from({ length: 1_000 }, (_, index) => firstNumberOf(1, index))
    sharers.forEach((number, index) => expect(sharers.indexOf(number)).toBe(sharerOf(index)))
  })

  it('has a cast of valid customers, each with an id of their own', () => {
    for (const made of castCustomers(now)) expect(storedCustomerSchema.parse(made)).toEqual(made)
    expect(new Set(cast.map(({ id }) => id)).size).toBe(cast.length)
    expect(new Set(cast.map(({ account }) => account)).size).toBe(cast.length)
  })
})
