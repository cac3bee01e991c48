import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { parseArgs } from 'node:util'
import { pino } from 'pino'
import { z } from 'zod'
import { newPersonRequestSchema } from '../../shared/administration.ts'
import { ProblemError, parseRequest } from '../../shared/problems.ts'
import { exitBadConfig, settings } from '../config.ts'
import { connectDatabase } from '../database/database.ts'
import { ensureIndexes } from '../database/schema.ts'
import { createPeopleStore } from './model.ts'
import { createPeople, type People } from './people.ts'

const usage = `How to manage people from the command line (MONGODB_URI says where they are kept):

  npm run people -- create-admin --name anna [--display-name "Anna Berg"]
  npm run people -- add --name ben --roles agent,sales [--display-name "Ben Roth"] [--extension 201]
  npm run people -- set-password --name ben
  npm run people -- end-sessions --name ben
  npm run people -- list

A password is asked for on the terminal, or read as one line from standard input. A running server follows within a second.`

/** For how long the database is waited for, ms. */
const databaseWithinMs = 10_000
const silent = pino({ level: 'silent' })

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    strict: false,
    options: {
      name: { type: 'string' },
      'display-name': { type: 'string' },
      roles: { type: 'string' },
      extension: { type: 'string' },
    },
  })
  const given = z.record(z.string(), z.string()).safeParse(values)
  const work = commands[positionals[0] ?? '']
  if (work === undefined || !given.success) {
    console.error(usage)
    return 64
  }
  const uri = settings.MONGODB_URI.schema.safeParse(process.env['MONGODB_URI'] ?? '')
  if (!uri.success) {
    console.error('MONGODB_URI is missing or malformed: set it to the database that the server uses.')
    return exitBadConfig
  }
  const database = connectDatabase({ uri: uri.data, log: silent })
  try {
    await within(databaseWithinMs, database.whenReady())
    const store = createPeopleStore(database.connection)
    await ensureIndexes(database.connection)
    const people = createPeople({ store, log: silent, sessionHours: 1, idleMinutes: 1440, desks: [] })
    await people.load()
    await work(people, given.data)
    return 0
  } catch (error) {
    console.error(explain(error))
    return 1
  } finally {
    await database.stop()
  }
}

type Options = Readonly<Record<string, string>>
const commands: Readonly<Record<string, ((people: People, options: Options) => Promise<void>) | undefined>> =
  {
    'create-admin': (people, options) => add(people, { ...options, roles: 'admin' }),
    add,
    'set-password': async (people, options) => {
      const personId = personIdOf(people, options['name'])
      await people.management.change(personId, { password: await askPassword() }, null)
      console.log('Done. Their sessions have ended.')
    },
    'end-sessions': async (people, options) => {
      await people.management.endSessionsOf(personIdOf(people, options['name']), null)
      console.log('Done. They have to sign in again.')
    },
    list: (people) => {
      for (const { signInName, roles, extension, active } of people.management.list()) {
        console.log(
          [signInName, roles.join(','), extension ?? '-', active ? 'active' : 'no access'].join('\t'),
        )
      }
      return Promise.resolve()
    },
  }

async function add(people: People, options: Options): Promise<void> {
  const request = parseRequest(newPersonRequestSchema.omit({ password: true }), {
    signInName: options['name'],
    displayName: options['display-name'] ?? options['name'],
    roles: (options['roles'] ?? 'agent').split(','),
    ...(options['extension'] === undefined ? {} : { extension: options['extension'] }),
  })
  const password = parseRequest(newPersonRequestSchema.shape.password, await askPassword())
  const person = await people.management.create({ ...request, password }, null)
  console.log(`${person.signInName} can sign in now, as ${person.roles.join(', ')}.`)
}

function personIdOf(people: People, signInName: string | undefined): string {
  const person = people.management.list().find((one) => one.signInName === signInName)
  if (person === undefined)
    throw new ProblemError('person.unknown', { detail: 'Nobody signs in by this --name.' })
  return person.personId
}

/** Asks on the terminal without showing what is typed, twice; or takes one line of standard input. */
async function askPassword(): Promise<string> {
  if (!process.stdin.isTTY) return readLine('')
  const [first, second] = [await readLine('Password: '), await readLine('Again: ')]
  if (first !== second) throw new Error('The two are not the same.')
  return first
}

function readLine(question: string): Promise<string> {
  process.stderr.write(question)
  const hidden = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: process.stdin, output: hidden, terminal: process.stdin.isTTY })
  return new Promise((resolve) => {
    lines.once('close', () => resolve(''))
    lines.once('line', (line) => {
      resolve(line)
      lines.close()
      if (question !== '') process.stderr.write('\n')
    })
  })
}

async function within(ms: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new ProblemError('database.unreachable')), ms)
  })
  await Promise.race([work, late]).finally(() => clearTimeout(timer))
}

function explain(error: unknown): string {
  if (!(error instanceof ProblemError)) return error instanceof Error ? error.message : String(error)
  const fields = error.errors?.map(({ path, message }) => `  ${path || 'password'}: ${message}`) ?? []
  return [error.message, ...fields].join('\n')
}

process.exit(await main())
