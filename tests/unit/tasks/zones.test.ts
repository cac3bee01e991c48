import { describe, expect, it } from 'vitest'
import { differing, zonesOf, zonesOfCountry, zonesOfNumber } from '../../../server/tasks/zones.ts'
import { noon } from './support.ts'

const of = (where: { timeZone?: string; country?: string }, number: string | null) =>
  zonesOf({ timeZone: null, country: null, ...where }, number, 'Europe/Berlin', noon)
const names = (zones: Awaited<ReturnType<typeof of>>) => zones.map(({ timeZone }) => timeZone)

describe('in which time zone a customer is', () => {
  it('a number’s area tells, where it names one', async () => {
    expect(await of({}, '+380445551234')).toEqual([{ timeZone: 'Europe/Kyiv', from: 'number' }])
    expect(await of({}, '+12125551234')).toEqual([{ timeZone: 'America/New_York', from: 'number' }])
    expect(await of({}, '+74232345678')).toEqual([{ timeZone: 'Asia/Vladivostok', from: 'number' }])
  })

  it('the card’s zone goes before its address, and that before the number', async () => {
    expect(await of({ timeZone: 'Asia/Tokyo', country: 'UA' }, '+12125551234')).toEqual([
      { timeZone: 'Asia/Tokyo', from: 'card' },
    ])
    expect(await of({ country: 'PL' }, '+12125551234')).toEqual([
      { timeZone: 'Europe/Warsaw', from: 'address' },
    ])
    expect(await of({ country: 'UA' }, '+380445551234')).toEqual([
      { timeZone: 'Europe/Kyiv', from: 'address' },
    ])
    // A zone that nobody knows is none.
    expect(await of({ timeZone: 'Mars/Olympus' }, '+380445551234')).toEqual([
      { timeZone: 'Europe/Kyiv', from: 'number' },
    ])
  })

  it('of a country with several the number’s area chooses; where it does not, all that differ are said', async () => {
    expect(await of({ country: 'US' }, '+12125551234')).toEqual([
      { timeZone: 'America/New_York', from: 'address' },
    ])
    const many = await of({ country: 'US' }, '+18005551234')
    expect(names(many).length).toBeGreaterThan(4)
    expect(names(many)).toEqual(differing(names(many), noon))
  })

  it('without anything known it is ours, and says so', async () => {
    expect(await of({}, null)).toEqual([{ timeZone: 'Europe/Berlin', from: 'ours' }])
    expect(await of({ country: 'XX' }, '+00000000')).toEqual([{ timeZone: 'Europe/Berlin', from: 'ours' }])
    expect(zonesOfCountry('not a country')).toEqual([])
    expect(await zonesOfNumber('+999')).toEqual([])
  })
})
