import { spawn, type ChildProcess } from 'node:child_process'
import { rmSync } from 'node:fs'
import { chmod, copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { header, LabAmi, type AmiAccess } from './ami.ts'
import { ownClock } from './own-clock.ts'
import { processStart, waitUntil, whenProcessEnds } from './process.ts'
import { buildAsteriskRoot } from './root.ts'
import { clearDeadRuns, prepareRun } from './run-folder.ts'
import { attachAsterisk, type AsteriskDescription, type RunningAsterisk } from './running.ts'

export { agentExtensions, type Address, type Device, type RunningAsterisk } from './running.ts'

/** A running Asterisk 22 of our own, with the company of `lab/asterisk/config`. */
export interface LabAsterisk extends RunningAsterisk {
  /** For {@link attachAsterisk} in another process. Holds secrets. */
  description: AsteriskDescription
  /** The process id at this moment: it changes with {@link restart}. */
  readonly pid: number
  /** Fills the configuration files again and has Asterisk read them. */
  reload(): Promise<void>
  /** Changes one of this run's filled configuration files and has Asterisk read it; {@link reload} makes it whole again. */
  change(file: string, how: (text: string) => string): Promise<void>
  /**
   * Stops it and starts it again on the same ports. `whenQuiet`: takes no new calls and waits for those there are;
   * `graceful`: orderly, calls are hung up; `kill`: SIGKILL.
   * @param options `timeZone` for the process from now on, in the form of POSIX
   */
  restart(how: 'whenQuiet' | 'graceful' | 'kill', options?: { timeZone?: string }): Promise<void>
  /** Sets the clock that Asterisk sees, seconds from the machine's. @throws when it was started without one of its own */
  setClock(seconds: number): Promise<void>
  /** Ends it and removes everything of this run. */
  stop(): Promise<void>
}

export interface StartOptions {
  /** Told what takes time. */
  onProgress?: (message: string) => void
  /** Keeps what callers and phones said, until the end of the run. */
  keepPhoneLogs?: boolean
  /** Gives Asterisk a clock that can be set. */
  ownClock?: boolean
  /** A folder in which Asterisk's record of its calls is kept from run to run, as on any PBX in use; else it begins anew. */
  recordFolder?: string
}

/**
 * Starts Asterisk 22 on free loopback ports, waiting until it takes calls. Runs of several processes live side by side.
 * What a killed run left behind is cleared first.
 * @throws when this machine cannot run it, or it does not take calls within a minute
 */
export async function startAsterisk(options: StartOptions = {}): Promise<LabAsterisk> {
  const root = await buildAsteriskRoot(options)
  await clearDeadRuns(root)
  const prepared = await prepareRun(root)
  const { description } = prepared
  const folder = join(root, description.inside)
  const running = attachAsterisk({ ...description, version: '' })
  const phoneLogs = options.keepPhoneLogs === true ? join(folder, 'phones') : null
  if (phoneLogs !== null) await mkdir(phoneLogs)
  await bringRecord(options.recordFolder, running)
  const clock = options.ownClock === true ? await ownClock(root, description.inside) : null
  let environment: NodeJS.ProcessEnv = {
    ...clock?.environment,
    PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
    LANG: 'C.UTF-8',
  }

  let child: ChildProcess | undefined
  const start = async () => {
    const configuration = `${description.inside}/etc/asterisk.conf`
    const started = spawn(
      'chroot',
      [root, 'asterisk', '-f', '-U', 'asterisk', '-G', 'asterisk', '-C', configuration],
      { stdio: 'ignore', env: environment },
    )
    child = started
    if (started.pid === undefined) throw new Error('chroot could not be started')
    await writeFile(join(folder, 'pid'), `${String(started.pid)} ${processStart(started.pid) ?? ''}`)
    return waitUntil(
      'Asterisk takes calls',
      () => {
        if (started.exitCode !== null)
          throw new Error(`Asterisk ended at once, see ${running.files.messages}`)
        return readyVersion(description.controlAmi)
      },
      { timeoutMs: 60_000, everyMs: 100 },
    )
  }
  const end = async (how: 'whenQuiet' | 'graceful' | 'kill') => {
    const ending = child
    if (!ending || ending.exitCode !== null || ending.signalCode !== null) return
    const ended = new Promise((resolve) => ending.once('exit', resolve))
    if (how === 'kill') ending.kill('SIGKILL')
    else
      await running.cli(how === 'graceful' ? 'core stop now' : 'core stop gracefully').catch(() => undefined)
    const timer = setTimeout(() => ending.kill('SIGKILL'), how === 'whenQuiet' ? 60_000 : 10_000)
    await ended
    clearTimeout(timer)
  }
  const forget = whenProcessEnds(() => {
    child?.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  })
  const stop = async () => {
    await end('graceful')
    await keepRecord(running, options.recordFolder)
    await rm(folder, { recursive: true, force: true })
    forget()
  }

  try {
    const version = await start()
    return {
      ...running,
      version,
      phoneLogs,
      description: { ...description, version },
      get pid() {
        return child?.pid ?? 0
      },
      reload: async () => {
        await prepared.render()
        await running.cli('core reload')
      },
      change: async (file, how) => {
        const path = join(folder, 'etc', file)
        await writeFile(path, how(await readFile(path, 'utf8')))
        await running.cli('core reload')
      },
      restart: async (how, { timeZone } = {}) => {
        if (timeZone !== undefined) environment = { ...environment, TZ: timeZone }
        await end(how)
        await start()
      },
      setClock: async (seconds) => {
        if (!clock) throw new Error('this Asterisk has no clock of its own')
        await clock.set(seconds)
      },
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

const recordFiles = ['cel', 'queueLog'] as const

/** Begins where the record of the run before ended. */
async function bringRecord(folder: string | undefined, { files }: RunningAsterisk): Promise<void> {
  if (folder === undefined) return
  for (const each of recordFiles) {
    const kept = join(folder, basename(files[each]))
    await copyFile(kept, files[each]).catch(() => writeFile(files[each], ''))
    // Asterisk's user, whose number differs from root to root, writes on.
    await chmod(files[each], 0o666)
  }
}

async function keepRecord({ files }: RunningAsterisk, folder: string | undefined): Promise<void> {
  if (folder === undefined) return
  await mkdir(folder, { recursive: true })
  for (const each of recordFiles)
    await copyFile(files[each], join(folder, basename(files[each]))).catch(() => undefined)
}

/** The version once Asterisk has booted and the queues are there; undefined before. */
async function readyVersion(access: AmiAccess): Promise<string | undefined> {
  const ami = await LabAmi.open(access).catch(() => undefined)
  if (!ami) return undefined
  try {
    // AMI lets us in before the queues are loaded, and then answers with an error or with no list.
    const queues = await ami.action('QueueStatus', { Queue: 'collections' }, { list: true, timeoutMs: 1000 })
    if (queues.length < 3) return undefined
    await ami.action('Command', { Command: 'core waitfullybooted' })
    const [settings] = await ami.action('CoreSettings')
    return header(settings ?? [], 'AsteriskVersion')?.split(/[~+-]/)[0]
  } catch {
    return undefined
  } finally {
    ami.close()
  }
}
