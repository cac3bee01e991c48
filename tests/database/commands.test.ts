import { describe, expect, it } from 'vitest'
import { connectSubject, serverError } from './support.ts'

const subject = connectSubject('commands')

describe('commands about the server', () => {
  it('ping answers; buildInfo tells a version of 6 or newer', async () => {
    expect(await subject.database.command({ ping: 1 })).toMatchObject({ ok: 1 })
    const { versionArray } = await subject.database.command({ buildInfo: 1 })
    expect((versionArray as number[])[0]).toBeGreaterThanOrEqual(6)
  })

  it('one that does not exist is refused (code 59)', async () => {
    const error = await serverError(subject.database.command({ makeCoffee: 1 }))
    expect([error.code, error.codeName]).toEqual([59, 'CommandNotFound'])
  })
})

describe('collections and databases', () => {
  it('a collection appears with its first document, is listed, and goes with drop', async () => {
    const calls = subject.collection()
    const names = async () => (await subject.database.listCollections().toArray()).map(({ name }) => name)
    expect(await names()).not.toContain(calls.collectionName)
    await calls.insertOne({})
    expect(await names()).toContain(calls.collectionName)
    await calls.drop()
    expect(await names()).not.toContain(calls.collectionName)
  })

  it('create makes an empty collection; a second one of the name is no error if it is the same', async () => {
    const name = subject.collection().collectionName
    await subject.database.command({ create: name })
    expect(await subject.database.listCollections({ name }).toArray()).toHaveLength(1)
    await subject.database.command({ create: name })
  })

  it('databases keep apart, and are listed and dropped', async () => {
    const other = subject.client.db('ringcard-conformance-other')
    await other.collection('x').insertOne({ _id: 1 as never })
    expect(await subject.database.collection('x').countDocuments()).toBe(0)
    const listed = async () =>
      (await subject.client.db().admin().listDatabases()).databases.map(({ name }) => name)
    expect(await listed()).toContain('ringcard-conformance-other')
    await other.dropDatabase()
    expect(await other.collection('x').countDocuments()).toBe(0)
    expect(await listed()).not.toContain('ringcard-conformance-other')
  })

  it('estimatedDocumentCount and statistics of a collection answer', async () => {
    const calls = subject.collection()
    await calls.insertMany([{}, {}, {}])
    // An estimate: that it is one is all that is relied on.
    expect(await calls.estimatedDocumentCount()).toBeGreaterThanOrEqual(0)
  })
})

describe('time limits', () => {
  it('a query past its maxTimeMS is given up (code 50)', async () => {
    const many = subject.collection()
    await many.insertMany(Array.from({ length: 3_000 }, (_, n) => ({ n, text: `${n}`.repeat(20) })))
    // given nine million pairs to be looked at
    const all = { $lookup: { from: many.collectionName, pipeline: [], as: 'all' } }
    const slow = [all, { $unwind: '$all' }, { $group: { _id: '$all.text', n: { $sum: 1 } } }]
    expect((await serverError(many.aggregate(slow, { maxTimeMS: 20 }).toArray())).code).toBe(50)
  })
})
