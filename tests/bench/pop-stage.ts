import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { closeSync, mkdirSync, openSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../../lab/asterisk/process.ts'
import { freshMasterKey } from '../../lab/master-key.ts'
import { temporaryFolder } from '../../lab/database/temporary.ts'
import { buildConsole } from '../browser/support/build.ts'
import { signEverybodyIn } from './center.ts'
import { clearAllButCustomers, openCustomerBase, type CustomerBase } from './customer-base.ts'
import type { ConsoleMessage, ConsoleSeat, Offer, PbxMessage, PlayBlock, Seen } from './messages.ts'
import { startServerProcess, startWorker, type Process, type Worker } from './processes.ts'

/** One of the two that are compared, with a PBX and five hundred consoles of its own. */
export interface Side {
  name: 'floor' | 'ours'
  url: string
  play: (block: PlayBlock) => Promise<Offer[]>
  /** The first cards since the last asking. */
  collect: () => Promise<Map<string, Seen>>
}

export interface PopStage {
  base: CustomerBase
  floor: Side
  ours: Side
  seats: readonly ConsoleSeat[]
  /** Names of the processes. */
  names: ReadonlyMap<number, string>
  stop: () => Promise<void>
}

/** Consoles are split over this many processes for each side. */
const consoleProcesses = 2
const artifacts = '.artifacts/bench'

/**
 * Sets up everything that `bench -- pop` measures: database, customers, five hundred people signed in, the floor and the
 * built server, a PBX for each, and the consoles.
 */
export async function setUpPop(customers: number, say: (line: string) => void): Promise<PopStage> {
  say('Building the server and the console')
  await buildConsole()
  const built = spawnSync('npx', ['tsc', '-p', 'server/tsconfig.build.json'], { stdio: ['ignore', 2, 2] })
  if (built.status !== 0) throw new Error('The server could not be built: see above.')
  const base = await openCustomerBase(customers, say)
  const processes: Process[] = []
  const names = new Map<number, string>()
  const started = <P extends Process>(name: string, one: P): P => {
    processes.unshift(one)
    names.set(one.pid, name)
    return one
  }
  const spool = await temporaryFolder('bench-spool')
  mkdirSync(artifacts, { recursive: true })
  const log = openSync(join(artifacts, 'server.log'), 'w')
  const stop = async () => {
    for (const one of processes) await one.stop()
    closeSync(log)
    rmSync(spool, { recursive: true, force: true })
    await base.stop()
  }
  try {
    say('Signing five hundred agents in')
    await clearAllButCustomers(base)
    const seats = await signEverybodyIn(base)
    const secret = randomBytes(16).toString('hex')

    const startPbx = async (name: Side['name']) => {
      const pbx = started(`pbx of ${name}`, startWorker<PbxMessage>('pbx.ts', { BENCH_AMI_SECRET: secret }))
      return { pbx, port: (await pbx.next('listening')).port }
    }
    const openConsoles = async (name: Side['name'], url: string) => {
      const workers: Worker<ConsoleMessage>[] = []
      for (let part = 0; part < consoleProcesses; part++) {
        const worker = started(`consoles of ${name}`, startWorker<ConsoleMessage>('consoles.ts'))
        const own = seats.filter((_seat, index) => index % consoleProcesses === part)
        worker.send({
          type: 'open',
          url,
          seats: own.map((seat) => (name === 'ours' ? seat : { ...seat, cookie: null })),
        })
        await worker.next('opened')
        workers.push(worker)
      }
      return workers
    }
    const sideOf = (
      name: Side['name'],
      url: string,
      pbx: Worker<PbxMessage>,
      consoles: readonly Worker<ConsoleMessage>[],
    ): Side => ({
      name,
      url,
      play: async (block) => {
        pbx.send(block)
        const { offers, sessions } = await pbx.next('played')
        if (sessions !== 1)
          throw new Error(`The PBX of ${name} has ${sessions} manager sessions instead of one.`)
        return offers
      },
      collect: async () => {
        const first = new Map<string, Seen>()
        for (const worker of consoles) {
          worker.send({ type: 'collect' })
          for (const seen of (await worker.next('seen')).seen) {
            const known = first.get(seen.callId)
            if (!known || seen.atMs < known.atMs) first.set(seen.callId, seen)
          }
        }
        return first
      },
    })

    say('Starting the floor, the server and the consoles')
    const floorPbx = await startPbx('floor')
    const relay = started(
      'floor',
      startWorker<{ type: 'listening'; port: number }>('pop-floor.ts', {
        BENCH_AMI_PORT: String(floorPbx.port),
        BENCH_AMI_SECRET: secret,
        BENCH_MONGODB_URI: base.uri,
      }),
    )
    const floorUrl = `http://127.0.0.1:${(await relay.next('listening')).port}`
    const floorConsoles = await openConsoles('floor', floorUrl)

    const ourPbx = await startPbx('ours')
    const port = await freePort('127.0.0.1', 'tcp')
    const profile =
      process.env['BENCH_CPU_PROFILE'] === '1' ? ['--cpu-prof', `--cpu-prof-dir=${artifacts}`] : []
    started(
      'server',
      startServerProcess(
        {
          MONGODB_URI: base.uri,
          AMI_HOST: '127.0.0.1',
          AMI_PORT: String(ourPbx.port),
          AMI_USERNAME: 'ringcard',
          AMI_SECRET: secret,
          MASTER_KEY: freshMasterKey(),
          HTTP_PORT: String(port),
          SPOOL_FOLDER: spool,
        },
        log,
        profile,
      ),
    )
    const ourUrl = `http://127.0.0.1:${port}`
    await whenReady(ourUrl)
    const ourConsoles = await openConsoles('ours', ourUrl)
    return {
      base,
      floor: sideOf('floor', floorUrl, floorPbx.pbx, floorConsoles),
      ours: sideOf('ours', ourUrl, ourPbx.pbx, ourConsoles),
      seats,
      names,
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/** @throws Error when the server is not ready within a minute */
async function whenReady(url: string): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    const answer = await fetch(`${url}/health/ready`).catch(() => null)
    if (answer?.ok) return
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  throw new Error(`The server was not ready within a minute: see ${artifacts}/server.log.`)
}
