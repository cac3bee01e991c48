import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** A master key for a lab, as MASTER_KEY wants it. */
export function freshMasterKey(): string {
  return randomBytes(32).toString('base64')
}

/** The master key that goes with a folder of kept data; made the first time. For a demo: a real one is kept elsewhere. */
export async function masterKeyOf(folder: string): Promise<string> {
  const path = join(folder, 'master-key')
  await writeFile(path, freshMasterKey(), { flag: 'wx', mode: 0o600 }).catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  })
  return readFile(path, 'utf8')
}
