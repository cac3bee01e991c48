import { accessSync, constants } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { MongoMemoryServer } from 'mongodb-memory-server-core'
import { DryMongoBinary } from 'mongodb-memory-server-core/lib/util/DryMongoBinary.js'
import { MongoBinaryDownloadUrl } from 'mongodb-memory-server-core/lib/util/MongoBinaryDownloadUrl.js'

/** How long the download host may take to answer at all; the download itself has no limit. */
const CONNECT_LIMIT_MS = 2_500

/** A mongod of ours that runs. */
export interface Mongod {
  uri: string
  describe: string
  stop(): Promise<void>
}

/** The `mongod` that a shell would find, or `undefined`. */
export function mongodOnPath(): string | undefined {
  const names = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '')
  return names.map((folder) => join(folder, 'mongod')).find(executable)
}

function executable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

let answer: Promise<'kept' | 'download' | undefined> | undefined

/**
 * Whether the official binary can be had: it is kept from an earlier time, or its download host answers. Asked once in
 * the life of the process.
 */
export function officialBinary(): Promise<'kept' | 'download' | undefined> {
  answer ??= askForBinary()
  return answer
}

async function askForBinary(): Promise<'kept' | 'download' | undefined> {
  try {
    const options = await DryMongoBinary.generateOptions()
    if ((await DryMongoBinary.locateBinary(options)) !== undefined) return 'kept'
    const url = await new MongoBinaryDownloadUrl(options).getDownloadUrl()
    const head = await fetch(url, { method: 'HEAD', signal: AbortSignal.timeout(CONNECT_LIMIT_MS) })
    return head.ok ? 'download' : undefined
  } catch {
    return undefined
  }
}

/**
 * Starts a mongod on a free port of the loopback interface; it ends with this process. Without a binary of the machine's
 * own the official one is taken, downloaded first if need be (its progress goes to standard output).
 * @param folder its data folder.
 */
export async function startMongod(folder: string, systemBinary?: string): Promise<Mongod> {
  await mkdir(folder, { recursive: true })
  // The package takes any certificate unless npm's setting says otherwise.
  process.env.npm_config_strict_ssl ??= 'true'
  const server = await MongoMemoryServer.create({
    instance: { dbPath: folder, storageEngine: 'wiredTiger', ip: '127.0.0.1' },
    binary: systemBinary === undefined ? { checkMD5: true } : { systemBinary },
  })
  return {
    uri: `${server.getUri()}?directConnection=true`,
    describe: systemBinary ?? "MongoDB's official binary",
    stop: async () => {
      await server.stop({ doCleanup: false })
    },
  }
}
