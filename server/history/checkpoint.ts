import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Logger } from 'pino'
import { callDocumentSchema } from './model.ts'
import { readSmallFile, writeSmallFile } from './small-file.ts'

/**
 * Where a restart begins: the floor as it was after the entry `seq`, and the calls that the database did not have yet.
 * The floor is not looked into.
 */
const checkpointSchema = z.object({
  seq: z.number().int().nonnegative(),
  at: z.number(),
  floor: z.unknown(),
  calls: z.array(callDocumentSchema),
})
export type Checkpoint = z.infer<typeof checkpointSchema>

const cursorSchema = z.object({ drainedSeq: z.number().int().nonnegative() })
const gapSchema = z.object({ from: z.number() })

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
    checkpoint: file('checkpoint', checkpointSchema),
    cursor: file('cursor', cursorSchema),
    /** Since when the disk has been full, from a run that ended before there was room again. */
    gap: gap.read,
    noteGap: (from: number | null): void => {
      const noted = from === null ? rm(join(folder, 'gap'), { force: true }) : gap.write({ from })
      noted.catch((error: unknown) => log.warn({ err: error }, 'A gap of the history could not be noted.'))
    },
  }
}
