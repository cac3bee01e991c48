import type { AmiBlock, AmiValue } from './fields.ts'

/** How many blocks are kept: a few minutes of a busy PBX, a few MB. */
const keptBlocks = 2_000

/** The last blocks that came, for when something proves to be wrong. In memory alone. */
export interface TraceRing {
  note(block: AmiBlock): void
  /** The blocks as they came, the oldest first, with numbers and names replaced. */
  replaced(): Record<string, AmiValue | undefined>[]
}

export function createTraceRing(size = keptBlocks): TraceRing {
  const blocks: AmiBlock[] = []
  let next = 0
  return {
    note: (block) => {
      // A PIN is kept by nobody but who compares it.
      blocks[next] = block['pin'] === undefined ? block : { ...block, pin: '' }
      next = (next + 1) % size
    },
    replaced: () => replaceNumbersAndNames([...blocks.slice(next), ...blocks.slice(0, next)]),
  }
}

/** Headers that hold what a person is called. Asterisk writes several with a prefix (`DestCallerIDName`). */
const namesPerson = /(calleridname|connectedlinename|membername)$/
/** Headers that hold a telephone number, or may. */
const holdsNumber =
  /(calleridnum|connectedlinenum|exten|extension|dialstring|forward|account|accountcode|chanvariable|channel)$/
/** Headers that hold what a caller typed, a PIN too, or what the dialplan made of it. */
const holdsTyped = /^(pin|digits?|account|appdata|applicationdata)$/
/** The channel variable with what a caller typed: its name and value, where the package leaves them in one. */
const typedVariable = 'RINGCARD_ACCOUNT'
/** A run of digits that is long enough to be a number of the public network, or the serial of a channel's name before it. */
const longNumber = /(-[0-9a-f]{8}(?![0-9a-f]))|\+?\d{6,}/g

/**
 * Replaces numbers and names by others, the same by the same, so that a trace can be read and played again and tells nobody
 * who called. Extensions and the ids of channels stay.
 */
function replaceNumbersAndNames(blocks: readonly AmiBlock[]): Record<string, AmiValue | undefined>[] {
  const numbers = new Map<string, string>()
  const names = new Map<string, string>()
  const other = (map: Map<string, string>, value: string, make: (n: number) => string): string => {
    const known = map.get(value) ?? make(map.size + 1)
    map.set(value, known)
    return known
  }
  const numberFor = (text: string): string =>
    // With plus or without it is the same number.
    `${text.startsWith('+') ? '+' : ''}${other(numbers, text.replace('+', ''), (n) => String(990_000_000 + n))}`
  const nameFor = (text: string): string =>
    text === '' || text === '<unknown>' ? text : other(names, text, (n) => `Person ${n}`)

  const replace = (key: string, text: string): string => {
    if (namesPerson.test(key)) return nameFor(text)
    if (holdsTyped.test(key)) return ''
    if (text.startsWith(`${typedVariable}=`)) return `${typedVariable}=`
    return holdsNumber.test(key)
      ? text.replaceAll(longNumber, (all, serial?: string) => (serial === undefined ? numberFor(all) : all))
      : text
  }
  const replaceAll = (key: string, value: AmiValue | undefined): AmiValue | undefined => {
    if (value === undefined) return value
    if (typeof value === 'string') return replace(key, value)
    if (Array.isArray(value)) return value.map((each: string) => replace(key, each))
    return Object.fromEntries(
      Object.entries(value).map(([name, each]: [string, string]) => [
        name,
        name === typedVariable ? '' : replace('chanvariable', each),
      ]),
    )
  }
  return blocks.map((block) =>
    Object.fromEntries(Object.entries(block).map(([key, value]) => [key, replaceAll(key, value)])),
  )
}
