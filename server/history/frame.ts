import { crc32 } from 'node:zlib'

/**
 * A record on disk is one line: eight hex digits of CRC-32, a space, JSON, a line feed. JSON never holds a raw line feed,
 * so a damaged line costs itself only: reading goes on at the next one. A person can read the files with `cut -c10-`.
 */
const checksumLength = 8
const lineFeed = 0x0a

/**
 * Frames one record.
 * @param json one JSON text without raw line feeds, as JSON.stringify makes it
 */
export function frameLine(json: string): string {
  return `${checksum(json)} ${json}\n`
}

/**
 * Takes a record out of its frame.
 * @param line without its line feed
 * @returns the JSON text, or null when the line is damaged
 */
export function unframeLine(line: Buffer): string | null {
  if (line.length <= checksumLength + 1 || line[checksumLength] !== 0x20) return null
  const json = line.subarray(checksumLength + 1)
  if (line.toString('latin1', 0, checksumLength) !== checksum(json)) return null
  return json.toString('utf8')
}

/** One line of a file. */
export interface Line {
  /** What it holds; null when it is damaged. */
  json: string | null
  /** Offset behind its line feed. */
  end: number
}

/**
 * Reads the complete lines of a piece of a file. Empty lines count as nothing; what follows the last line feed is left.
 * @param most at most so many lines
 */
export function readLines(bytes: Buffer, most = Infinity): Line[] {
  const lines: Line[] = []
  let start = 0
  while (lines.length < most) {
    const stop = bytes.indexOf(lineFeed, start)
    if (stop === -1) break
    if (stop > start) lines.push({ json: unframeLine(bytes.subarray(start, stop)), end: stop + 1 })
    start = stop + 1
  }
  return lines
}

function checksum(data: string | Buffer): string {
  return crc32(data).toString(16).padStart(checksumLength, '0')
}
