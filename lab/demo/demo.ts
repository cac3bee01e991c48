import { createServer } from 'node:net'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { planAsteriskRoot } from '../asterisk/root.ts'
import { freePort } from '../asterisk/process.ts'
import {
  labPeople,
  startCentre,
  startCentreOn,
  type Centre,
  type CentreOptions,
  type CentrePbx,
} from '../centre.ts'
import { planDatabase } from '../database/database.ts'
import { cacheFolder, whyNoDebianRoot } from '../debian-root.ts'
import { buildIfNeeded } from './build.ts'
import { startTrickle } from './calls.ts'
import { checkOneCall, placeReal, type PlaceOne } from './check.ts'
import { startColleagues, startPhones } from './colleagues.ts'
import { playCall, startSimulatedPbx, startSimulatedTrickle } from './simulated.ts'

/**
 * `npm run demo`: a whole contact center on this machine, with calls coming in, until Ctrl-C.
 * `npm run demo -- --check`: the same unattended; places one call, prints one JSON line with the figures, exits 0 or 1.
 */
const customers = 20_000
const usualPort = 8080

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } })
const began = Date.now()
const stops: (() => Promise<void>)[] = []
let stopping: Promise<void> | undefined

function say(line: string): void {
  process.stderr.write(`${((Date.now() - began) / 1000).toFixed(1).padStart(6)} s  ${line}\n`)
}

function stopAll(): Promise<void> {
  stopping ??= (async () => {
    for (const stop of stops.reverse()) await stop().catch((error: unknown) => say(String(error)))
  })()
  return stopping
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (stopping === undefined) say('Stopping …')
    void stopAll().then(() => process.exit(0))
  })
}

try {
  const whyNoAsterisk = await whyNoDebianRoot()
  await announce(whyNoAsterisk)
  buildIfNeeded(say)
  const options: CentreOptions = {
    customers,
    folder: join(cacheFolder(), 'demo'),
    built: true,
    workingDay: true,
    httpPort: (await isFree(usualPort)) ? usualPort : await freePort('127.0.0.1', 'tcp'),
    onProgress: say,
    // As anywhere; the colleagues have phones and no consoles, so nobody is taken out for want of one.
    settings: () => Promise.resolve({ WRAP_UP_SECONDS: '20' }),
  }
  if (whyNoAsterisk === undefined) await onAsterisk(options)
  else await onSimulator(options)
} catch (error) {
  if (stopping === undefined) say(error instanceof Error ? error.message : String(error))
  await stopAll()
  process.exit(1)
}

async function onAsterisk(options: CentreOptions): Promise<void> {
  // Every desk phone is there, so whose is not, or whose browser is closed, is taken out as anywhere.
  const settings = () => Promise.resolve({ WRAP_UP_SECONDS: '20', DEVICE_GRACE_SECONDS: '10' })
  const centre = await startCentre({ ...options, settings })
  stops.push(() => centre.stop())
  stops.push(await startPhones(centre))
  stops.push(await startColleagues(centre.url))
  const pbx = `asterisk ${centre.pbx.version}`
  if (values.check) return check(centre, pbx, placeReal(centre))
  stops.push(startTrickle(centre.pbx, customers))
  welcome(centre, `Asterisk ${centre.pbx.version}`)
}

async function onSimulator(options: CentreOptions): Promise<void> {
  const centre = await startCentreOn(options, startSimulatedPbx)
  stops.push(() => centre.stop())
  stops.push(await startColleagues(centre.url))
  if (values.check) {
    return check(centre, 'simulator', (from) => {
      const answered = playCall(centre.pbx, 'direct-agent-hangs-up', from)
      return Promise.resolve({ answered, hangUp: () => Promise.resolve() })
    })
  }
  stops.push(startSimulatedTrickle(centre.pbx))
  welcome(centre, 'a simulator that plays recorded calls, since no Asterisk can be had here')
}

/** Says what will be put on this machine before it is done. */
async function announce(whyNoAsterisk: string | undefined): Promise<void> {
  say(await planDatabase())
  if (whyNoAsterisk !== undefined) {
    say(`PBX: a simulator that plays recorded calls (for the real Asterisk ${whyNoAsterisk}).`)
    return
  }
  const steps = planAsteriskRoot()
  const doing = steps.length === 0 ? 'there already' : `this will ${steps.join(' and ')}`
  say(`PBX: Asterisk 22 in a folder of its own: ${doing}.`)
}

function welcome(centre: Centre<CentrePbx>, pbx: string): void {
  const width = Math.max(...labPeople.map(({ signInName }) => signInName.length))
  const lines = labPeople.map(({ signInName, password, roles, extension, displayName }) => {
    const desk = extension === undefined ? '' : `, desk ${extension}`
    return `    ${signInName.padEnd(width)}  ${password.padEnd(width + 12)}  ${displayName}, ${roles.join(', ')}${desk}`
  })
  process.stdout.write(
    [
      '',
      `  Ringcard is at ${centre.url}`,
      `  PBX: ${pbx}.  Database: ${centre.database.describe}.`,
      '',
      '  Sign in as yourself (nina: calls ring on desk phone 201 and are picked up after 9 s) or as anybody else:',
      '',
      ...lines,
      '',
      '  To take queue calls in this browser: the button "Desk phone" over the place of the call, then "Browser".',
      '',
      '  Calls come in by themselves. Ctrl-C ends everything.',
      '',
    ].join('\n'),
  )
}

async function check(centre: Centre<CentrePbx>, pbx: string, place: PlaceOne): Promise<void> {
  const setUpMs = Date.now() - began
  const result = await checkOneCall(centre.url, place)
  process.stdout.write(
    `${JSON.stringify({ demo: 'check', ...result, pbx, database: centre.database.took, setUpMs })}\n`,
  )
  await stopAll()
  process.exit(result.ok ? 0 : 1)
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
