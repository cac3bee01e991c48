import { afterEach, expect, it } from 'vitest'
import { now, setClockOffset } from '../../../client/ui/clock.ts'

afterEach(() => setClockOffset(0))

it('the server’s time is whole milliseconds, though the way to it took an odd number of them', () => {
  setClockOffset(1_234.5)
  expect(Number.isInteger(now.value)).toBe(true)
  setClockOffset(-0.5)
  expect(Number.isInteger(now.value)).toBe(true)
})
