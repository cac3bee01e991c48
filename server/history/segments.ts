import { open, type FileHandle } from 'node:fs/promises'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { readEntry, type Entry } from './entries.ts'
import { readLines } from './frame.ts'

/** One file of the spool. Its name is the first sequence number that it may hold. */
export interface Segment {
  path: string
  firstSeq: number
  /** How many bytes of it are written. */
  bytes: number
}

const suffix = '.spool'
const digits = 16

/** The file name of the segment that begins with a sequence number. */
export function segmentName(firstSeq: number): string {
  return `${String(firstSeq).padStart(digits, '0')}${suffix}`
}

/** The segments of a folder, oldest first. */
export function listSegments(folder: string): Segment[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(suffix) && /^\d+$/.test(name.slice(0, -suffix.length)))
    .sort()
    .map((name) => {
      const path = join(folder, name)
      return { path, firstSeq: Number(name.slice(0, -suffix.length)), bytes: statSync(path).size }
    })
}

export interface SegmentReader {
  /**
   * The next entries, in order; empty when nothing is there yet.
   * @param untilSeq reads none after this one
   * @param most at most so many entries
   */
  next: (untilSeq: number, most: number) => Promise<Entry[]>
  /** Damaged lines passed so far. */
  damaged: () => number
  close: () => Promise<void>
}

/**
 * Reads entries one after the other while they are being written. Holds one piece of a file in memory at a time.
 * @param segments the spool's own list, alive
 * @param afterSeq the first entry read is the next after this one
 * @param pieceBytes how much is read at once; grows for an entry that is longer
 */
export function readSegments(
  segments: () => readonly Segment[],
  afterSeq: number,
  pieceBytes = 1024 * 1024,
): SegmentReader {
  let reached = afterSeq
  let current: { firstSeq: number; file: FileHandle; offset: number } | null = null
  let damaged = 0
  let piece = pieceBytes
  /** Bytes taken in this round: a few long entries are as good a batch as many short ones. */
  let taken = 0

  const openSegment = async (segment: Segment): Promise<void> => {
    await current?.file.close()
    current = null
    current = { firstSeq: segment.firstSeq, file: await open(segment.path, 'r'), offset: 0 }
  }

  /** Takes entries from the place reached; says whether to ask again at once. */
  const take = async (into: Entry[], untilSeq: number, most: number): Promise<boolean> => {
    // Looked up before reading: when the next segment exists, nothing more can come to this one.
    const list = segments()
    if (!current) {
      const start = list.findLast((segment) => segment.firstSeq <= reached + 1) ?? list[0]
      if (!start) return false
      await openSegment(start)
    }
    const place: { firstSeq: number; file: FileHandle; offset: number } | null = current
    if (!place) return false
    const following = list.find((segment) => segment.firstSeq > place.firstSeq)

    const buffer = Buffer.allocUnsafe(piece)
    const { bytesRead } = await place.file.read(buffer, 0, piece, place.offset)
    const lines = readLines(buffer.subarray(0, bytesRead), most - into.length)
    if (lines.length === 0) {
      if (bytesRead === piece) {
        piece *= 2
        return true
      }
      if (!following) return false
      // The last line of a segment that is followed by another will never be completed.
      if (bytesRead > 0) damaged += 1
      await openSegment(following)
      return true
    }
    piece = pieceBytes
    const begin = place.offset
    for (const { json, end } of lines) {
      const entry = json === null ? null : readEntry(json)
      if (entry && entry.seq > untilSeq) return false
      taken += begin + end - place.offset
      place.offset = begin + end
      if (!entry) damaged += 1
      else if (entry.seq > reached) {
        into.push(entry)
        reached = entry.seq
      }
    }
    return true
  }

  return {
    next: async (untilSeq, most) => {
      const entries: Entry[] = []
      if (reached >= untilSeq) return entries
      taken = 0
      while (entries.length < most && taken < pieceBytes && (await take(entries, untilSeq, most)));
      return entries
    },
    damaged: () => damaged,
    close: async () => {
      await current?.file.close()
      current = null
    },
  }
}
