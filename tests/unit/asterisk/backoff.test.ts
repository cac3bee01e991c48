import { expect, it } from 'vitest'
import { backoffMs, reconnectBackoff, refusedBackoff } from '../../../server/asterisk/backoff.ts'

const waits = (failures: number, random: number) => backoffMs(reconnectBackoff, failures, random)

it('waits a quarter of a second at first and never longer than 15 s', () => {
  expect([1, 2, 3, 4, 5, 6, 7, 8, 1_000].map((failures) => waits(failures, 1))).toEqual([
    250, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000,
  ])
})

it('leaves half of the wait to chance, so that servers do not come back in step', () => {
  expect([0, 0.5, 1].map((random) => waits(3, random))).toEqual([500, 750, 1_000])
})

it('tries a refused login at most once in 2.5 s at first, and twice a minute in the end', () => {
  expect(backoffMs(refusedBackoff, 1, 0)).toBe(2_500)
  expect(backoffMs(refusedBackoff, 100, 0)).toBe(30_000)
})
