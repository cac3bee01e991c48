import { mkdir, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { planDebianRoot, whyNoDebianRoot } from '../debian-root.ts'
import { documentDbRecipe } from './cluster.ts'
import { startDocumentDb } from './documentdb.ts'
import { mongodOnPath, officialBinary, startMongod } from './mongod.ts'
import { temporaryFolder } from './temporary.ts'

export type DatabaseKind = 'MONGODB_URI' | 'mongod' | 'mongodb-memory-server' | 'documentdb'

/** A database for the demo or for tests. */
export interface LabDatabase {
  /** For the driver; names no database, so it can be given one by `databaseUri`. */
  uri: string
  took: DatabaseKind
  /** What it is, for a person to read. */
  describe: string
  /** Ends it, leaving no process; a fresh data folder is removed. One that was only found is left alone. */
  stop(): Promise<void>
}

/** The first of the four that this machine offers. @throws if it offers none, saying what to do. */
async function choose(): Promise<DatabaseKind> {
  if (process.env.MONGODB_URI) return 'MONGODB_URI'
  if (mongodOnPath() !== undefined) return 'mongod'
  if ((await officialBinary()) !== undefined) return 'mongodb-memory-server'
  const reason = await whyNoDebianRoot()
  if (reason === undefined) return 'documentdb'
  throw new Error(
    `No database: set MONGODB_URI or install mongod. (The official binary’s download host does not answer, and for PostgreSQL with DocumentDB ${reason}.)`,
  )
}

/**
 * Says, before it is done, which database would be taken and what that installs on this machine; nothing is started.
 * @throws if there is none to take.
 */
export async function planDatabase(): Promise<string> {
  const took = await choose()
  switch (took) {
    case 'MONGODB_URI':
      return 'Database: the one that MONGODB_URI names.'
    case 'mongod':
      return `Database: ${mongodOnPath() ?? 'mongod'}, in a data folder of our own.`
    case 'mongodb-memory-server': {
      const download = (await officialBinary()) === 'download' ? ', downloaded first' : ', downloaded earlier'
      return `Database: MongoDB's official binary${download}.`
    }
    case 'documentdb': {
      const steps = planDebianRoot(documentDbRecipe)
      const install =
        steps.length === 0 ? 'all in the cache folder already' : `this will ${steps.join(' and ')}`
      return `Database: PostgreSQL with DocumentDB behind a gateway of our own (no mongod can be had): ${install}.`
    }
  }
}

/**
 * Gives a database: the one of `MONGODB_URI`; or a `mongod` on the PATH; or MongoDB's official binary; or, on Debian as
 * root, PostgreSQL with DocumentDB. Everything listens on the loopback interface alone and ends with this process.
 * @param options.folder keeps the data there from run to run; without it the data is fresh, and gone after `stop`.
 * @param options.onProgress told, line by line, what takes time.
 * @throws if no database can be had or started.
 */
export async function startDatabase(
  options: { folder?: string; onProgress?: (line: string) => void } = {},
): Promise<LabDatabase> {
  const onProgress = options.onProgress ?? (() => undefined)
  const took = await choose()
  if (took === 'MONGODB_URI') {
    const uri = process.env.MONGODB_URI ?? ''
    return { uri, took, describe: 'the database of MONGODB_URI', stop: () => Promise.resolve() }
  }

  const fleeting = options.folder === undefined
  const folder = options.folder === undefined ? await temporaryFolder('database') : resolve(options.folder)
  const remove = async () => {
    if (fleeting) await rm(folder, { recursive: true, force: true })
  }
  try {
    await mkdir(folder, { recursive: true })
    // Each kind has its own folder: their files are not of one form.
    const data = join(folder, took === 'documentdb' ? 'documentdb' : 'mongod')
    if (took === 'mongodb-memory-server' && (await officialBinary()) === 'download') {
      onProgress("Downloading MongoDB's official binary …")
    }
    const started =
      took === 'documentdb'
        ? await startDocumentDb({ folder: data, fleeting, onProgress })
        : await startMongod(data, took === 'mongod' ? mongodOnPath() : undefined)
    return {
      uri: started.uri,
      took,
      describe: started.describe,
      stop: async () => {
        await started.stop()
        await remove()
      },
    }
  } catch (error) {
    await remove()
    throw error
  }
}

/** The URI of one database (by name) of a server. */
export function databaseUri(uri: string, name: string): string {
  const parsed = new URL(uri)
  parsed.pathname = `/${name}`
  return parsed.href
}
