import {
  closeSync,
  fdatasync,
  ftruncateSync,
  openSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Logger } from 'pino'
import type { CallKeys } from '../keys/call-keys.ts'
import type { DiskSpace } from './disk-space.ts'
import { readEntry, type Entry, type EntryBody } from './entries.ts'
import { frameLine, readLines } from './frame.ts'
import { listSegments, segmentName, type Segment } from './segments.ts'
import { syncFolder } from './small-file.ts'

/**
 * Whether entries were kept. All of a batch are, or none. Those not kept use up their sequence numbers all the same: the
 * hole in the journal is as wide as what is missing.
 */
export type Appended = { lastSeq: number } & ({ kept: true } | { kept: false; code: 'history.spool_full' })

export interface SpoolOptions {
  /** Must exist, be on a local disk, and be locked for this process. */
  folder: string
  node: string
  disk: DiskSpace
  log: Pick<Logger, 'error' | 'warn'>
  clock: () => number
  /** A segment that has reached this size is followed by a new one. */
  segmentBytes: number
  /** How often what was written is put on the disk: the most that a power cut may take, ms. */
  syncEveryMs: number
  /** A sequence number that was surely used before, whatever the segments say. */
  usedSeq: number
  /** Seals what is personal in an entry. */
  seal: (entry: Entry) => Entry
  /** What it is sealed with: on the disk before the entries. */
  keys: Pick<CallKeys, 'begin' | 'write' | 'sync' | 'keepFrom' | 'close'>
  /** Called each time that entries have reached the disk. */
  onSynced: () => void
}

export interface Spool {
  /** Writes entries in one go; `at` is our clock, ms. Kept means: it survives the end of this process. */
  append: (bodies: readonly EntryBody[], at: number) => Appended
  lastSeq: () => number
  /** Everything up to this one survives a power cut too. */
  syncedSeq: () => number
  /** Puts on the disk what is written, now. */
  sync: () => Promise<void>
  segments: () => readonly Segment[]
  /** Removes the segments whose entries all stand at or before a sequence number. */
  removeUntil: (seq: number) => void
  /** What was cut off the end at the start: an entry that was being written when the last run was stopped. */
  tornBytes: number
  close: () => Promise<void>
}

const putOnDisk = promisify(fdatasync)

/**
 * Opens the append-only files of a node's journal. A torn end is cut off; each run begins a segment of its own.
 * @throws the file system's error when the folder cannot be used
 */
export function openSpool(options: SpoolOptions): Spool {
  const { folder, node, disk, log, clock, seal, keys } = options
  const segments = listSegments(folder)
  const { lastSeq: foundSeq, tornBytes } = mendEnd(segments)
  // A folder that was lost must not give out old numbers again: the database would take new entries for old ones. A
  // thousand numbers for each ms since 1970 stay ahead of any node and within 2^53 until the year 2255.
  let lastSeq = Math.max(foundSeq, options.usedSeq) || clock() * 1000
  let syncedSeq = lastSeq
  let fd = -1
  let current: Segment = { path: '', firstSeq: 0, bytes: 0 }
  /** Files behind us that still have to be put on the disk. */
  let retired: number[] = []
  let syncing: Promise<void> | null = null
  let newNames = false
  let torn = false

  const beginSegment = (): void => {
    keys.begin(lastSeq + 1)
    const path = join(folder, segmentName(lastSeq + 1))
    const fresh = openSync(path, 'a', 0o600)
    if (fd !== -1) retired.push(fd)
    fd = fresh
    newNames = true
    torn = false
    // After a start in which nothing was written, the empty segment of that name is there already.
    const known = segments.find((segment) => segment.path === path)
    current = known ?? { path, firstSeq: lastSeq + 1, bytes: 0 }
    if (!known) segments.push(current)
  }

  const rotate = (): void => {
    try {
      beginSegment()
    } catch (error) {
      // A segment may well grow longer than it should.
      log.warn({ err: error }, 'No new segment of the history spool could be begun; the present one goes on.')
    }
  }

  /** Writes all or nothing, and says which. */
  const writeAll = (bytes: Buffer): boolean => {
    if (!disk.hasRoomFor(bytes.length)) return false
    if (!keys.write()) {
      log.error('The keys of the history spool cannot be written.')
      disk.sayFull()
      return false
    }
    try {
      let done = 0
      while (done < bytes.length) done += writeSync(fd, bytes, done)
    } catch (error) {
      log.error({ err: error }, 'The history spool cannot be written.')
      disk.sayFull()
      torn = !cutBack(fd, current.bytes)
      return false
    }
    torn = false
    current.bytes += bytes.length
    return true
  }

  const sync = async (): Promise<void> => {
    // One after the other, and a new one for whoever asks while one is under way: that one may have begun too early.
    while (syncing) await syncing
    if (syncedSeq >= lastSeq && retired.length === 0 && !newNames) return
    syncing = putAllOnDisk().finally(() => {
      syncing = null
    })
    await syncing
    options.onSynced()
  }
  const putAllOnDisk = async (): Promise<void> => {
    const until = lastSeq
    const now = fd
    const behind = retired
    retired = []
    try {
      await keys.sync()
      if (newNames) {
        newNames = false
        await syncFolder(folder)
      }
      for (const old of behind) await putOnDisk(old)
      await putOnDisk(now)
    } catch (error) {
      // The data is in the system's hands and may still arrive; holding the drain back would not help it.
      log.error(
        { err: error },
        'The history spool could not be put on the disk: a power cut now would lose entries.',
      )
    } finally {
      for (const old of behind) closeSync(old)
    }
    syncedSeq = until
  }

  beginSegment()
  const timer = setInterval(() => {
    if (!syncing) void sync()
  }, options.syncEveryMs)
  timer.unref()

  return {
    append: (bodies, at) => {
      if (current.bytes >= options.segmentBytes) rotate()
      let seq = lastSeq
      let text = torn ? '\n' : ''
      for (const body of bodies)
        text += frameLine(JSON.stringify(seal({ seq: (seq += 1), node, at, ...body })))
      lastSeq = seq
      return writeAll(Buffer.from(text))
        ? { kept: true, lastSeq }
        : { kept: false, code: 'history.spool_full', lastSeq }
    },
    lastSeq: () => lastSeq,
    syncedSeq: () => syncedSeq,
    sync,
    segments: () => segments,
    removeUntil: (seq) => {
      // The last segment is being written, and a segment ends where the next begins.
      for (let next = segments[1]; next && next.firstSeq <= seq + 1; next = segments[1]) {
        const [done] = segments.splice(0, 1)
        if (done) rmSync(done.path, { force: true })
      }
      keys.keepFrom(segments[0]?.firstSeq ?? 0)
    },
    tornBytes,
    close: async () => {
      clearInterval(timer)
      await sync()
      closeSync(fd)
      keys.close()
    },
  }
}

/** Cuts off what a failed write left. Says whether that worked; else the next line begins with a line feed of its own. */
function cutBack(fd: number, bytes: number): boolean {
  try {
    ftruncateSync(fd, bytes)
    return true
  } catch {
    return false
  }
}

/** Finds the last entry, and cuts off what stands torn behind it in the last segment. */
function mendEnd(segments: Segment[]): { lastSeq: number; tornBytes: number } {
  const last = segments.at(-1)
  if (!last) return { lastSeq: 0, tornBytes: 0 }
  const intact = readLines(readFileSync(last.path)).findLast(({ json }) => json !== null)
  const end = intact?.end ?? 0
  const tornBytes = last.bytes - end
  if (tornBytes > 0) {
    truncateSync(last.path, end)
    last.bytes = end
  }
  // The name tells which numbers were used before it, even when nothing in it can be read.
  return { lastSeq: Math.max(last.firstSeq - 1, readEntry(intact?.json ?? '')?.seq ?? 0), tornBytes }
}
