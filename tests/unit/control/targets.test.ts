import { describe, expect, it } from 'vitest'
import { dialString } from '../../../server/control/targets.ts'
import { planOf } from '../../../shared/number-plan.ts'
import { createNumberReader } from '../../../shared/number-reader.ts'

const read = createNumberReader(planOf('DE', []))

describe('what is dialled for a number as it was typed', () => {
  it.each([
    ['030 23125-901', '00493023125901'],
    ['+49 30 23125901', '00493023125901'],
    ['0044 20 7946 0958', '00442079460958'],
    ['112', '112'],
    ['205', '205'],
  ])('%s', (typed, dialled) => {
    expect(dialString(typed, read, '00')).toBe(dialled)
  })

  it.each(['', 'abc', '12;3', '+', '1', '12345678901234567890123456'])('nothing for %j', (typed) => {
    expect(dialString(typed, read, '00')).toBeNull()
  })
})
