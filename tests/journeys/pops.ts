import { header, type LabAmi } from '../../lab/asterisk/ami.ts'
import type { Console } from './console.ts'

/** Percentiles of the time from an offer on the PBX to the painted card, ms. */
export interface PopTimes {
  p50: number
  p99: number
  n: number
}

/** Collects when cards were painted, and holds it against when Asterisk offered the calls. */
export interface Pops {
  /** Says that this call's card must appear by itself, so that its time counts. */
  expect: (callId: string) => void
  /** Reads a console's marks; needed before its page is loaded anew. */
  collect: (console: Console) => Promise<void>
  times: () => PopTimes
}

/**
 * @param control a session that hears everything. Each event carries the moment at which Asterisk made it, and console and
 *   PBX are on one machine, so both clocks are one.
 */
export function createPops(control: LabAmi, pbx: string): Pops {
  const expected = new Set<string>()
  const painted = new Map<string, number>()
  return {
    expect: (callId) => expected.add(callId),
    collect: async ({ paintings, person }) => {
      for (const { callId, at } of await paintings()) {
        const key = `${callId} ${person.extension ?? ''}`
        if (!painted.has(key)) painted.set(key, at)
      }
    },
    times: () => {
      const taken: number[] = []
      for (const [key, offeredAt] of offers(control, pbx)) {
        const at = painted.get(key)
        if (at !== undefined && expected.has(key.split(' ')[0] ?? '')) taken.push(at - offeredAt)
      }
      taken.sort((a, b) => a - b)
      return { p50: percentile(taken, 50), p99: percentile(taken, 99), n: taken.length }
    },
  }
}

/** The first offer of each call to each extension, ms since epoch. */
function offers(control: LabAmi, pbx: string): Map<string, number> {
  const found = new Map<string, number>()
  for (const block of control.events) {
    const event = header(block, 'Event')
    if (event !== 'AgentCalled' && event !== 'DialBegin') continue
    const extension = /^PJSIP\/(2\d\d)-/.exec(header(block, 'DestChannel') ?? '')?.[1]
    const linkedId = header(block, 'DestLinkedid')
    if (extension === undefined || linkedId === undefined) continue
    const key = `${pbx}:${linkedId} ${extension}`
    if (!found.has(key)) found.set(key, Number(header(block, 'Timestamp')) * 1000)
  }
  return found
}

function percentile(sorted: readonly number[], percent: number): number {
  const value = sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? NaN
  return Math.round(value * 10) / 10
}
