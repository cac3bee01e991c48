import { describe, expect, it } from 'vitest'
import { isRight } from '../../../server/verification/said.ts'
import type { ExpectedAnswer } from '../../../shared/verification.ts'

const born: ExpectedAnswer = { kind: 'date', date: '1984-05-07' }
const paid: ExpectedAnswer = { kind: 'money', minor: 112_050, currency: 'EUR' }
const whole: ExpectedAnswer = { kind: 'money', minor: 112_000, currency: 'EUR' }
const postcode: ExpectedAnswer = { kind: 'text', text: 'SW1A 1AA' }

describe('what a caller said is right', () => {
  it.each(['7.5.1984', '07/05/1984', '1984-05-07', '07051984', '19840507', ' 7 5 1984 '])(
    'born %s',
    (said) => {
      expect(isRight(born, said)).toBe(true)
    },
  )
  it.each(['1120,50', '1.120,50', '1,120.50', '1 120.50 €', 'EUR 1120.50'])('paid %s', (said) => {
    expect(isRight(paid, said)).toBe(true)
  })
  it.each(['1120', '1.120', '1,120.00', '1120,00 €'])('paid, whole: %s', (said) => {
    expect(isRight(whole, said)).toBe(true)
  })
  it.each(['sw1a1aa', 'SW1A-1AA'])('postcode %s', (said) => {
    expect(isRight(postcode, said)).toBe(true)
  })
})

describe('what a caller said is wrong', () => {
  it.each(['5.7.1984', '7.5.84', '1984', '', '7.5.1985', '.*'])('born %s', (said) => {
    expect(isRight(born, said)).toBe(false)
  })
  it.each(['1120', '112050', 'much', '1120,5'])('paid %s', (said) => {
    expect(isRight(paid, said)).toBe(false)
  })
  it.each(['SW1A', '', '···', 'sw1a 1ab'])('postcode %s', (said) => {
    expect(isRight(postcode, said)).toBe(false)
  })
})
