import { describe, expect, it } from 'vitest'
import { connectSubject, serverError, type Document } from './support.ts'

const subject = connectSubject('updates')

/** What becomes of a document by an update. */
async function changed(
  before: Document,
  update: Document | Document[],
  options: Document = {},
): Promise<Document> {
  const collection = subject.collection()
  await collection.insertOne({ _id: 1 as never, ...before })
  await collection.updateOne({}, update, options)
  return (await collection.findOne({}, { projection: { _id: 0 } })) ?? {}
}

describe('field operators', () => {
  it('$set makes the documents on the way; $unset removes the field', async () => {
    expect(await changed({ a: 1 }, { $set: { 'b.c': 2 } })).toEqual({ a: 1, b: { c: 2 } })
    expect(await changed({ a: 1, b: 2 }, { $unset: { b: '' } })).toEqual({ a: 1 })
  })

  it('$inc, $mul, $min and $max work on what is there, or start from nothing', async () => {
    expect(await changed({ n: 5 }, { $inc: { n: -2, fresh: 3 } })).toEqual({ n: 3, fresh: 3 })
    expect(await changed({ n: 5 }, { $mul: { n: 2, fresh: 3 } })).toEqual({ n: 10, fresh: 0 })
    expect(await changed({ low: 5, high: 5 }, { $min: { low: 3 }, $max: { high: 3 } })).toEqual({
      low: 3,
      high: 5,
    })
  })

  it('$inc refuses text (code 14)', async () => {
    expect((await serverError(changed({ n: 'x' }, { $inc: { n: 1 } }))).code).toBe(14)
  })

  it('$rename moves a value; $currentDate sets a date', async () => {
    expect(await changed({ a: 1 }, { $rename: { a: 'b' } })).toEqual({ b: 1 })
    expect((await changed({}, { $currentDate: { at: true } })).at).toBeInstanceOf(Date)
  })

  it('two operators on one field are refused (code 40)', async () => {
    expect((await serverError(changed({ a: 1 }, { $set: { a: 2 }, $inc: { a: 1 } }))).code).toBe(40)
  })
})

describe('array operators', () => {
  it('$push appends; $each, $position, $sort and $slice shape what stays', async () => {
    expect(await changed({}, { $push: { notes: 'a' } })).toEqual({ notes: ['a'] })
    expect(await changed({ n: [3] }, { $push: { n: { $each: [1, 2], $position: 0 } } })).toEqual({
      n: [1, 2, 3],
    })
    expect(await changed({ n: [3, 1] }, { $push: { n: { $each: [2], $sort: 1, $slice: -2 } } })).toEqual({
      n: [2, 3],
    })
  })

  it('$addToSet adds what is not there yet', async () => {
    expect(await changed({ tags: ['a'] }, { $addToSet: { tags: { $each: ['a', 'b', 'b'] } } })).toEqual({
      tags: ['a', 'b'],
    })
  })

  it('$pull removes by value or condition, $pullAll by list, $pop at an end', async () => {
    expect(await changed({ n: [1, 2, 3, 2] }, { $pull: { n: 2 } })).toEqual({ n: [1, 3] })
    expect(await changed({ d: [{ k: 1 }, { k: 2 }] }, { $pull: { d: { k: { $gte: 2 } } } })).toEqual({
      d: [{ k: 1 }],
    })
    expect(await changed({ n: [1, 2, 3] }, { $pullAll: { n: [1, 3] } })).toEqual({ n: [2] })
    expect(await changed({ n: [1, 2, 3] }, { $pop: { n: -1 } })).toEqual({ n: [2, 3] })
  })

  it('$ changes the element that the query found', async () => {
    const collection = subject.collection()
    await collection.insertOne({ phones: [{ e164: '1' }, { e164: '2' }] })
    await collection.updateOne({ 'phones.e164': '2' }, { $set: { 'phones.$.label': 'home' } })
    const found = await collection.findOne({}, { projection: { _id: 0 } })
    expect(found).toEqual({ phones: [{ e164: '1' }, { e164: '2', label: 'home' }] })
  })

  it('$[] changes all elements, $[name] those of the array filter', async () => {
    expect(await changed({ n: [1, 2] }, { $inc: { 'n.$[]': 10 } })).toEqual({ n: [11, 12] })
    const options = { arrayFilters: [{ 'p.paid': false }] }
    const before = {
      promises: [
        { sum: 1, paid: false },
        { sum: 2, paid: true },
      ],
    }
    expect(await changed(before, { $set: { 'promises.$[p].broken': true } }, options)).toEqual({
      promises: [
        { sum: 1, paid: false, broken: true },
        { sum: 2, paid: true },
      ],
    })
  })

  it('sets an element by its place', async () => {
    expect(await changed({ n: [1, 2, 3] }, { $set: { 'n.1': 9 } })).toEqual({ n: [1, 9, 3] })
  })
})

describe('update by pipeline', () => {
  it('computes new values from old ones', async () => {
    const after = await changed({ a: 2, b: 3 }, [{ $set: { sum: { $add: ['$a', '$b'] } } }, { $unset: 'a' }])
    expect(after).toEqual({ b: 3, sum: 5 })
  })
})
