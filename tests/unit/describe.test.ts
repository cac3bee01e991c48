import { describe, expect, it } from 'vitest'
import { describeDialled, describeParty } from '../../server/pipeline.ts'

describe('the number that was dialled', () => {
  const show = describeDialled(
    'DE',
    new Map([
      ['+493023125101', 'Support'],
      ['493023125102', 'Sales'],
    ]),
  )

  it.each([
    ['+493023125101', 'Support'],
    ['030 23125101', 'Support'],
    ['493023125102', 'Sales'],
    ['+493023125103', '030 23125103'],
    ['201', '201'],
    ['', ''],
  ])('%s is shown as %s', (number, shown) => {
    expect(show(number)).toBe(shown)
  })
})

describe('a party', () => {
  it('who withholds the number is nobody’s to see, name and all', () => {
    const party = { number: '+4915228817386', name: 'Olena', restricted: true }
    expect(describeParty('DE')(party)).toEqual({ number: null, display: '', name: null, withheld: true })
  })
})
