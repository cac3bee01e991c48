import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  buildDebianRoot,
  installHostPackages,
  planDebianRoot,
  whyNoDebianRoot,
  type DebianRootRecipe,
} from '../debian-root.ts'

const recipe: DebianRootRecipe = {
  name: 'asterisk',
  packages: [
    ...['asterisk', 'asterisk-config', 'asterisk-modules', 'asterisk-core-sounds-en-gsm'],
    // Sets Asterisk's clock, and nobody else's: see `own-clock.ts`.
    'libfaketime',
  ],
}

/** The folder inside the root that holds one folder for each run. */
export const runsFolder = 'srv/ringcard'

/** What preparing the lab's Asterisk would do to this machine, in sentences; empty if all is there. */
export function planAsteriskRoot(): string[] {
  return planDebianRoot(recipe)
}

/**
 * The folder that holds Asterisk 22, built on first use (about half a minute, 350 MB) and kept in the cache folder.
 * @param options `onProgress` is told in plain words what is being done and why
 * @throws when this machine cannot build or enter it, saying why
 */
export async function buildAsteriskRoot(
  options: { onProgress?: (message: string) => void } = {},
): Promise<string> {
  const onProgress = options.onProgress ?? (() => undefined)
  const reason = await whyNoDebianRoot()
  if (reason !== undefined) throw new Error(`The lab’s Asterisk cannot run here: ${reason}.`)
  await installHostPackages(['sip-tester'], onProgress)
  const { folder } = await buildDebianRoot({ ...recipe, onProgress })
  // Names come from files alone: with a failing resolver SIP answers came up to two seconds late.
  await writeFile(join(folder, 'etc/nsswitch.conf'), 'passwd: files\ngroup: files\nhosts: files\n')
  await writeFile(join(folder, 'etc/resolv.conf'), '')
  await writeFile(join(folder, 'etc/hosts'), '127.0.0.1 localhost\n')
  await mkdir(join(folder, runsFolder), { recursive: true })
  return folder
}
