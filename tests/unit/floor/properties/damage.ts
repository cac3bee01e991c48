import fc from 'fast-check'

/** What can happen to a stream of blocks on its way. */
export interface Damage {
  kind: 'lost' | 'doubled' | 'repeatedLater' | 'swapped' | 'tornOff' | 'headless' | 'fused'
  /** Chooses the block. */
  which: number
  /** Chooses the place within it, or how much later. */
  place: number
}

export const damages = fc.array(
  fc.record<Damage>({
    kind: fc.constantFrom('lost', 'doubled', 'repeatedLater', 'swapped', 'tornOff', 'headless', 'fused'),
    which: fc.nat(2_000),
    place: fc.nat(2_000),
  }),
  { minLength: 1, maxLength: 12 },
)

/** Does it to the texts of a stream. */
export function damaged(texts: readonly string[], list: readonly Damage[]): string[] {
  const blocks = [...texts]
  for (const { kind, which, place } of list) {
    const at = which % Math.max(1, blocks.length)
    const text = blocks[at]
    if (text === undefined) continue
    const next = blocks[at + 1] ?? ''
    const middle = place % text.length
    switch (kind) {
      case 'lost':
        blocks.splice(at, 1)
        break
      case 'doubled':
        blocks.splice(at, 0, text)
        break
      case 'repeatedLater':
        blocks.splice(at + 1 + (place % 30), 0, text)
        break
      case 'swapped':
        blocks.splice(at, 2, next, text)
        break
      case 'tornOff':
        blocks[at] = `${text.slice(0, middle)}\r\n\r\n`
        break
      case 'headless':
        blocks[at] = text.slice(middle)
        break
      case 'fused':
        // The empty line between two blocks is lost.
        blocks.splice(at, 2, `${text.trimEnd()}\r\n${next}`)
    }
  }
  return blocks
}
