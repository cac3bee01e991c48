import { parseArgs } from 'node:util'
import { pino } from 'pino'
import { ConfigError, exitBadConfig, readPbxConfig, settings } from '../../config.ts'
import { connectDatabase } from '../../database/database.ts'
import { deskDevices } from '../../desks.ts'
import { createPeopleStore } from '../../people/model.ts'
import { checkPbx } from './check.ts'
import { checkText } from './text.ts'

const usage = `What a PBX lacks for Ringcard, and the lines to add. It is asked by the AMI user of the settings, and not changed.

  npm run --silent pbx:check [-- --pbx berlin] [--json]

The settings AMI_HOST, AMI_PORT, AMI_USERNAME, AMI_SECRET and PBX_TRUNKS say which PBX, or PBX_NAMES which ones. Desks come
from the database where MONGODB_URI is set, else from DESKS. Exit status: 0 nothing is missing, 1 something is, 69 a PBX
could not be looked at.`

const exitUnavailable = 69
/** For how long the database is waited for, ms. */
const databaseWithinMs = 5_000

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { pbx: { type: 'string' }, json: { type: 'boolean' }, help: { type: 'boolean' } },
  })
  if (values.help === true) {
    process.stdout.write(`${usage}\n`)
    return 0
  }
  const config = readPbxConfig(process.env)
  const chosen = config.pbxs.filter(({ name }) => values.pbx === undefined || name === values.pbx)
  if (chosen.length === 0) {
    process.stderr.write(`ringcard: There is no PBX ${values.pbx ?? ''} in the settings.\n`)
    return 64
  }
  const desks = deskDevices((await desksOfDatabase()) ?? config.DESKS, config.pbxs)
  const checks = await Promise.all(chosen.map((pbx) => checkPbx({ pbx, desks, now: Date.now })))
  const text = values.json === true ? JSON.stringify(checks, null, 2) : checks.map(checkText).join('\n')
  process.stdout.write(`${text}\n`)
  if (checks.some(({ reached }) => !reached)) return exitUnavailable
  return checks.some(({ findings }) => findings.some(({ level }) => level === 'missing')) ? 1 : 0
}

/** The desks as administrators have them; null without a database that answers. Nothing is written to it. */
async function desksOfDatabase(): Promise<{ extension: string; interfaces: string[] }[] | null> {
  const uri = settings.MONGODB_URI.schema.safeParse(process.env['MONGODB_URI'] ?? '')
  if (!uri.success) return null
  const database = connectDatabase({ uri: uri.data, log: pino({ level: 'silent' }) })
  let timer: NodeJS.Timeout | undefined
  try {
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error('late')), databaseWithinMs)
    })
    await Promise.race([database.whenReady(), late])
    const { desks } = await createPeopleStore(database.connection).loadAll()
    return desks.map(({ _id: extension, interfaces }) => ({ extension, interfaces }))
  } catch {
    process.stderr.write('ringcard: The database does not answer; the desks are those of DESKS.\n')
    return null
  } finally {
    clearTimeout(timer)
    await database.stop()
  }
}

try {
  process.exitCode = await main()
} catch (error) {
  const problems =
    error instanceof ConfigError ? error.problems : [error instanceof Error ? error.message : String(error)]
  for (const problem of problems) process.stderr.write(`ringcard: ${problem}\n`)
  process.exitCode = error instanceof ConfigError ? exitBadConfig : exitUnavailable
}
