import { createServer, connect, type Server, type Socket } from 'node:net'
import { once } from 'node:events'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { connectDatabase, type Database } from '../../../server/database/database.ts'
import { isDuplicateKey, needingDatabase } from '../../../server/database/errors.ts'
import { defineModel, ensureIndexes } from '../../../server/database/schema.ts'
import { testDatabaseUri } from '../support/database.ts'

const quiet = { info: () => undefined, warn: () => undefined }
const uri = testDatabaseUri('database')

const thingSchema = z.object({
  _id: z.string(),
  name: z.string(),
  words: z.array(z.string()),
  inner: z.object({ at: z.number().int().nullable() }),
  kind: z.enum(['one', 'two']).default('one'),
})
const byName = [{ keys: { name: 1 as const }, options: { name: 'byName', unique: true } }]
const thing = { _id: 'a', name: 'A', words: [], inner: { at: null }, kind: 'two' as const }

const open: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close()
})

function connected(address: string, onState?: (state: { state: string }) => void): Database {
  const database = connectDatabase({
    uri: address,
    log: quiet,
    serverSelectionTimeoutMs: 500,
    ...(onState ? { onState } : {}),
  })
  open.push(() => database.stop())
  return database
}

describe('a stored document', () => {
  it('is what zod says: kept as it is, refused with an unknown field or a wrong one', async () => {
    // given a model made from zod
    const database = connected(uri)
    await database.whenReady()
    const Thing = defineModel(database.connection, 'things', thingSchema, byName)
    // when a right document is kept and wrong ones are tried
    await Thing.create(thing)
    const wrong = Thing.create({ ...thing, _id: 'b', name: 'B', inner: { at: 1.5 } })
    const withExtra: z.infer<typeof thingSchema> = Object.assign(
      { ...thing, _id: 'c', name: 'C' },
      { extra: 1 },
    )
    const unknown = Thing.create(withExtra)
    // then only the right one is there, exactly
    await expect(wrong).rejects.toThrow('int')
    await expect(unknown).rejects.toThrow('extra')
    await expect(Thing.find().lean()).resolves.toEqual([thing])
  })

  it('is unique where an index says so, and the indexes can be made again', async () => {
    const database = connected(uri)
    await database.whenReady()
    const Thing = defineModel(database.connection, 'uniqueThings', thingSchema, byName)
    await ensureIndexes(database.connection)
    await ensureIndexes(database.connection)
    await Thing.create(thing)
    const error: unknown = await Thing.create({ ...thing, _id: 'b' }).catch((reason: unknown) => reason)
    expect(isDuplicateKey(error)).toBe(true)
    expect(isDuplicateKey(new Error('another'))).toBe(false)
  })
})

describe('a database that is away', () => {
  it('is said to be away at the start, refuses at once, and is ready when it comes', async () => {
    // given a port where nobody answers yet
    const door = await doorTo(uri)
    await door.shut()
    const states: string[] = []
    const database = connected(door.uri, ({ state }) => states.push(state))
    const Thing = defineModel(database.connection, 'things', thingSchema, [])
    // then work that needs it is refused with the code for it
    expect(database.state().state).toBe('away')
    await expect(needingDatabase(() => Thing.findOne())).rejects.toMatchObject({
      code: 'database.unreachable',
    })
    expect(() => database.collection('things')).toThrow('cannot be reached')
    // when it comes, then it is ready by itself
    await door.open()
    await database.whenReady()
    expect(database.state().state).toBe('ready')
    expect(states).toEqual(['ready'])
  })

  it('is told when it goes and when it is back, and the process goes on', async () => {
    // given a working connection
    const door = await doorTo(uri)
    const states: string[] = []
    const database = connected(door.uri, ({ state }) => states.push(state))
    await database.whenReady()
    const read = () => needingDatabase(() => database.collection('things').findOne({}))
    await read()
    // when it is cut
    await door.shut()
    // then it is told, and reading is refused with the code for it
    await expect(read()).rejects.toMatchObject({ code: 'database.unreachable' })
    await vi.waitFor(() => expect(states).toEqual(['ready', 'away']), 10_000)
    // when it is back, then reading works again
    await door.open()
    await vi.waitFor(() => expect(states).toEqual(['ready', 'away', 'ready']), 10_000)
    await expect(read()).resolves.toBeDefined()
  })

  it('does not start with an address that is none, and does not repeat the password in it', () => {
    expect(() => connectDatabase({ uri: 'mysql://user:secret@host', log: quiet })).toThrow(
      'MONGODB_URI is not valid',
    )
    expect(() => connectDatabase({ uri: 'mysql://user:secret@host', log: quiet })).not.toThrow('secret')
  })
})

/** A way to the database that can be shut and opened: every byte passes through a socket of our own. */
async function doorTo(address: string) {
  const target = new URL(address)
  const sockets = new Set<Socket>()
  let server: Server | undefined
  const listen = async (port: number): Promise<number> => {
    server = createServer((inner) => {
      const outer = connect(Number(target.port), target.hostname)
      for (const [socket, other] of [
        [inner, outer],
        [outer, inner],
      ] as const) {
        sockets.add(socket)
        socket.pipe(other)
        socket.on('error', () => other.destroy())
        socket.on('close', () => {
          sockets.delete(socket)
          other.destroy()
        })
      }
    }).listen(port, '127.0.0.1')
    await once(server, 'listening')
    const bound = server.address()
    if (bound === null || typeof bound === 'string') throw new Error('No port.')
    return bound.port
  }
  const port = await listen(0)
  const shut = async (): Promise<void> => {
    const closing = server
    server = undefined
    if (!closing) return
    const closed = once(closing, 'close')
    closing.close()
    for (const socket of sockets) socket.destroy()
    await closed
  }
  open.push(shut)
  const through = new URL(address)
  through.host = `127.0.0.1:${String(port)}`
  return { uri: through.href, shut, open: () => listen(port) }
}
