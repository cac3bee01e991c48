import { readdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * Makes a folder for the life of this process, named after it. Whoever makes it removes it; those of processes that died
 * before they could are removed here.
 * @param purpose a word for its name.
 */
export async function temporaryFolder(purpose: string): Promise<string> {
  const prefix = `ringcard-${purpose}-`
  for (const name of await readdir(tmpdir())) {
    const owner = name.startsWith(prefix) ? Number(name.slice(prefix.length).split('-')[0]) : undefined
    if (owner !== undefined && !isRunning(owner))
      await rm(join(tmpdir(), name), { recursive: true, force: true })
  }
  return mkdtemp(join(tmpdir(), `${prefix}${process.pid}-`))
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
