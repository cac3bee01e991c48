import { describe, expect, it } from 'vitest'
import { connectSubject, idsOf, MongoBulkWriteError, ObjectId, serverError } from './support.ts'

const subject = connectSubject('crud')

describe('insert', () => {
  it('gives a document without _id an ObjectId, and stores the fields in their order', async () => {
    const people = subject.collection()
    const { insertedId } = await people.insertOne({ name: 'Ada', tier: 'gold' })
    expect(insertedId).toBeInstanceOf(ObjectId)
    const found = await people.findOne({ name: 'Ada' })
    expect(Object.keys(found ?? {})).toEqual(['_id', 'name', 'tier'])
  })

  it('stops an ordered insert at the first duplicate _id and keeps what came before', async () => {
    const people = subject.collection()
    await people.insertOne({ _id: 2 as never })
    const many = people.insertMany([{ _id: 1 as never }, { _id: 2 as never }, { _id: 3 as never }])
    const error = await serverError(many)
    expect(error).toBeInstanceOf(MongoBulkWriteError)
    expect(error.code).toBe(11000)
    expect(idsOf(await people.find().sort({ _id: 1 }).toArray())).toEqual([1, 2])
  })

  it('goes on past a duplicate when unordered, and names each failed write by its place', async () => {
    const people = subject.collection()
    const documents = [1, 1, 2, 2, 3].map((_id) => ({ _id: _id as never }))
    const error = await serverError(people.insertMany(documents, { ordered: false }))
    expect(error).toBeInstanceOf(MongoBulkWriteError)
    if (!(error instanceof MongoBulkWriteError)) return
    expect([error.writeErrors].flat().map((write) => [write.index, write.code])).toEqual([
      [1, 11000],
      [3, 11000],
    ])
    expect(error.result.insertedCount).toBe(3)
    expect(await people.countDocuments()).toBe(3)
  })
})

describe('update', () => {
  it('tells matched from modified', async () => {
    const people = subject.collection()
    await people.insertMany([{ tier: 'gold' }, { tier: 'silver' }])
    const result = await people.updateMany({}, { $set: { tier: 'gold' } })
    expect(result).toMatchObject({ matchedCount: 2, modifiedCount: 1, upsertedCount: 0 })
  })

  it('changes one document with updateOne although several match', async () => {
    const people = subject.collection()
    await people.insertMany([{ n: 1 }, { n: 1 }])
    await people.updateOne({ n: 1 }, { $set: { n: 2 } })
    expect(await people.countDocuments({ n: 2 })).toBe(1)
  })

  it('upserts: the equality of the query and $setOnInsert make the new document, once', async () => {
    const people = subject.collection()
    const change = { $set: { seen: 5 }, $setOnInsert: { first: true } }
    const made = await people.updateOne({ phone: '+12025550101' }, change, { upsert: true })
    expect(made).toMatchObject({ matchedCount: 0, upsertedCount: 1 })
    expect(made.upsertedId).toBeInstanceOf(ObjectId)
    const again = await people.updateOne(
      { phone: '+12025550101' },
      { $set: { seen: 6 }, $setOnInsert: { first: false } },
      { upsert: true },
    )
    expect(again).toMatchObject({ matchedCount: 1, modifiedCount: 1, upsertedCount: 0 })
    expect(await people.find({}, { projection: { _id: 0 } }).toArray()).toEqual([
      { phone: '+12025550101', seen: 6, first: true },
    ])
  })

  it('replaces all but the _id', async () => {
    const people = subject.collection()
    await people.insertOne({ _id: 1 as never, a: 1, b: 2 })
    await people.replaceOne({ _id: 1 as never }, { c: 3 })
    expect(await people.findOne({})).toEqual({ _id: 1, c: 3 })
  })

  it('refuses to change an _id (code 66)', async () => {
    const people = subject.collection()
    await people.insertOne({ _id: 1 as never })
    expect((await serverError(people.updateOne({}, { $set: { _id: 2 } as never }))).code).toBe(66)
  })

  it('adds up 200 increments that run at once', async () => {
    const counters = subject.collection()
    await counters.insertOne({ _id: 'calls' as never, n: 0 })
    const increments = Array.from({ length: 200 }, () => counters.updateOne({}, { $inc: { n: 1 } }))
    await Promise.all(increments)
    expect(await counters.findOne({})).toEqual({ _id: 'calls', n: 200 })
  })

  it('lets one of 50 that claim the same document at once have it', async () => {
    const leases = subject.collection()
    await leases.insertOne({ _id: 'pbx' as never, owner: null })
    const claims = Array.from({ length: 50 }, (_, node) =>
      leases.updateOne({ _id: 'pbx' as never, owner: null }, { $set: { owner: node } }),
    )
    const won = (await Promise.all(claims)).filter((claim) => claim.modifiedCount === 1)
    expect(won).toHaveLength(1)
  })
})

describe('delete', () => {
  it('removes one or all that match, and says how many', async () => {
    const people = subject.collection()
    await people.insertMany([{ n: 1 }, { n: 1 }, { n: 1 }, { n: 2 }])
    expect(await people.deleteOne({ n: 1 })).toMatchObject({ deletedCount: 1 })
    expect(await people.deleteMany({ n: 1 })).toMatchObject({ deletedCount: 2 })
    expect(await people.deleteMany({ n: 9 })).toMatchObject({ deletedCount: 0 })
    expect(await people.countDocuments()).toBe(1)
  })
})

describe('bulkWrite', () => {
  it('does mixed writes in their order and counts them by kind', async () => {
    const people = subject.collection()
    const result = await people.bulkWrite([
      { insertOne: { document: { _id: 1 as never, n: 1 } } },
      { updateOne: { filter: { _id: 1 as never }, update: { $inc: { n: 1 } } } },
      { replaceOne: { filter: { _id: 2 as never }, replacement: { n: 9 }, upsert: true } },
      { updateMany: { filter: {}, update: { $set: { seen: true } } } },
      { deleteOne: { filter: { n: 9 } } },
    ])
    expect(result).toMatchObject({ insertedCount: 1, matchedCount: 3, upsertedCount: 1, deletedCount: 1 })
    expect(await people.find().toArray()).toEqual([{ _id: 1, n: 2, seen: true }])
  })

  it('does what it can when unordered', async () => {
    const people = subject.collection()
    await people.insertOne({ _id: 1 as never })
    const writes = people.bulkWrite(
      [
        { insertOne: { document: { _id: 1 as never } } },
        { insertOne: { document: { _id: 2 as never } } },
        { updateOne: { filter: { _id: 1 as never }, update: { $set: { done: true } } } },
      ],
      { ordered: false },
    )
    expect((await serverError(writes)).code).toBe(11000)
    expect(await people.find().sort({ _id: 1 }).toArray()).toEqual([{ _id: 1, done: true }, { _id: 2 }])
  })
})

describe('findAndModify', () => {
  it('gives the document as it was, or as it is, and null when none matched', async () => {
    const jobs = subject.collection()
    await jobs.insertOne({ _id: 1 as never, state: 'due' })
    expect(await jobs.findOneAndUpdate({ state: 'due' }, { $set: { state: 'taken' } })).toEqual({
      _id: 1,
      state: 'due',
    })
    const after = await jobs.findOneAndUpdate({}, { $set: { state: 'done' } }, { returnDocument: 'after' })
    expect(after).toEqual({ _id: 1, state: 'done' })
    expect(await jobs.findOneAndUpdate({ state: 'due' }, { $set: { state: 'taken' } })).toBeNull()
  })

  it('takes the first by the given order, with the asked fields alone', async () => {
    const jobs = subject.collection()
    await jobs.insertMany([
      { _id: 1 as never, at: 3 },
      { _id: 2 as never, at: 1 },
      { _id: 3 as never, at: 2 },
    ])
    const taken = await jobs.findOneAndDelete({}, { sort: { at: 1 }, projection: { at: 0 } })
    expect(taken).toEqual({ _id: 2 })
    expect(await jobs.countDocuments()).toBe(2)
  })

  it('upserts and gives the new document', async () => {
    const counters = subject.collection()
    const next = () =>
      counters.findOneAndUpdate(
        { _id: 'case' as never },
        { $inc: { n: 1 } },
        { upsert: true, returnDocument: 'after' },
      )
    expect(await next()).toEqual({ _id: 'case', n: 1 })
    expect(await next()).toEqual({ _id: 'case', n: 2 })
  })

  it('gives each of 40 takers at once a job of its own', async () => {
    const jobs = subject.collection()
    await jobs.insertMany(Array.from({ length: 40 }, (_, n) => ({ n, taken: false })))
    const take = () => jobs.findOneAndUpdate({ taken: false }, { $set: { taken: true } })
    const taken = await Promise.all(Array.from({ length: 40 }, take))
    // Two that meet at one document: the loser may look again (as here) or find none; never is one given twice.
    const numbers = taken.flatMap((job) => (job ? [job.n as number] : []))
    expect(new Set(numbers).size).toBe(numbers.length)
    expect(await jobs.countDocuments({ taken: true })).toBe(numbers.length)
  })
})
