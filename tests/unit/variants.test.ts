import { describe, expect, it } from 'vitest'
import { clocksGoBack } from '../../lab/flows/faults.ts'
import { flowNames, variants } from '../../lab/flows/variants.ts'

describe('the ways a call can go', () => {
  it('have a flow each, and every flow is one of them', () => {
    for (const { name, flows } of variants) {
      expect(flows, name).not.toEqual([])
      for (const flow of flows) expect(flowNames, name).toContain(flow)
    }
    const played = new Set(variants.flatMap(({ flows }) => flows))
    expect(flowNames.filter((name) => !played.has(name))).toEqual([])
    expect(new Set(variants.map(({ name }) => name)).size).toBe(variants.length)
  })
})

describe('the night in which the clocks go back', () => {
  it('is told to the process as a day of the year and a time of its own', () => {
    expect(clocksGoBack(Date.UTC(2026, 10, 25, 4, 30, 15))).toBe('CET-1CEST-2,163/2,328/06:30:15')
  })
})
