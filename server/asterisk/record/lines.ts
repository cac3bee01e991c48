import { open, readdir, stat, type FileHandle } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/** How much of a file is read at once, bytes. */
const pieceBytes = 256 * 1024
/** A line longer than this is none of Asterisk's: what has no end is not held in memory. */
const longestLine = 64 * 1024
/** How much of the end of a rotated file is looked at for its last row, bytes. */
const tailBytes = 16 * 1024
/** A wall clock shows an hour twice in a year, and by the end of a file alone it is not known which of the two it is, ms. */
const twiceShownMs = 3_600_000
/** A packed file that was written last so much before a time may still hold a row of it, ms. */
const writtenMs = 5_000
/** Two parts of a file nearer than this are read through instead of being searched, bytes. */
const nearBytes = 2 * pieceBytes
const packed = /\.(gz|bz2|xz|zst|lz4)$/

/** A file, and those that it was before it was rotated, the oldest first. */
export interface RecordFiles {
  paths: string[]
  /** A rotated file that may hold rows since the time asked for was packed, and cannot be read. */
  lacksPacked: boolean
}

/**
 * Finds a file and its rotated forerunners (`Master.csv.1`, `queue_log-20261125`) in which rows since a time may stand. A file
 * tells that by its last row: when it was written is told by the clock of whatever machine wrote it, which may be the PBX's,
 * and off. Of a packed file nothing else is known; so it counts if either clock says that it may hold such a row.
 * @param sinceMs by our clock
 * @param createTimeOf makes what tells when the row of a line happened, by our clock, ms; null for a line that is no row
 * @param ours a time of the PBX's clock, by our clock
 * @throws NodeJS.ErrnoException when the file or its folder cannot be looked at, or a forerunner cannot be read
 */
export async function filesSince(
  path: string,
  sinceMs: number,
  createTimeOf: () => (line: string) => number | null,
  ours: (at: number) => number,
): Promise<RecordFiles> {
  await stat(path)
  const name = basename(path)
  const found: { path: string; lastAt: number }[] = []
  let lacksPacked = false
  for (const each of await readdir(dirname(path))) {
    if (each === name || !each.startsWith(name)) continue
    const other = join(dirname(path), each)
    const about = await stat(other)
    if (!about.isFile()) continue
    const { mtimeMs, size } = about
    if (packed.test(each)) lacksPacked ||= Math.max(mtimeMs, ours(mtimeMs)) >= sinceMs - writtenMs
    else if (size > 0) {
      // One that does not tell is read: what in it is older is left out then.
      const lastAt = (await lastTimeIn(other, size, createTimeOf())) ?? sinceMs
      if (lastAt >= sinceMs - twiceShownMs) found.push({ path: other, lastAt })
    }
  }
  found.sort((one, another) => one.lastAt - another.lastAt)
  return { paths: [...found.map((each) => each.path), path], lacksPacked }
}

/** When the last whole row of a file happened; null where its end has none. */
async function lastTimeIn(
  path: string,
  size: number,
  timeOf: (line: string) => number | null,
): Promise<number | null> {
  const file = await open(path, 'r')
  try {
    const from = Math.max(0, size - tailBytes)
    const { buffer, bytesRead } = await file.read(Buffer.alloc(tailBytes), 0, tailBytes, from)
    const lines = buffer.toString('utf8', 0, bytesRead).split('\n')
    // In their order: whoever reads a wall clock goes along with it.
    const times = lines.slice(from > 0 ? 1 : 0, -1).flatMap((line) => timeOf(line) ?? [])
    return times.at(-1) ?? null
  } finally {
    await file.close()
  }
}

/**
 * Reads the lines of a file from about a time on, some at once: from a little before it, found by bisection, so that a file
 * of any size costs the same. The last line is left out while it has no end: it is still being written, or was torn.
 * @param timeOf when the row of a line happened, ms; null for a line that is no row
 * @throws NodeJS.ErrnoException when the file cannot be read
 */
export async function* linesSince(
  path: string,
  sinceMs: number,
  timeOf: (line: string) => number | null,
): AsyncGenerator<string[]> {
  const file = await open(path, 'r')
  try {
    const { size } = await file.stat()
    let offset = await startOf(file, size, sinceMs, timeOf)
    // In the midst of a file the first line may be a part of one; reading from the very beginning none is.
    let rest = ''
    let isPart = offset > 0
    const decoder = new TextDecoder()
    const buffer = Buffer.alloc(pieceBytes)
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, pieceBytes, offset)
      if (bytesRead === 0) return
      offset += bytesRead
      const lines = (rest + decoder.decode(buffer.subarray(0, bytesRead), { stream: true })).split('\n')
      rest = lines.pop() ?? ''
      if (rest.length > longestLine) {
        rest = ''
        isPart = true
      }
      if (isPart && lines.length > 0) {
        lines.shift()
        isPart = false
      }
      if (lines.length > 0) yield lines
    }
  } finally {
    await file.close()
  }
}

/** A place before the first row since a time, and not far before it. */
async function startOf(
  file: FileHandle,
  size: number,
  sinceMs: number,
  timeOf: (line: string) => number | null,
): Promise<number> {
  let low = 0
  let high = size
  while (high - low > nearBytes) {
    const middle = Math.floor((low + high) / 2)
    const at = await firstTimeAfter(file, middle, timeOf)
    if (at !== null && at < sinceMs) low = middle
    else high = middle
  }
  return low
}

async function firstTimeAfter(
  file: FileHandle,
  offset: number,
  timeOf: (line: string) => number | null,
): Promise<number | null> {
  const buffer = Buffer.alloc(longestLine)
  const { bytesRead } = await file.read(buffer, 0, longestLine, offset)
  const lines = buffer.toString('utf8', 0, bytesRead).split('\n').slice(1, -1)
  for (const line of lines) {
    const at = timeOf(line)
    if (at !== null) return at
  }
  return null
}
