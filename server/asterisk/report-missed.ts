import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { PbxEvent } from '../floor/events.ts'

/** So many traces are kept; older ones go. */
const keptTraces = 20

/**
 * Logs what was missed of a PBX's stream, once, by kind, and writes what was heard before it into a file.
 * @param trace the last blocks, with numbers and names replaced
 */
export async function reportMissed(
  missed: readonly PbxEvent[],
  trace: readonly object[],
  to: { pbx: string; folder: string; log: { error(fields: object, message: string): void } },
): Promise<void> {
  const { pbx, folder, log } = to
  const kinds: Record<string, number> = {}
  for (const { type } of missed) kinds[type] = (kinds[type] ?? 0) + 1
  const moment = new Date().toISOString().replaceAll(/[:.]/g, '-')
  const file = join(folder, `missed-${pbx}-${moment}.jsonl.gz`)
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const lines = trace.map((block) => JSON.stringify(block)).join('\n')
    await writeFile(file, gzipSync(`${lines}\n`), { mode: 0o600 })
    const traces = (await readdir(folder)).filter((name) => name.startsWith('missed-')).sort()
    for (const old of traces.slice(0, -keptTraces)) await rm(join(folder, old), { force: true })
    log.error(
      { pbx, kinds, file },
      'Something of the PBX was missed while it was heard. It has been put right.',
    )
  } catch (error) {
    log.error(
      { pbx, kinds, err: error },
      'Something of the PBX was missed while it was heard; no trace could be written.',
    )
  }
}
