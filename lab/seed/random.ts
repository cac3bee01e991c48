/** A stream of numbers that is the same for the same seed, everywhere and always. */
export interface Random {
  /** At least 0, below 1. */
  next: () => number
  /** A whole number from `from` to `to`, both possible. */
  whole: (from: number, to: number) => number
  /** True with this likelihood. */
  chance: (likelihood: number) => boolean
  /** One of the list. @throws Error for an empty list */
  pick: <T>(list: readonly T[]) => T
}

/**
 * A stream of its own for each part of a seed, so that the thousandth customer is the same whether or not the others are
 * made.
 */
export function createRandom(...seed: readonly number[]): Random {
  let state = seed.reduce((mixed, part) => mix((mixed ^ part) + 0x9e3779b9), 0x243f6a88)
  const next = (): number => {
    state = (state + 0x9e3779b9) | 0
    return (mix(state) >>> 0) / 2 ** 32
  }
  const whole = (from: number, to: number): number => from + Math.floor(next() * (to - from + 1))
  return {
    next,
    whole,
    chance: (likelihood) => next() < likelihood,
    pick: (list) => {
      const item = list[Math.floor(next() * list.length)]
      if (item === undefined) throw new Error('Nothing to pick from.')
      return item
    },
  }
}

/** Spreads a change of any bit over all 32 bits. */
function mix(value: number): number {
  let mixed = value | 0
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad)
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
  return mixed ^ (mixed >>> 15)
}
