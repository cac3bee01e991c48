import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { z } from 'zod'
import { isErrorCode } from './small-file.ts'

/** Who holds a folder. Pids come round again, so the process's start and the machine's boot are told too, where Linux says them. */
const ownerSchema = z.object({
  pid: z.number().int(),
  started: z.string(),
  boot: z.string(),
  token: z.string(),
})
type Owner = z.infer<typeof ownerSchema>

/**
 * Takes a folder for this process alone. A lock whose process is gone (killed, machine restarted) is taken over.
 * @returns a function that gives the folder back
 * @throws Error naming the pid, when a living process holds it
 */
export function lockFolder(folder: string): () => void {
  const path = join(folder, 'lock')
  const mine: Owner = {
    pid: process.pid,
    started: startOf(process.pid),
    boot: bootId(),
    token: randomUUID(),
  }
  const draft = join(folder, `lock.${mine.token}`)
  writeFileSync(draft, JSON.stringify(mine))
  try {
    for (let attempt = 0; attempt < 10; attempt += 1) {
      try {
        // A link is made by one process only, and with its content already there.
        linkSync(draft, path)
        return () => {
          if (ownerOf(path)?.token === mine.token) rmSync(path, { force: true })
        }
      } catch (error) {
        if (!isErrorCode(error, 'EEXIST')) throw error
      }
      const owner = ownerOf(path)
      if (owner && isAlive(owner)) {
        throw new Error(
          `The history folder ${folder} is in use by process ${owner.pid}. Give each node a folder of its own, or stop that process.`,
        )
      }
      removeStale(path, owner, join(folder, `lock.stale.${mine.token}`))
    }
    throw new Error(
      `The lock of the history folder ${folder} keeps changing hands. Is a supervisor starting two nodes on it?`,
    )
  } finally {
    rmSync(draft, { force: true })
  }
}

/** Moves the stale lock aside; if another process was quicker and the lock moved is a new one, puts it back. */
function removeStale(path: string, stale: Owner | null, aside: string): void {
  try {
    renameSync(path, aside)
  } catch (error) {
    if (isErrorCode(error, 'ENOENT')) return
    throw error
  }
  const moved = ownerOf(aside)
  if (moved && moved.token !== stale?.token && isAlive(moved)) renameSync(aside, path)
  else rmSync(aside, { force: true })
}

function ownerOf(path: string): Owner | null {
  try {
    return ownerSchema.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    return null
  }
}

function isAlive(owner: Owner): boolean {
  if (owner.boot !== bootId()) return false
  try {
    process.kill(owner.pid, 0)
  } catch (error) {
    // EPERM: it lives, under another user.
    if (!isErrorCode(error, 'EPERM')) return false
  }
  return owner.started === startOf(owner.pid)
}

/** When a process began, in ticks since boot (proc(5), field 22 of stat); empty where there is no /proc. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The second field, the name, may hold blanks and brackets: count from behind its last bracket.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
  } catch {
    return ''
  }
}

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
  } catch {
    return ''
  }
}
