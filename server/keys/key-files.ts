import {
  closeSync,
  fdatasync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import { syncFolder } from '../history/small-file.ts'
import type { CallKeyRecord } from './call-keys.ts'

/** Files of keys, one for each segment of the spool. */
export interface KeyFiles {
  /** From here on keys go into a file of their own. @throws the file system's error; then the file before goes on */
  begin: (firstSeq: number) => void
  /** Has a key written with the next `write`, unless the file in use holds it already. */
  put: (record: CallKeyRecord) => void
  /** Writes what was put. False when the disk would not; it is tried again with the next. */
  write: () => boolean
  /** Puts on the disk what is written. */
  sync: () => Promise<void>
  /** Removes the files whose entries all stand before a sequence number. */
  keepFrom: (seq: number) => void
  /** The key of an entry by the file that it stands in. */
  find: (keyId: string, seq: number) => CallKeyRecord | null
  all: () => CallKeyRecord[]
  /** Writes each file anew without the keys of some calls. @throws the file system's error */
  destroy: (callIds: ReadonlySet<string>) => void
  close: () => void
}

const recordSchema = z.object({
  keyId: z.string(),
  callId: z.string(),
  master: z.string(),
  wrapped: z.string(),
})
const suffix = '.keys'
/** Of a file that is being written to take the place of another. */
const freshSuffix = `${suffix}.new`
const digits = 16
const putOnDisk = promisify(fdatasync)

/** Opens the files of a folder. A line is one key as JSON; one that cannot be read, such as a torn end, is passed over. */
export function openKeyFiles(folder: string): KeyFiles {
  removeUnfinished(folder)
  const firstSeqs = readdirSync(folder)
    .filter((name) => name.endsWith(suffix))
    .map((name) => Number(name.slice(0, -suffix.length)))
    .sort((one, other) => one - other)
  let current = { firstSeq: -1, fd: -1 }
  /** What the file in use holds, or is about to. */
  let inUse = new Set<string>()
  let waiting = ''
  let unsynced: number[] = []
  let newNames = false
  let isDirty = false
  /** The file behind us that was read last. */
  let behind: { firstSeq: number; records: Map<string, CallKeyRecord> } | null = null

  const pathOf = (firstSeq: number): string =>
    join(folder, `${String(firstSeq).padStart(digits, '0')}${suffix}`)
  const use = (firstSeq: number): void => {
    const fd = openSync(pathOf(firstSeq), 'a', 0o600)
    if (current.fd !== -1) unsynced.push(current.fd)
    current = { firstSeq, fd }
    newNames = true
  }
  const recordsIn = (firstSeq: number): Map<string, CallKeyRecord> => {
    if (behind?.firstSeq === firstSeq) return behind.records
    const records = new Map(readFile(pathOf(firstSeq)).map((record) => [record.keyId, record]))
    if (firstSeq !== current.firstSeq) behind = { firstSeq, records }
    return records
  }

  return {
    begin: (firstSeq) => {
      use(firstSeq)
      if (!firstSeqs.includes(firstSeq)) firstSeqs.push(firstSeq)
      // A file of that name from a run before may be torn at its end.
      else waiting = `\n${waiting}`
      inUse = new Set()
    },
    put: ({ keyId, callId, master, wrapped }) => {
      if (inUse.has(keyId)) return
      inUse.add(keyId)
      waiting += `${JSON.stringify({ keyId, callId, master, wrapped })}\n`
    },
    write: () => {
      if (waiting === '') return true
      const bytes = Buffer.from(waiting)
      try {
        let done = 0
        while (done < bytes.length) done += writeSync(current.fd, bytes, done)
      } catch {
        // What stands of it already ends in a line of its own, which is passed over.
        waiting = `\n${waiting.trimStart()}`
        return false
      }
      waiting = ''
      isDirty = true
      return true
    },
    sync: async () => {
      // A new file may be begun meanwhile: what was written stands in the one of now.
      const [behindUs, named, dirty, fd] = [unsynced, newNames, isDirty, current.fd]
      unsynced = []
      newNames = isDirty = false
      try {
        if (named) await syncFolder(folder)
        for (const fd of behindUs) await putOnDisk(fd)
        if (dirty) await putOnDisk(fd)
      } finally {
        for (const fd of behindUs) closeSync(fd)
      }
    },
    keepFrom: (seq) => {
      // A file's entries end where the next one's begin; the file in use stays.
      for (let next = firstSeqs[1]; next !== undefined && next <= seq; next = firstSeqs[1]) {
        rmSync(pathOf(firstSeqs.shift() ?? 0), { force: true })
      }
    },
    find: (keyId, seq) => {
      const firstSeq = firstSeqs.findLast((first) => first <= seq)
      return firstSeq === undefined ? null : (recordsIn(firstSeq).get(keyId) ?? null)
    },
    all: () => firstSeqs.flatMap((firstSeq) => readFile(pathOf(firstSeq))),
    destroy: (callIds) => {
      behind = null
      removeUnfinished(folder)
      for (const firstSeq of firstSeqs) {
        const path = pathOf(firstSeq)
        const records = readFile(path)
        const kept = records.filter(({ callId }) => !callIds.has(callId))
        if (kept.length === records.length) continue
        replaceFile(path, kept.map((record) => `${JSON.stringify(record)}\n`).join(''))
        newNames = true
        if (firstSeq !== current.firstSeq) continue
        use(firstSeq)
        inUse = new Set(kept.map(({ keyId }) => keyId))
      }
    },
    close: () => {
      for (const fd of [...unsynced, current.fd]) if (fd !== -1) closeSync(fd)
    },
  }
}

function readFile(path: string): CallKeyRecord[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .flatMap((line) => {
      try {
        return recordSchema.parse(JSON.parse(line))
      } catch {
        return []
      }
    })
}

/** Files that a stop left before they took the place of another: they hold keys, and nobody would look into them again. */
function removeUnfinished(folder: string): void {
  for (const name of readdirSync(folder)) if (name.endsWith(freshSuffix)) rmSync(join(folder, name))
}

/** In one step: whoever is stopped in between leaves the old file, and the destroying is done again. */
function replaceFile(path: string, text: string): void {
  const fresh = `${path.slice(0, -suffix.length)}${freshSuffix}`
  const fd = openSync(fresh, 'w', 0o600)
  try {
    writeFileSync(fd, text)
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
  renameSync(fresh, path)
}
