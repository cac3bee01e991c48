import { spawn, type ChildProcess } from 'node:child_process'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { pino } from 'pino'
import { planOf } from '../shared/number-plan.ts'
import { createNumberReader } from '../shared/number-reader.ts'
import type { Role } from '../shared/people.ts'
import { customersCollection } from '../server/customers/model.ts'
import { createCustomers } from '../server/customers/customers.ts'
import { connectDatabase } from '../server/database/database.ts'
import { ensureIndexes } from '../server/database/schema.ts'
import { createArticleStore } from '../server/articles/model.ts'
import { createGuideStore } from '../server/guides/model.ts'
import { createPeopleStore } from '../server/people/model.ts'
import { createPeople } from '../server/people/people.ts'
import type { AmiAccess } from './asterisk/ami.ts'
import { startAsterisk, type Address, type LabAsterisk } from './asterisk/asterisk.ts'
import { freePort, waitUntil, whenProcessEnds } from './asterisk/process.ts'
import { crowdExtensions } from './asterisk/running.ts'
import { databaseUri, startDatabase, type LabDatabase } from './database/database.ts'
import { labArticles } from './seed/articles.ts'
import { labGuides } from './seed/guides.ts'
import { seedDispositions } from './seed/dispositions.ts'
import { labPinKey } from './seed/identity.ts'
import { seedCustomers } from './seed/seed.ts'
import { workingDay } from './seed/working-day.ts'
import { freshMasterKey, masterKeyOf } from './master-key.ts'
import { serverScript } from './server-script.ts'
import { temporaryFolder } from './database/temporary.ts'

/** Somebody who can sign in. Passwords are made for a lab on loopback and are no default of the product. */
export interface LabPerson {
  signInName: string
  displayName: string
  password: string
  roles: Role[]
  extension?: string
}

/** The people of the lab's company: six agents, a supervisor, an administrator, and one each of marketing and sales. */
export const labPeople: readonly LabPerson[] = [
  person('nina', 'Nina Hartmann', ['agent'], '201'),
  person('dmytro', 'Dmytro Savchuk', ['agent'], '202'),
  person('aigerim', 'Aigerim Bekova', ['agent'], '203'),
  person('lev', 'Lev Antonov', ['agent'], '204'),
  person('marta', 'Marta Lindqvist', ['collections'], '205'),
  person('jonas', 'Jonas Weber', ['collections'], '206'),
  person('petra', 'Petra Vogel', ['supervisor']),
  person('sofia', 'Sofía Navarro', ['sales']),
  person('emil', 'Emil Lindgren', ['marketing']),
  person('admin', 'Anna Berg', ['admin']),
]

function person(signInName: string, displayName: string, roles: Role[], extension?: string): LabPerson {
  const password = `${signInName}-hearth-2026`
  return { signInName, displayName, password, roles, ...(extension === undefined ? {} : { extension }) }
}

/** What the server needs of a PBX: where its manager is, and where it writes its own record. */
export interface CentrePbx {
  pbx: string
  ami: AmiAccess
  /** The user that has the class `system`; without it, the one above has it. */
  systemAmi?: AmiAccess
  /** Where it takes SIP over WebSocket. */
  ws?: Address
  files?: { cel: string; queueLog: string; voicemail: string }
  stop: () => Promise<void>
}

/** A whole contact center on this machine: PBX, database, server. */
export interface Centre<Pbx extends CentrePbx = LabAsterisk> {
  /** Where the console is: `http://localhost:PORT`. */
  url: string
  pbx: Pbx
  database: LabDatabase
  /** The server's process id at this moment. */
  readonly serverPid: number
  /** What the server has written to its log so far. */
  serverLog: () => string
  /** Ends the server (`kill`: SIGKILL; `graceful`: SIGTERM) and waits until it is gone. */
  stopServer: (how: 'kill' | 'graceful') => Promise<void>
  /**
   * Starts the server again on the same port and spool.
   * @param settings other ones from now on; empty takes one away
   */
  startServer: (settings?: Readonly<Record<string, string>>) => Promise<void>
  /** Ends everything and removes what was made for this run. */
  stop: () => Promise<void>
}

export interface CentreOptions {
  /** How many customers beside the cast. */
  customers: number
  /** Keeps the database and the PBX's record there from run to run; left out, everything is fresh and gone afterwards. */
  folder?: string
  onProgress?: (line: string) => void
  /** With what a company has in the middle of a day: promises, numbers, opening hours, a phone book. For who looks around. */
  workingDay?: boolean
  /** Run the built server (`npm run build` before) instead of the sources; left out, as `serverScript` has it. */
  built?: boolean
  httpPort?: number
  /** Settings of the server beside those that it needs, or in their place; empty takes one away. */
  settings?: (pbx: CentrePbx) => Promise<Readonly<Record<string, string>>>
  /** Desks for the four phones that have nobody too. */
  crowd?: boolean
  /** Puts something between the server and AMI, such as a relay that can be cut; gives where the server finds it. */
  amiThrough?: (ami: Address) => Promise<Address>
}

/** Phones of the lab answer or not as a test has it, one call after another: nobody is taken out of the queues for that. */
const statusOff = {
  WRAP_UP_SECONDS: '0',
  MISSED_CALLS: 'no',
  CONSOLE_GRACE_SECONDS: '0',
  DEVICE_GRACE_SECONDS: '0',
}

/** How much of the server's log is kept, characters. */
const mostLog = 5_000_000
const root = fileURLToPath(new URL('..', import.meta.url))

/** A centre on the real Asterisk: see `startCentreOn`. */
export function startCentre(options: CentreOptions): Promise<Centre> {
  const onProgress = options.onProgress ?? (() => undefined)
  const kept = options.folder === undefined ? {} : { recordFolder: join(options.folder, 'record') }
  return startCentreOn(options, () => startAsterisk({ onProgress, ...kept }))
}

/**
 * Starts the database, a PBX and the server, seeds customers and people, and waits until people can sign in and the PBX
 * is heard. Everything listens on loopback.
 * @throws when a part cannot be had; what was started is stopped
 */
export async function startCentreOn<Pbx extends CentrePbx>(
  options: CentreOptions,
  startPbx: () => Promise<Pbx>,
): Promise<Centre<Pbx>> {
  const say = options.onProgress ?? (() => undefined)
  const stops: (() => Promise<unknown>)[] = []
  const stopAll = async (): Promise<void> => {
    for (const stop of stops.reverse().splice(0)) await stop()
  }
  try {
    const scratch = await temporaryFolder('centre')
    stops.push(() => rm(scratch, { recursive: true, force: true }))
    const database = await startDatabase({
      onProgress: say,
      ...(options.folder === undefined ? {} : { folder: join(options.folder, 'database') }),
    })
    stops.push(() => database.stop())
    const uri = databaseUri(database.uri, 'ringcard')
    const desks = desksOf(options.crowd === true ? crowdExtensions : [])
    await furnish(uri, desks, options, say)
    const pbx = await startPbx()
    stops.push(() => pbx.stop())

    const port = options.httpPort ?? (await freePort('127.0.0.1', 'tcp'))
    const spool = options.folder === undefined ? join(scratch, 'spool') : join(options.folder, 'spool')
    await mkdir(spool, { recursive: true })
    const ami = (await options.amiThrough?.(pbx.ami)) ?? pbx.ami
    const masterKey = options.folder === undefined ? freshMasterKey() : await masterKeyOf(options.folder)
    let environment: NodeJS.ProcessEnv = {
      ...serverEnvironment(uri, desks, pbx, ami, port, { spool, masterKey }),
      ...(await options.settings?.(pbx)),
    }
    let log = ''
    let server: ChildProcess | undefined
    const startServer: Centre['startServer'] = async (settings = {}) => {
      environment = { ...environment, ...settings }
      const child = spawn(process.execPath, serverScript('server/main.ts', options.built), {
        cwd: root,
        env: environment,
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      server = child
      whenProcessEnds(() => child.kill('SIGKILL'))
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (data: Buffer) => (log = (log + data.toString()).slice(-mostLog)))
      await untilReady(port, child, () => log)
    }
    const stopServer = async (how: 'kill' | 'graceful'): Promise<void> => {
      const child = server
      if (!child || child.exitCode !== null || child.signalCode !== null) return
      const gone = new Promise((resolve) => child.once('exit', resolve))
      child.kill(how === 'kill' ? 'SIGKILL' : 'SIGTERM')
      await gone
    }
    stops.push(() => stopServer('graceful'))
    say('Starting the server …')
    await startServer()
    return {
      url: `http://localhost:${port}`,
      pbx,
      database,
      get serverPid() {
        return server?.pid ?? -1
      },
      serverLog: () => log,
      stopServer,
      startServer,
      stop: stopAll,
    }
  } catch (error) {
    await stopAll()
    throw error
  }
}

/** The desks of the lab's people, and of some extensions more. */
function desksOf(more: readonly string[]): { extension: string; interfaces: string[] }[] {
  const theirs = labPeople.flatMap(({ extension }) => (extension === undefined ? [] : [extension]))
  return [...theirs, ...more].map((extension) => {
    return { extension, interfaces: [`PJSIP/${extension}`, `PJSIP/${extension}-web`] }
  })
}

function serverEnvironment(
  uri: string,
  desks: ReturnType<typeof desksOf>,
  pbx: CentrePbx,
  ami: Address,
  port: number,
  { spool, masterKey }: { spool: string; masterKey: string },
): NodeJS.ProcessEnv {
  return {
    ...process.env,
    NODE_ENV: 'production',
    MONGODB_URI: uri,
    AMI_HOST: ami.host,
    AMI_PORT: String(ami.port),
    AMI_USERNAME: pbx.ami.username,
    AMI_SECRET: pbx.ami.secret,
    AMI_SYSTEM_SECRET: pbx.systemAmi?.secret ?? '',
    MASTER_KEY: masterKey,
    PBX_NAME: pbx.pbx,
    PBX_TRUNKS: 'PJSIP/trunk',
    HOME_COUNTRY: 'DE',
    PIN_KEY: labPinKey,
    ...statusOff,
    DESKS: desks.map(({ extension, interfaces }) => `${extension}=${interfaces.join('+')}`).join(','),
    HTTP_HOST: '127.0.0.1',
    HTTP_PORT: String(port),
    SPOOL_FOLDER: spool,
    TRACE_FOLDER: join(spool, 'traces'),
    ...(pbx.ws ? { SIP_WS_URL: `ws://${pbx.ws.host}:${pbx.ws.port}/ws` } : {}),
    ...(pbx.files
      ? {
          CEL_FILE: pbx.files.cel,
          QUEUE_LOG_FILE: pbx.files.queueLog,
          VOICEMAIL_DIR: pbx.files.voicemail,
        }
      : {}),
  }
}

/** Customers and people, once for each database. */
async function furnish(
  uri: string,
  desks: ReturnType<typeof desksOf>,
  { customers, workingDay: isWorkingDay = false }: CentreOptions,
  say: (line: string) => void,
): Promise<void> {
  const log = pino({ level: 'silent' })
  const database = connectDatabase({ uri, log })
  try {
    await database.whenReady()
    // Declares the customers' model, so that its indexes are made before it is filled.
    createCustomers({
      database,
      readNumber: createNumberReader(planOf('DE')),
      partIn: () => null,
      nameOf: () => null,
      log,
      onChange: () => undefined,
    })
    const people = createPeople({
      store: createPeopleStore(database.connection),
      log,
      sessionHours: 1,
      idleMinutes: 60,
      desks,
    })
    const articles = createArticleStore(database, () => undefined)
    const guides = createGuideStore(database.connection, () => undefined)
    const day = isWorkingDay ? workingDay(database) : null
    await ensureIndexes(database.connection)
    for (const [id, guide] of Object.entries(labGuides)) await guides.seed(id, guide)
    for (const [id, article] of Object.entries(labArticles)) await articles.seed(id, article)
    if ((await database.collection(customersCollection).findOne({})) === null) {
      say(`Seeding ${customers.toLocaleString('en')} customers …`)
      await seedCustomers(database, { count: customers })
    }
    await seedDispositions(database, Date.now())
    await people.start()
    const known = new Set(people.management.list().map(({ signInName }) => signInName))
    for (const one of labPeople) if (!known.has(one.signInName)) await people.management.create(one, null)
    const ids = new Map(people.management.list().map(({ signInName, personId }) => [signInName, personId]))
    await day?.fill((signInName) => ids.get(signInName) ?? '', customers, Date.now())
    await people.stop()
  } finally {
    await database.stop()
  }
}

async function untilReady(port: number, child: ChildProcess, log: () => string): Promise<void> {
  const check = async (): Promise<boolean> => {
    if (child.exitCode !== null) throw new Error('it ended at its start')
    const ready = await fetch(`http://127.0.0.1:${port}/health/ready`).catch(() => null)
    return ready?.ok === true && log().includes('The PBX is connected.')
  }
  try {
    await waitUntil('people can sign in and the PBX is heard', check, { timeoutMs: 60_000, everyMs: 100 })
  } catch (error) {
    throw new Error(`The server did not start. It said:\n${log().slice(-4000)}`, { cause: error })
  }
}
