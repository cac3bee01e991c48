import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { lockFolder } from '../../../server/history/folder-lock.ts'
import { temporaryFolder } from './support.ts'

describe('the lock of the spool folder', () => {
  it('is refused to a second holder, by name, and free again once given back', () => {
    const folder = temporaryFolder()
    const unlock = lockFolder(folder)
    expect(() => lockFolder(folder)).toThrow(`in use by process ${process.pid}`)
    unlock()
    expect(existsSync(join(folder, 'lock'))).toBe(false)
    lockFolder(folder)()
  })

  it('of a process that was killed is taken over', async () => {
    const folder = temporaryFolder()
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
    await once(child, 'spawn')
    lockedBy(folder, { pid: child.pid, started: startOf(child.pid) })
    expect(() => lockFolder(folder)).toThrow(`in use by process ${child.pid}`)
    child.kill('SIGKILL')
    await once(child, 'exit')
    lockFolder(folder)()
  })

  it('is not mistaken for that of a later process with the same pid', () => {
    const folder = temporaryFolder()
    lockedBy(folder, { pid: process.pid, started: 'long ago' })
    lockFolder(folder)()
  })

  it('that is unreadable does not keep a node from starting', () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'lock'), '')
    lockFolder(folder)()
  })
})

function lockedBy(folder: string, owner: { pid: number | undefined; started: string }): void {
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
  writeFileSync(join(folder, 'lock'), JSON.stringify({ ...owner, boot, token: 'another' }))
}

function startOf(pid = 0): string {
  return readFileSync(`/proc/${pid}/stat`, 'latin1').split(' ')[21] ?? ''
}
