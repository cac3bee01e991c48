import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { startAsterisk } from './asterisk/asterisk.ts'
import { processStart, waitUntil } from './asterisk/process.ts'
import { attachAsterisk, type AsteriskDescription } from './asterisk/running.ts'
import { cacheFolder } from './debian-root.ts'
import { faultFlows, type FaultFlow } from './flows/faults.ts'
import { flows, playAlone } from './flows/flows.ts'
import { placeCall } from './sipp/sipp.ts'
import { recordTrace } from './traces/record.ts'
import { brokenFolder, listedFolder, traceFile, unfilteredFolder } from './traces/trace.ts'

const usage = `npm run lab -- COMMAND
  up              start Asterisk in the background
  status          say whether it runs, where, and what its phones and queues do
  call [--from NUMBER] [--to NUMBER] [--name NAME] [--digits KEYS] [--for SECONDS] [--withheld]
                  call the company as a customer would (default: support, for 10 s)
  trace NAME      play a flow on an Asterisk of its own and record it under tests/fixtures/traces
                  (--unfiltered: as a user who hears everything, under tests/fixtures/unfiltered)
                  (--lists MS,MS…: with the lists asked for at these moments, under tests/fixtures/listed)
                  (without NAME: the list of flows; --all: every one, some ten minutes)
  down            stop it`

/** What the background process leaves for the other commands: readable by its owner alone, since it holds secrets. */
interface LabState {
  pid: number
  start: string
  asterisk: AsteriskDescription
}

const stateFile = join(cacheFolder(), 'lab.json')
const logFile = join(cacheFolder(), 'lab.log')
const say = (line: string) => process.stdout.write(`${line}\n`)

/** A mistake of the person who typed, answered by one line and exit status 2. */
class UsageError extends Error {}

function readState(): LabState | undefined {
  try {
    const state = JSON.parse(readFileSync(stateFile, 'utf8')) as LabState
    return processStart(state.pid) === state.start ? state : undefined
  } catch {
    return undefined
  }
}

function runningState(): LabState {
  const state = readState()
  if (!state) throw new UsageError('The lab is not running. Start it: npm run lab -- up')
  return state
}

async function up(): Promise<void> {
  if (readState()) throw new UsageError('The lab is running already. See: npm run lab -- status')
  mkdirSync(cacheFolder(), { recursive: true })
  rmSync(stateFile, { force: true })
  const log = openSync(logFile, 'w', 0o600)
  const self = fileURLToPath(import.meta.url)
  const child = spawn(process.execPath, [...process.execArgv, self, 'serve'], {
    detached: true,
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  child.unref()
  say('starting Asterisk (the first time builds it: about a minute)')
  await waitUntil(
    'the lab to start',
    () => {
      if (child.exitCode !== null)
        throw new Error(`it did not start:\n${readFileSync(logFile, 'utf8').trim()}`)
      return readState() !== undefined
    },
    { timeoutMs: 900_000, everyMs: 100 },
  )
  await status()
}

/** The background process: runs Asterisk until it is told to stop. */
async function serve(): Promise<void> {
  const asterisk = await startAsterisk({ onProgress: say })
  const state: LabState = {
    pid: process.pid,
    start: processStart(process.pid) ?? '',
    asterisk: asterisk.description,
  }
  writeFileSync(stateFile, JSON.stringify(state), { mode: 0o600 })
  const alive = setInterval(() => undefined, 3_600_000)
  await new Promise((resolve) => process.once('SIGTERM', resolve))
  clearInterval(alive)
  rmSync(stateFile, { force: true })
  await asterisk.stop()
}

async function status(): Promise<void> {
  const { asterisk } = runningState()
  const pbx = attachAsterisk(asterisk)
  const at = ({ host, port }: { host: string; port: number }) => `${host}:${String(port)}`
  say(`Asterisk ${pbx.version} is running.`)
  say(`  AMI ${at(pbx.ami)} (user ${pbx.ami.username}), SIP ${at(pbx.sip)}, WebSocket ws://${at(pbx.ws)}/ws`)
  say(`  secrets: ${stateFile}`)
  say(`  records: ${pbx.files.queueLog}`)
  say((await pbx.cli('pjsip show contacts')).trim())
  // Asterisk colours its answers even when nobody looks.
  say((await pbx.cli('queue show')).replace(/\x1b\[[\d;]*m/g, '').trim())
}

async function call(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      from: { type: 'string', default: '+4915228817386' },
      to: { type: 'string', default: '+493023125101' },
      name: { type: 'string' },
      digits: { type: 'string', default: '' },
      for: { type: 'string', default: '10' },
      withheld: { type: 'boolean', default: false },
    },
  })
  const seconds = Number(values.for)
  if (!(seconds > 0 && seconds <= 3600)) throw new UsageError('--for takes seconds, from 1 to 3600')
  if (!/^[\d*#]*$/.test(values.digits))
    throw new UsageError('--digits takes keys of a phone: 0 to 9, * and #')
  const pbx = attachAsterisk(runningState().asterisk)
  const placed = await placeCall(pbx, {
    from: values.from,
    to: values.to,
    ...(values.name === undefined ? {} : { callerName: values.name }),
    withheld: values.withheld,
    digits: Array.from(values.digits, (digit, index) => ({ afterMs: index === 0 ? 1500 : 300, digit })),
    hangUpAfterMs: seconds * 1000,
    giveUpAfterMs: seconds * 1000,
    audio: true,
  })
  const end = await placed.ended
  say(
    `${end.answered ? 'answered' : 'not answered'}, SIP ${String(end.status ?? 'silence')}, ended by the ${end.by}`,
  )
}

async function trace(
  name: string | undefined,
  unfiltered: boolean,
  lists: string | undefined,
): Promise<void> {
  const fault = faultFlows[name ?? '']
  if (name !== undefined && fault) return traceFault(name, fault)
  const wanted = Object.entries(flows).filter(([key]) => name === '--all' || key === name)
  if (name === undefined || wanted.length === 0) {
    const all = Object.entries<{ story: string }>({ ...flows, ...faultFlows })
    const list = all.map(([key, { story }]) => `  ${key.padEnd(38)} ${story}`)
    const which = name === undefined ? 'Which flow?' : `There is no flow ${name}.`
    throw new UsageError(`${which} There are:\n${list.join('\n')}`)
  }
  const pbx = await startAsterisk({ onProgress: say })
  try {
    for (const [key, flow] of wanted) {
      const how = unfiltered
        ? ({ user: 'lab', folder: unfilteredFolder } as const)
        : lists === undefined
          ? {}
          : { folder: listedFolder, listsAtMs: lists.split(',').map(Number) }
      const recorded = await recordTrace(pbx, key, () => playAlone(flow, pbx), how)
      say(`${String(recorded.pieces.length)} blocks in ${traceFile(key, how.folder)}`)
    }
  } finally {
    await pbx.stop()
  }
}

/** Records a flow in which something breaks: the recorder's session breaks where the server, or its link, would. */
async function traceFault(name: string, { ownClock, play }: FaultFlow): Promise<void> {
  const pbx = await startAsterisk({ onProgress: say, ownClock: ownClock === true })
  try {
    const recorded = await recordTrace(
      pbx,
      name,
      ({ cut, mend }) => {
        const heard = (): Promise<void> => {
          mend()
          return Promise.resolve()
        }
        return play({
          pbx,
          link: { cut, mend: heard },
          server: {
            kill: () => {
              cut()
              return Promise.resolve()
            },
            start: heard,
          },
          restart: (how, more) => pbx.restart(how, more),
          clockSet: () => undefined,
        })
      },
      { folder: brokenFolder },
    )
    say(`${String(recorded.pieces.length)} blocks in ${traceFile(name, brokenFolder)}`)
  } finally {
    await pbx.stop()
  }
}

async function down(): Promise<void> {
  const { pid, start } = runningState()
  process.kill(pid, 'SIGTERM')
  await waitUntil('the lab to stop', () => processStart(pid) !== start, { timeoutMs: 30_000 })
  say('stopped, nothing left behind')
}

async function main([command, ...rest]: readonly string[]): Promise<void> {
  switch (command) {
    case 'up':
      return up()
    case 'serve':
      return serve()
    case 'status':
      return status()
    case 'call':
      return call(rest)
    case 'trace':
      return trace(
        rest[0],
        rest.includes('--unfiltered'),
        rest.includes('--lists') ? (rest[rest.indexOf('--lists') + 1] ?? '') : undefined,
      )
    case 'down':
      return down()
    case undefined:
      throw new UsageError(usage)
    default:
      throw new UsageError(`There is no command ${command}.\n${usage}`)
  }
}

try {
  await main(process.argv.slice(2))
} catch (error) {
  const wrongUse = error instanceof UsageError || (error instanceof TypeError && 'code' in error)
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = wrongUse ? 2 : 1
}
