import { describe, expect, it } from 'vitest'
import { addIndex, connectSubject, idsOf, indexesOf, serverError, type Document } from './support.ts'

const subject = connectSubject('indexes')

describe('unique indexes', () => {
  it('refuse a duplicate by insert, naming index, fields and values', async () => {
    const agents = subject.collection()
    await addIndex(agents, { extension: 1 }, { unique: true })
    await agents.insertOne({ extension: '101' })
    const error = await serverError(agents.insertOne({ extension: '101' }))
    expect(error.code).toBe(11000)
    expect(error.message).toMatch(/^E11000 duplicate key error collection: .* index: extension_1 /)
    expect(error.errorResponse).toMatchObject({
      keyPattern: { extension: 1 },
      keyValue: { extension: '101' },
    })
  })

  it('refuse a duplicate by update, upsert and findAndModify', async () => {
    const agents = subject.collection()
    await addIndex(agents, { extension: 1 }, { unique: true })
    await agents.insertMany([{ extension: '101' }, { extension: '102' }])
    const toTaken = { $set: { extension: '101' } }
    const attempts = [
      agents.updateOne({ extension: '102' }, toTaken),
      agents.updateOne({ name: 'new' }, toTaken, { upsert: true }),
      agents.findOneAndUpdate({ extension: '102' }, toTaken),
    ]
    for (const attempt of attempts) {
      const error = await serverError(attempt)
      expect(error.code).toBe(11000)
      expect(error.errorResponse).toMatchObject({
        keyPattern: { extension: 1 },
        keyValue: { extension: '101' },
      })
    }
  })

  it('cover several fields together', async () => {
    const visits = subject.collection()
    await addIndex(visits, { call: 1, sequence: 1 }, { unique: true })
    await visits.insertMany([
      { call: 'a', sequence: 1 },
      { call: 'a', sequence: 2 },
      { call: 'b', sequence: 1 },
    ])
    const error = await serverError(visits.insertOne({ call: 'a', sequence: 2 }))
    expect(error.errorResponse).toMatchObject({ code: 11000, keyValue: { call: 'a', sequence: 2 } })
  })

  it('count a missing field as null: one document without it, not two', async () => {
    const agents = subject.collection()
    await addIndex(agents, { email: 1 }, { unique: true })
    await agents.insertOne({ n: 1 })
    expect((await serverError(agents.insertOne({ n: 2 }))).code).toBe(11000)
  })

  it('hold between the elements of arrays of different documents', async () => {
    const cards = subject.collection()
    await addIndex(cards, { accounts: 1 }, { unique: true })
    await cards.insertOne({ accounts: ['1', '2'] })
    expect((await serverError(cards.insertOne({ accounts: ['2', '3'] }))).code).toBe(11000)
  })

  it('that are sparse or partial leave alone the documents that they do not cover', async () => {
    const sparse = subject.collection()
    await addIndex(sparse, { email: 1 }, { unique: true, sparse: true })
    await sparse.insertMany([{ n: 1 }, { n: 2 }, { email: 'a@example.org' }])
    expect((await serverError(sparse.insertOne({ email: 'a@example.org' }))).code).toBe(11000)

    const partial = subject.collection()
    const open = { unique: true, partialFilterExpression: { open: true } }
    await addIndex(partial, { customer: 1 }, open)
    await partial.insertMany([
      { customer: 1, open: false },
      { customer: 1, open: false },
      { customer: 1, open: true },
    ])
    expect((await serverError(partial.insertOne({ customer: 1, open: true }))).code).toBe(11000)
  })

  it('cannot be made over duplicates that are there', async () => {
    const agents = subject.collection()
    await agents.insertMany([{ extension: '101' }, { extension: '101' }])
    expect((await serverError(addIndex(agents, { extension: 1 }, { unique: true }))).code).toBe(11000)
  })

  it('let one of 20 inserts at once through', async () => {
    const calls = subject.collection()
    await addIndex(calls, { uniqueid: 1 }, { unique: true })
    const inserts = Array.from({ length: 20 }, (_, n) => calls.insertOne({ uniqueid: 'x', n }))
    const results = await Promise.allSettled(inserts)
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1)
    expect(await calls.countDocuments()).toBe(1)
  })
})

describe('other indexes', () => {
  it('are listed with their keys and options, and are made once however often they are asked for', async () => {
    const calls = subject.collection()
    await addIndex(calls, { phones: 1 })
    await addIndex(calls, { phones: 1 })
    await addIndex(calls, { queue: 1, at: -1 }, { name: 'byQueue' })
    const list = await indexesOf(calls)
    expect(list.map((index) => [index.name as string, index.key as Document])).toEqual([
      ['_id_', { _id: 1 }],
      ['phones_1', { phones: 1 }],
      ['byQueue', { queue: 1, at: -1 }],
    ])
  })

  it('are dropped by name', async () => {
    const calls = subject.collection()
    await addIndex(calls, { a: 1 })
    await calls.dropIndex('a_1')
    expect((await indexesOf(calls)).map((index) => index.name as string)).toEqual(['_id_'])
  })

  it('refuse another index of the same name (code 86)', async () => {
    const calls = subject.collection()
    await addIndex(calls, { a: 1 }, { name: 'x' })
    expect((await serverError(addIndex(calls, { b: 1 }, { name: 'x' }))).code).toBe(86)
  })

  it('keep the time to live that they were given, and take another', async () => {
    const sessions = subject.collection()
    await addIndex(sessions, { expires: 1 }, { expireAfterSeconds: 0 })
    const lifetime = async () => (await indexesOf(sessions))[1]?.expireAfterSeconds as unknown
    expect(await lifetime()).toBe(0)
    const index = { keyPattern: { expires: 1 }, expireAfterSeconds: 3600 }
    await subject.database.command({ collMod: sessions.collectionName, index })
    expect(await lifetime()).toBe(3600)
  })

  it('find whole words in text, the best match first', async () => {
    const cards = subject.collection()
    await addIndex(cards, { name: 'text', company: 'text' })
    await cards.insertMany([
      { _id: 1 as never, name: 'Ada Stone', company: 'Stone Bakery' },
      { _id: 2 as never, name: 'Bob Wall', company: 'Stone Works' },
      { _id: 3 as never, name: 'Eve Reed', company: 'Reed Ltd' },
    ])
    const score = { $meta: 'textScore' }
    const found = await cards
      .find({ $text: { $search: 'stone' } }, { projection: { score } })
      .sort({ score })
      .toArray()
    expect(idsOf(found)).toEqual([1, 2])
  })
})

describe('time to live', () => {
  it(
    'removes what is past its time, within two minutes, and nothing else',
    { timeout: 150_000 },
    async () => {
      const sessions = subject.collection()
      await addIndex(sessions, { expires: 1 }, { expireAfterSeconds: 0 })
      await sessions.insertMany([
        { _id: 1 as never, expires: new Date(Date.now() - 60_000) },
        { _id: 2 as never, expires: new Date(Date.now() + 3_600_000) },
        { _id: 3 as never },
      ])
      await expect.poll(() => sessions.countDocuments(), { timeout: 140_000, interval: 1_000 }).toBe(2)
      expect(idsOf(await sessions.find().sort({ _id: 1 }).toArray())).toEqual([2, 3])
    },
  )
})
