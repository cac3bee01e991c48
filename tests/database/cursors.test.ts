import { beforeAll, describe, expect, it } from 'vitest'
import { addIndex, connectSubject, serverError, type Collection } from './support.ts'

const subject = connectSubject('cursors')
const COUNT = 20_000

describe('cursors over 20,000 documents', () => {
  let many: Collection
  beforeAll(async () => {
    many = subject.collection()
    await addIndex(many, { even: 1 })
    const documents = Array.from({ length: COUNT }, (_, n) => ({
      _id: n as never,
      n: COUNT - n,
      even: n % 2 === 0,
      text: 'x'.repeat(50),
    }))
    await many.insertMany(documents)
  })

  it('give each document once, page by page', async () => {
    const seen = new Set<unknown>()
    for await (const document of many.find().batchSize(700)) seen.add(document._id)
    expect(seen.size).toBe(COUNT)
  })

  it('give them in the asked order', async () => {
    let last = 0
    for await (const document of many.find().sort({ n: 1 }).batchSize(3000)) {
      expect(document.n).toBe(last + 1)
      last += 1
    }
    expect(last).toBe(COUNT)
  })

  it('page through an indexed filter and an aggregation', async () => {
    let n = 0
    for await (const document of many.find({ even: true }).batchSize(999)) n += document.even === true ? 1 : 0
    expect(n).toBe(COUNT / 2)
    const grouped = many.aggregate([{ $group: { _id: '$n' } }], { batchSize: 1500 })
    expect(await grouped.toArray()).toHaveLength(COUNT)
  })

  it('several at once on few connections do not mix', async () => {
    const totals = await Promise.all(
      [0, 1, 2, 3, 4, 5, 6, 7].map(async (rest) => {
        let sum = 0
        for await (const document of many.find({ n: { $mod: [8, rest] } }).batchSize(300))
          sum += (document.n as number) % 8 === rest ? 1 : 1000000
        return sum
      }),
    )
    expect(totals).toEqual(Array.from({ length: 8 }, () => COUNT / 8))
  })

  it('a first page has 101 documents, unless asked otherwise', async () => {
    const first = await subject.database.command({ find: many.collectionName })
    expect((first.cursor as { firstBatch: unknown[] }).firstBatch).toHaveLength(101)
    const one = await subject.database.command({ find: many.collectionName, limit: 1, singleBatch: true })
    expect((one.cursor as { id: { toString(): string } }).id.toString()).toBe('0')
  })

  it('a killed one is gone (code 43), and the kill says so', async () => {
    const name = many.collectionName
    const options = { promoteLongs: false }
    const opened = await subject.database.command({ find: name, batchSize: 10 }, options)
    const id = (opened.cursor as { id: { toString(): string } }).id
    const page = await subject.database.command({ getMore: id, collection: name, batchSize: 5 }, options)
    expect((page.cursor as { nextBatch: unknown[] }).nextBatch).toHaveLength(5)
    const killed = await subject.database.command({ killCursors: name, cursors: [id] }, options)
    expect(killed).toMatchObject({ cursorsNotFound: [] })
    expect((killed.cursorsKilled as unknown[]).map(String)).toEqual([id.toString()])
    const gone = subject.database.command({ getMore: id, collection: name }, options)
    expect((await serverError(gone)).code).toBe(43)
    const again = await subject.database.command({ killCursors: name, cursors: [id] }, options)
    expect(again).toMatchObject({ cursorsKilled: [] })
  })
})
