import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readPhoneLog } from './holds.ts'
import type { Written } from './compare.ts'

/** Where Asterisk writes, as paths on this machine. */
export interface Files {
  queueLog: string
  cdr: string
  cel: string
  /** The folder of the phones' logs, or null. */
  phones: string | null
}

/** Reads all that was written so far. A file that is not there yet has no rows. */
export async function readWritten({ queueLog, cdr, cel, phones }: Files): Promise<Written> {
  const rows = async (file: string): Promise<string[]> =>
    (await readFile(file, 'utf8').catch(() => '')).split('\n').filter((line) => line !== '')
  const logs = phones === null ? [] : await readdir(phones)
  const texts = await Promise.all(logs.map((name) => readFile(join(phones ?? '', name), 'utf8')))
  return {
    queueLog: await rows(queueLog),
    cdr: await rows(cdr),
    cel: await rows(cel),
    phones: phones === null ? null : texts.flatMap(readPhoneLog),
  }
}
