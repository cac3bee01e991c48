import { createSecretKey, randomBytes } from 'node:crypto'
import { renameSync, rmSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Logger } from 'pino'
import { openBox, sealBox } from '../keys/cipher.ts'
import { missingMasterKey, type MasterKeys } from '../keys/master-keys.ts'
import { callDocumentSchema } from './model.ts'
import { readSmallFile, writeSmallFile } from './small-file.ts'

/**
 * Where a restart begins: the floor as it was after the entry `seq`, and the calls that the database did not have yet.
 * The floor is not looked into, and has a format of its own.
 */
const checkpointSchema = z.object({
  seq: z.number().int().nonnegative(),
  at: z.number(),
  floor: z.unknown(),
  calls: z.array(callDocumentSchema),
  /** Which call each living channel belongs to. */
  channels: z.array(z.tuple([z.string(), z.string()])).default([]),
  /** The status of each agent, as `agents` keeps it. */
  statuses: z.array(z.unknown()).default([]),
  /** Whom any node erased up to then (ms) is not in here, nor are the keys of their calls in the spool. */
  erasedUntil: z.number().default(0),
})
export type Checkpoint = z.infer<typeof checkpointSchema>

/** A checkpoint tells of many calls and is soon replaced: it is sealed whole, with a key that goes with it. */
const sealedSchema = z.object({ master: z.string(), wrapped: z.string(), box: z.string() })
const context = 'checkpoint'

/** The last checkpoint, on disk. */
export interface CheckpointFile {
  /**
   * Null when there is none, or none that can be used: that is put aside.
   * @throws Error when it is under a master key that is not here
   */
  read: () => Promise<Checkpoint | null>
  write: (checkpoint: Checkpoint) => Promise<void>
  /** Puts a checkpoint that cannot be used out of the way, for whoever wants to know why. */
  setAside: () => void
  /** Whether one had to be put aside since the start. */
  isLost: () => boolean
  /** Removes what was put aside: it may tell of somebody who was erased. */
  forgetAside: () => void
}

export function checkpointFile(
  folder: string,
  log: Pick<Logger, 'error' | 'warn'>,
  master: MasterKeys,
): CheckpointFile {
  const path = join(folder, 'checkpoint')
  const aside = join(folder, 'checkpoint.unreadable')
  let lost = false
  const forgetAside = (): void => rmSync(aside, { force: true })
  const setAside = (): void => {
    lost = true
    log.error(
      { file: aside },
      'The last checkpoint cannot be used and was put aside; the start does without.',
    )
    try {
      renameSync(path, aside)
    } catch (error) {
      log.warn({ err: error }, 'The checkpoint could not be put aside.')
    }
  }
  const opened = ({ master: id, wrapped, box }: z.infer<typeof sealedSchema>): Checkpoint | null => {
    const secret = master.unwrap({ master: id, wrapped }, context)
    const json = secret && openBox(secret, box, context)
    return json && (checkpointSchema.safeParse(JSON.parse(json.toString())).data ?? null)
  }

  return {
    read: async () => {
      const found = await readSmallFile(path)
      if (found.state === 'absent') return null
      const sealed = found.state === 'read' ? sealedSchema.safeParse(found.value).data : undefined
      if (sealed && !master.has(sealed.master)) throw missingMasterKey(folder, sealed.master)
      const checkpoint = sealed ? opened(sealed) : null
      if (checkpoint === null) setAside()
      // From before calls had keys: it tells of callers in clear.
      if (found.state === 'read' && !sealed) forgetAside()
      return checkpoint
    },
    write: (checkpoint) => {
      const secret = createSecretKey(randomBytes(32))
      const box = sealBox(secret, JSON.stringify(checkpoint), context)
      return writeSmallFile(path, { ...master.wrap(secret, context), box })
    },
    setAside,
    isLost: () => lost,
    forgetAside,
  }
}

const cursorSchema = z.object({ drainedSeq: z.number().int().nonnegative() })
const gapSchema = z.object({ from: z.number() })
const beginSchema = z.object({ firstSeq: z.number().int().nonnegative() })

/** The small files beside the spool. A damaged one counts as absent: everything then starts further back, and costs time only. */
export function smallFiles(folder: string, log: Pick<Logger, 'warn'>) {
  const file = <T>(name: string, schema: z.ZodType<T>) => ({
    write: (value: T): Promise<void> => writeSmallFile(join(folder, name), value),
    read: async (): Promise<T | null> => {
      const found = await readSmallFile(join(folder, name))
      if (found.state === 'absent') return null
      const parsed = found.state === 'read' ? schema.safeParse(found.value) : null
      if (parsed?.success) return parsed.data
      log.warn({ file: name }, 'A file of the history spool is damaged; it is done without.')
      return null
    },
  })
  const gap = file('gap', gapSchema)
  return {
    cursor: file('cursor', cursorSchema),
    /** The first number that an entry of this folder ever had. */
    begin: file('begin', beginSchema),
    /** Since when the disk has been full, from a run that ended before there was room again. */
    gap: gap.read,
    noteGap: (from: number | null): void => {
      const noted = from === null ? rm(join(folder, 'gap'), { force: true }) : gap.write({ from })
      noted.catch((error: unknown) => log.warn({ err: error }, 'A gap of the history could not be noted.'))
    },
  }
}
