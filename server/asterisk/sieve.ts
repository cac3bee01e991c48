/** Takes the stream of a manager session apart before it is parsed. */
export interface Sieve {
  /** The next piece of the stream; may begin and end anywhere. */
  push(text: string): void
}

export interface SieveSettings {
  /** Whether events of this name are of no use. */
  isUseless: (event: string) => boolean
  /** Told of each event that is left out: its name, and the block. */
  onUseless: (event: string, block: string) => void
  /** Given the rest, some whole blocks at a time, in order. */
  onText: (text: string) => void
}

const blockEnd = '\r\n\r\n'
/** Asterisk ends some blocks by `\r\n\n` (asterisk #761). */
const oddEnd = '\n\n'
const eventHeader = 'Event: '

/** A part of a string keeps the whole of it in memory: an id that stands in the floor would keep all that came with it. */
const copyOf = (text: string): string => Buffer.from(text).toString()

/**
 * Leaves out the events that nobody here reads, before they cost more than the finding of their end, and hands over the
 * rest a block at a time: the package takes each line off the front of all it was given, which is slow for many.
 * What belongs to an answer, and what does not end as it should, is never left out.
 */
export function createSieve({ isUseless, onUseless, onText }: SieveSettings): Sieve {
  let rest = ''

  const take = (block: string): void => {
    if (block.startsWith(eventHeader)) {
      const name = block.slice(eventHeader.length, block.indexOf('\r'))
      if (isUseless(name) && !block.includes('\r\nActionID: ') && !block.includes(oddEnd)) {
        onUseless(name, block)
        return
      }
    }
    onText(copyOf(block))
  }

  return {
    push: (text) => {
      rest = rest === '' ? text : rest + text
      let from = 0
      for (let end = rest.indexOf(blockEnd); end >= 0; end = rest.indexOf(blockEnd, from)) {
        take(rest.slice(from, end + blockEnd.length))
        from = end + blockEnd.length
      }
      rest = rest.slice(from)
      if (!rest.endsWith(oddEnd)) return
      onText(rest)
      rest = ''
    },
  }
}
