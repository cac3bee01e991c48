import { describe, expect, it } from 'vitest'
import { describeDialled, describeParty, type Homes } from '../../server/describe.ts'

/** People in Germany, with a PBX there and one in Ukraine. */
const homes: Homes = { home: 'DE', of: (pbx) => (pbx === 'kyiv' ? 'UA' : 'DE') }
const labels = new Map([
  ['+493023125101', 'Support'],
  ['+380443456701', 'Kyiv sales'],
])

describe('the number that was dialled', () => {
  const show = describeDialled(homes, (number) => labels.get(number) ?? null)

  it.each([
    ['+493023125101', 'Support'],
    ['030 23125101', 'Support'],
    ['+493023125103', '030 23125103'],
    ['201', '201'],
    ['', ''],
  ])('%s is shown as %s', (number, shown) => {
    expect(show(number, 'berlin')).toBe(shown)
  })

  it('is read by the country of the PBX on which it was dialled', () => {
    expect(show('0443456701', 'kyiv')).toBe('Kyiv sales')
  })
})

describe('a party', () => {
  it('who withholds the number is nobody’s to see, name and all', () => {
    const party = { number: '+4915228817386', name: 'Olena', restricted: true }
    const seen = describeParty(homes)(party, 'berlin')
    expect(seen).toEqual({ number: null, display: '', name: null, withheld: true })
  })

  it('who calls without a country code is of the country of that PBX, and shown so that no two are alike', () => {
    const show = describeParty(homes)
    const party = { number: '0442345678', name: null, restricted: false }
    expect(show(party, 'kyiv')).toMatchObject({ number: '+380442345678', display: '+380 44 234 5678' })
    expect(show({ ...party, number: '+493023125103' }, 'berlin').display).toBe('030 23125103')
  })
})
