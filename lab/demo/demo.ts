import { createServer } from 'node:net'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { planAsteriskRoot } from '../asterisk/root.ts'
import { freePort } from '../asterisk/process.ts'
import { labPeople, startCentre, type Centre } from '../centre.ts'
import { planDatabase } from '../database/database.ts'
import { cacheFolder } from '../debian-root.ts'
import { buildIfNeeded } from './build.ts'
import { startTrickle } from './calls.ts'
import { checkOneCall } from './check.ts'
import { startColleagues } from './colleagues.ts'

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
  await announce()
  buildIfNeeded(say)
  const centre = await startCentre({
    customers,
    folder: join(cacheFolder(), 'demo'),
    built: true,
    httpPort: (await isFree(usualPort)) ? usualPort : await freePort('127.0.0.1', 'tcp'),
    onProgress: say,
  })
  stops.push(() => centre.stop())
  stops.push(await startColleagues(centre))
  if (values.check) await check(centre)
  else run(centre)
} catch (error) {
  if (stopping === undefined) say(error instanceof Error ? error.message : String(error))
  await stopAll()
  process.exit(1)
}

/** Says what will be put on this machine before it is done. */
async function announce(): Promise<void> {
  say(await planDatabase())
  const steps = planAsteriskRoot()
  say(
    `PBX: Asterisk 22 in a folder of its own: ${steps.length === 0 ? 'there already' : `this will ${steps.join(' and ')}`}.`,
  )
}

function run(centre: Centre): void {
  stops.push(startTrickle(centre.pbx, customers))
  const width = Math.max(...labPeople.map(({ signInName }) => signInName.length))
  const lines = labPeople.map(({ signInName, password, roles, extension, displayName }) => {
    const desk = extension === undefined ? '' : `, desk ${extension}`
    return `    ${signInName.padEnd(width)}  ${password.padEnd(width + 12)}  ${displayName}, ${roles.join(', ')}${desk}`
  })
  process.stdout.write(
    [
      '',
      `  Ringcard is at ${centre.url}`,
      `  PBX: Asterisk ${centre.pbx.version}.  Database: ${centre.database.describe}.`,
      '',
      '  Sign in as yourself (nina: calls ring on desk phone 201 and are picked up after 9 s) or as anybody else:',
      '',
      ...lines,
      '',
      '  Calls come in by themselves. Ctrl-C ends everything.',
      '',
    ].join('\n'),
  )
}

async function check(centre: Centre): Promise<void> {
  const setUpMs = Date.now() - began
  const result = await checkOneCall(centre)
  const pbx = `asterisk ${centre.pbx.version}`
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
