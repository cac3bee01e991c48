import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** A clock for one Asterisk alone, by libfaketime; the machine's is never touched. */
export interface OwnClock {
  /** For the process that is to see it. */
  environment: NodeJS.ProcessEnv
  /** Seconds from the machine's clock; seen within a second. */
  set: (seconds: number) => Promise<void>
}

/**
 * @param root the folder that holds Asterisk
 * @param inside the run's folder in it
 * @throws when the root has no libfaketime
 */
export async function ownClock(root: string, inside: string): Promise<OwnClock> {
  const set = (seconds: number) =>
    writeFile(join(root, inside, 'clock'), `${seconds < 0 ? '' : '+'}${String(seconds)}\n`)
  await set(0)
  return {
    environment: {
      LD_PRELOAD: await library(root),
      FAKETIME_TIMESTAMP_FILE: `${inside}/clock`,
      FAKETIME_CACHE_DURATION: '1',
      // Timers must go on as if nothing had happened.
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      // The root has no /dev/shm.
      FAKETIME_DISABLE_SHM: '1',
    },
    set,
  }
}

async function library(root: string): Promise<string> {
  for (const machine of await readdir(join(root, 'usr/lib'))) {
    const folder = `usr/lib/${machine}/faketime`
    const files = await readdir(join(root, folder)).catch(() => [])
    // The one for programs with several threads.
    const file = files.find((name) => name.startsWith('libfaketimeMT.so'))
    if (file !== undefined) return `/${folder}/${file}`
  }
  throw new Error('the root folder has no libfaketime')
}
