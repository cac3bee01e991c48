import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, waitUntil, whenProcessEnds } from '../asterisk/process.ts'
import { installHostPackages } from '../debian-root.ts'

/** A TURN server on loopback. */
export interface Turn {
  /** As the setting TURN_URLS has it. */
  url: string
  /** What is shared with it, as the setting TURN_SECRET. */
  secret: string
  /** What it has written so far: whom it let in, and whom not. */
  log: () => string
  stop: () => Promise<void>
}

/** Above what the system gives away by itself, and between the labs' RTP ports and those of SIPp. */
const relayPorts = { first: 65_481, last: 65_530 }

/**
 * Starts Debian's coturn, installed first if it is missing, with credentials that end by themselves.
 * @throws Error where this is not Debian, or not root
 */
export async function startTurn(): Promise<Turn> {
  await installHostPackages(['coturn'], () => undefined)
  const folder = await mkdtemp(join(tmpdir(), 'ringcard-turn-'))
  const port = await freePort('127.0.0.1', 'udp')
  const secret = randomBytes(18).toString('base64url')
  const args = [
    ...['-n', '--no-tls', '--no-dtls', '--no-cli', '--log-file=stdout', '--simple-log', '--verbose'],
    ...['--listening-ip=127.0.0.1', '--relay-ip=127.0.0.1', `--listening-port=${port}`],
    ...[`--min-port=${relayPorts.first}`, `--max-port=${relayPorts.last}`],
    ...['--use-auth-secret', `--static-auth-secret=${secret}`, '--realm=hearth'],
    // Asterisk is on loopback here; anywhere else that would open the machine itself to whoever has credentials.
    ...['--allow-loopback-peers', '--cli-password=unused', `--pidfile=${join(folder, 'pid')}`],
    `--userdb=${join(folder, 'users')}`,
  ]
  const child = spawn('/usr/bin/turnserver', args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const noMore = whenProcessEnds(() => child.kill('SIGKILL'))
  let log = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data: Buffer) => (log += data.toString()))
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL')
    await gone
    noMore()
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await waitUntil('coturn to listen', () => {
      if (child.exitCode !== null) throw new Error(`coturn did not start. It said:\n${log.slice(-2_000)}`)
      return log.includes(`opened on: 127.0.0.1:${port}`) || log.includes('listener opened')
    })
  } catch (error) {
    await stop()
    throw error
  }
  return { url: `turn:127.0.0.1:${port}?transport=udp`, secret, log: () => log, stop }
}
