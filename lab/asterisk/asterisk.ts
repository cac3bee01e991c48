import { spawn, type ChildProcess } from 'node:child_process'
import { randomBytes, randomInt } from 'node:crypto'
import { rmSync } from 'node:fs'
import { chown, cp, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { header, LabAmi, type AmiAccess } from './ami.ts'
import { freePort, processStart, run, runOrFail, waitUntil, whenProcessEnds } from './process.ts'
import { asteriskRoot, runsFolder } from './root.ts'

/** The extensions of the company's six agents. Each has a desk phone `20N` and a browser phone `20N-web`. */
export const agentExtensions = ['201', '202', '203', '204', '205', '206'] as const

/** A host and a port. */
export interface Address {
  host: string
  port: number
}

/** A running Asterisk 22 of our own, with the company of `lab/asterisk/config`. */
export interface LabAsterisk {
  pbx: 'lab'
  /** As Asterisk gives it, for example `22.10.1`. */
  version: string
  /** The server's user, with the rights and the filter it has in production. */
  ami: AmiAccess
  /** A user that may do and hear everything, for tests. */
  controlAmi: AmiAccess
  sip: Address
  /** SIP over WebSocket: the path is `/ws`. */
  ws: Address
  /** Where the trunk's far end is expected for calls that go out. */
  trunk: Address
  /** The SIP password of a device. */
  secretOf(device: `20${1 | 2 | 3 | 4 | 5 | 6}` | `20${1 | 2 | 3 | 4 | 5 | 6}-web`): string
  /** Asterisk's own records, as paths on this machine. */
  files: { queueLog: string; cdr: string; cel: string; messages: string; recordings: string }
  /** The process id at this moment: it changes with {@link restart}. */
  readonly pid: number
  /** Runs a line of Asterisk's own command line and gives its output. */
  cli(command: string): Promise<string>
  /** Fills the configuration files again and has Asterisk read them. */
  reload(): Promise<void>
  /** Stops it (`graceful`: orderly, calls are hung up; `kill`: SIGKILL) and starts it again on the same ports. */
  restart(how: 'graceful' | 'kill'): Promise<void>
  /** Ends it and removes everything of this run. */
  stop(): Promise<void>
}

const here = fileURLToPath(new URL('.', import.meta.url))

/**
 * Starts Asterisk 22 on free loopback ports, waiting until it takes calls. Runs of several processes live side by side.
 * What a killed run left behind is cleared first.
 * @param options `onProgress` is told what takes time
 */
export async function startAsterisk(
  options: { onProgress?: (message: string) => void } = {},
): Promise<LabAsterisk> {
  const root = await asteriskRoot(options.onProgress ?? (() => undefined))
  await clearDeadRuns(root)

  const id = randomBytes(4).toString('hex')
  const inside = `/${runsFolder}/${id}`
  const outside = join(root, inside)
  const host = '127.0.0.1'
  const ami = { host, port: await freePort(host, 'tcp'), username: 'ringcard', secret: newSecret() }
  const controlAmi = { ...ami, username: 'lab', secret: newSecret() }
  const sip = { host, port: await freePort(host, 'udp') }
  const ws = { host, port: await freePort(host, 'tcp') }
  const trunk = { host: '127.0.0.2', port: await freePort('127.0.0.2', 'udp') }
  const rtpStart = 10_000 + 1000 * randomInt(20)
  const secrets = new Map(
    agentExtensions.flatMap((e) => [e, `${e}-web`]).map((device) => [device, newSecret()]),
  )

  const environment: Record<string, string> = {
    ETC_DIR: `${inside}/etc`,
    LIB_DIR: `${inside}/lib`,
    LOG_DIR: `${inside}/log`,
    SPOOL_DIR: `${inside}/spool`,
    RUN_DIR: `${inside}/run`,
    CACHE_DIR: `${inside}/cache`,
    MUSIC_DIR: `${inside}/music`,
    MODULE_DIR: await moduleFolder(root),
    SYSTEM_NAME: 'lab',
    AMI_BIND: ami.host,
    AMI_PORT: String(ami.port),
    AMI_PERMIT: '127.0.0.1/255.255.255.255',
    AMI_SECRET: ami.secret,
    AMI_LAB_SECRET: controlAmi.secret,
    HTTP_BIND: ws.host,
    HTTP_PORT: String(ws.port),
    SIP_BIND: sip.host,
    SIP_PORT: String(sip.port),
    LOCAL_NET: '127.0.0.0/8',
    EXTERNAL_ADDRESS: host,
    MEDIA_ADDRESS: host,
    BIND_MEDIA: 'yes',
    RTP_START: String(rtpStart),
    RTP_END: String(rtpStart + 999),
    TRUNK_MATCH: trunk.host,
    TRUNK_CONTACT: `sip:${trunk.host}:${String(trunk.port)}`,
    VOICEMAIL_PIN: String(randomInt(100_000, 999_999)),
  }
  for (const [device, secret] of secrets) {
    environment[`SECRET_${device.replace('-', '_').toUpperCase()}`] = secret
  }
  const owner = await asteriskUser(root)

  const render = async () => {
    const fill = (from: string, to: string) =>
      runOrFail('sh', [join(here, 'render.sh'), join(here, from), to], { env: environment })
    await fill('config', join(outside, 'etc'))
    await fill('lab-only', join(outside, 'etc/manager.d'))
    await runOrFail('chown', ['-R', `${String(owner.uid)}:${String(owner.gid)}`, join(outside, 'etc')])
  }

  let child: ChildProcess | undefined
  const start = async () => {
    const started = spawn(
      'chroot',
      [root, 'asterisk', '-f', '-U', 'asterisk', '-G', 'asterisk', '-C', `${inside}/etc/asterisk.conf`],
      { stdio: 'ignore', env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C.UTF-8' } },
    )
    child = started
    if (started.pid === undefined) throw new Error('chroot could not be started')
    await writeFile(join(outside, 'pid'), `${String(started.pid)} ${processStart(started.pid) ?? ''}`)
    return waitUntil(
      'Asterisk takes calls',
      () => {
        if (started.exitCode !== null)
          throw new Error(`Asterisk ended at once, see ${join(outside, 'log/messages.log')}`)
        return readyVersion(controlAmi)
      },
      { timeoutMs: 60_000, everyMs: 100 },
    )
  }
  const end = async (how: 'graceful' | 'kill') => {
    const running = child
    if (!running || running.exitCode !== null || running.signalCode !== null) return
    const ended = new Promise((resolve) => running.once('exit', resolve))
    if (how === 'graceful') await cli('core stop now').catch(() => undefined)
    else running.kill('SIGKILL')
    const timer = setTimeout(() => running.kill('SIGKILL'), 10_000)
    await ended
    clearTimeout(timer)
  }
  const cli = (command: string) =>
    runOrFail('chroot', [root, 'asterisk', '-C', `${inside}/etc/asterisk.conf`, '-rx', command], {
      timeoutMs: 20_000,
    })

  const forget = whenProcessEnds(() => {
    child?.kill('SIGKILL')
    rmSync(outside, { recursive: true, force: true })
  })
  const stop = async () => {
    await end('graceful')
    await rm(outside, { recursive: true, force: true })
    forget()
  }

  try {
    for (const folder of [
      'lib/keys',
      'log/cdr-csv',
      'log/cel-custom',
      'spool/monitor',
      'spool/voicemail',
      'spool/tmp',
      'run',
      'cache',
    ]) {
      await mkdir(join(outside, folder), { recursive: true })
    }
    await writeFile(join(outside, 'owner'), `${String(process.pid)} ${processStart(process.pid) ?? ''}`)
    await cp(join(here, 'sounds'), join(outside, 'music'), { recursive: true })
    await render()
    await runOrFail('chown', ['-R', `${String(owner.uid)}:${String(owner.gid)}`, outside])
    await chown(join(outside, 'owner'), 0, 0)
    const version = await start()
    const log = join(outside, 'log')
    return {
      pbx: 'lab',
      version,
      ami,
      controlAmi,
      sip,
      ws,
      trunk,
      secretOf: (device) => {
        const secret = secrets.get(device)
        if (secret === undefined) throw new Error(`there is no device ${device}`)
        return secret
      },
      files: {
        queueLog: join(log, 'queue_log'),
        cdr: join(log, 'cdr-csv/Master.csv'),
        cel: join(log, 'cel-custom/cel.csv'),
        messages: join(log, 'messages.log'),
        recordings: join(outside, 'spool/monitor'),
      },
      get pid() {
        return child?.pid ?? 0
      },
      cli,
      reload: async () => {
        await render()
        await cli('core reload')
      },
      restart: async (how) => {
        await end(how)
        await start()
      },
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/** The version once Asterisk has booted and the queues are there; undefined before. */
async function readyVersion(access: AmiAccess): Promise<string | undefined> {
  const ami = await LabAmi.open(access).catch(() => undefined)
  if (!ami) return undefined
  try {
    const [settings] = await ami.action('CoreSettings')
    const status = (await ami.action('CoreStatus'))[0] ?? []
    // AMI lets us in before the queues are loaded, and then answers with an error.
    await ami.action('QueueStatus', { Queue: 'collections' }, { list: true, timeoutMs: 1000 })
    const queues = await ami.action('QueueSummary', { Queue: 'collections' }, { list: true, timeoutMs: 1000 })
    if (queues.length < 3 || header(status, 'CoreStartupTime') === undefined) return undefined
    await ami.action('Command', { Command: 'core waitfullybooted' })
    return header(settings ?? [], 'AsteriskVersion')?.split(/[~+-]/)[0]
  } catch {
    return undefined
  } finally {
    ami.close()
  }
}

/** Ends and removes runs whose owner is gone: a process killed by SIGKILL cannot clear up behind itself. */
async function clearDeadRuns(root: string): Promise<void> {
  const runs = join(root, runsFolder)
  for (const id of await readdir(runs)) {
    const folder = join(runs, id)
    const [pid, start] = (await readFile(join(folder, 'owner'), 'utf8').catch(() => '')).split(' ')
    // A run that is being made has no owner file yet for an instant: leave it.
    if (pid === undefined || pid === '' || processStart(Number(pid)) === start) continue
    const [asterisk, asteriskStart] = (await readFile(join(folder, 'pid'), 'utf8').catch(() => '')).split(' ')
    if (asterisk !== undefined && asterisk !== '' && processStart(Number(asterisk)) === asteriskStart) {
      process.kill(Number(asterisk), 'SIGKILL')
    }
    await rm(folder, { recursive: true, force: true })
  }
}

async function asteriskUser(root: string): Promise<{ uid: number; gid: number }> {
  const line = /^asterisk:[^:]*:(\d+):(\d+):/m.exec(await readFile(join(root, 'etc/passwd'), 'utf8'))
  if (line?.[1] === undefined || line[2] === undefined)
    throw new Error('the root folder has no user asterisk')
  return { uid: Number(line[1]), gid: Number(line[2]) }
}

async function moduleFolder(root: string): Promise<string> {
  const found = await run('sh', ['-c', 'cd "$1" && ls -d usr/lib/*/asterisk/modules', 'sh', root])
  return `/${found.stdout.trim()}`
}

function newSecret(): string {
  return randomBytes(18).toString('base64url')
}
