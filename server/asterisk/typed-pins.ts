import { randomUUID } from 'node:crypto'

/** Callers at a keypad at once are far fewer: a bound for the case that nobody ever asks. */
const mostKept = 500

/** PINs between being typed and being compared. They are nowhere else, and gone with the process. */
export interface TypedPins {
  /** @returns what the PIN can be asked for by, once */
  keep: (pin: string) => string
  /** The PIN, if it was not asked for before; null after a restart. */
  take: (keptAs: string) => string | null
}

/** Holds typed PINs in memory, so that events and the journal need not. */
export function createTypedPins(): TypedPins {
  const pins = new Map<string, string>()
  return {
    keep(pin) {
      const keptAs = randomUUID()
      pins.set(keptAs, pin)
      const [oldest] = pins.keys()
      if (pins.size > mostKept && oldest !== undefined) pins.delete(oldest)
      return keptAs
    },
    take(keptAs) {
      const pin = pins.get(keptAs) ?? null
      pins.delete(keptAs)
      return pin
    },
  }
}
