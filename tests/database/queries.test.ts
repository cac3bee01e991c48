import { beforeAll, describe, expect, it } from 'vitest'
import { connectSubject, idsOf, serverError, type Collection, type Document } from './support.ts'

const subject = connectSubject('queries')

describe('filters', () => {
  let people: Collection
  const ids = async (filter: Document) => idsOf(await people.find(filter).sort({ _id: 1 }).toArray())

  beforeAll(async () => {
    // given people with a field that is there, null, missing, or an array
    people = subject.collection()
    await people.insertMany([
      {
        _id: 1 as never,
        name: 'Anna',
        age: 30,
        tags: ['vip', 'ru'],
        phones: [{ e164: '+1', label: 'home' }],
      },
      {
        _id: 2 as never,
        name: 'anton',
        age: 41,
        tags: [],
        phones: [
          { e164: '+2', label: 'work' },
          { e164: '+3', label: 'home' },
        ],
      },
      { _id: 3 as never, name: 'Boris', age: null, tags: ['ru'] },
      { _id: 4 as never, name: 'Борис', tags: 'vip' },
    ])
  })

  it('compares with $eq, $ne, $gt, $gte, $lt, $lte within one type', async () => {
    expect(await ids({ age: 30 })).toEqual([1])
    expect(await ids({ age: { $gt: 30 } })).toEqual([2])
    expect(await ids({ age: { $gte: 30, $lte: 41 } })).toEqual([1, 2])
    expect(await ids({ age: { $lt: 'x' } })).toEqual([])
    expect(await ids({ age: { $ne: 30 } })).toEqual([2, 3, 4])
  })

  it('finds null and missing alike by null; $exists and $type tell them apart', async () => {
    expect(await ids({ age: null })).toEqual([3, 4])
    expect(await ids({ age: { $exists: false } })).toEqual([4])
    expect(await ids({ age: { $exists: true } })).toEqual([1, 2, 3])
    expect(await ids({ age: { $type: 'null' } })).toEqual([3])
    expect(await ids({ tags: { $type: 'array' } })).toEqual([1, 2, 3])
  })

  it('finds an array by one of its elements, by all of it, by its size', async () => {
    expect(await ids({ tags: 'vip' })).toEqual([1, 4])
    expect(await ids({ tags: ['ru'] })).toEqual([3])
    expect(await ids({ tags: { $all: ['ru', 'vip'] } })).toEqual([1])
    expect(await ids({ tags: { $size: 0 } })).toEqual([2])
  })

  it('$in and $nin take values, null and regular expressions', async () => {
    expect(await ids({ name: { $in: ['Anna', /^Бор/] } })).toEqual([1, 4])
    expect(await ids({ age: { $in: [null, 41] } })).toEqual([2, 3, 4])
    expect(await ids({ tags: { $nin: ['vip'] } })).toEqual([2, 3])
  })

  it('$elemMatch wants one element to meet all conditions; dotted paths do not', async () => {
    expect(await ids({ phones: { $elemMatch: { e164: '+2', label: 'home' } } })).toEqual([])
    expect(await ids({ 'phones.e164': '+2', 'phones.label': 'home' })).toEqual([2])
    expect(await ids({ phones: { $elemMatch: { e164: '+3', label: 'home' } } })).toEqual([2])
  })

  it('$and, $or, $nor and $not combine', async () => {
    expect(await ids({ $or: [{ age: 30 }, { name: 'Boris' }] })).toEqual([1, 3])
    expect(await ids({ $and: [{ tags: 'ru' }, { tags: 'vip' }] })).toEqual([1])
    expect(await ids({ $nor: [{ age: 30 }, { name: 'Boris' }] })).toEqual([2, 4])
    expect(await ids({ age: { $not: { $gt: 35 } } })).toEqual([1, 3, 4])
  })

  it('matches a prefix by regular expression, with case or without', async () => {
    expect(await ids({ name: /^An/ })).toEqual([1])
    expect(await ids({ name: /^an/i })).toEqual([1, 2])
    expect(await ids({ name: { $regex: '^Бо' } })).toEqual([4])
    expect(await ids({ name: { $regex: 'БОРИС', $options: 'i' } })).toEqual([4])
  })

  it('takes a caller’s text as text, whatever it looks like', async () => {
    expect(await ids({ name: '$gt' })).toEqual([])
    expect(await ids({ name: { $eq: '{"$ne":null}' } })).toEqual([])
  })

  it('$expr compares two fields', async () => {
    expect(await ids({ $expr: { $gt: ['$age', 35] } })).toEqual([2])
  })

  it('refuses an operator that does not exist (code 2)', async () => {
    expect((await serverError(ids({ age: { $about: 30 } }))).code).toBe(2)
    expect((await serverError(ids({ $about: 30 }))).code).toBe(2)
  })
})

describe('order and shape', () => {
  let calls: Collection
  beforeAll(async () => {
    calls = subject.collection()
    await calls.insertMany(
      [
        [1, 'sales', 3],
        [2, 'support', 1],
        [3, 'sales', 2],
        [4, 'support', null],
        [5, 'sales', 3],
      ].map(([_id, queue, wait]) => ({
        _id: _id as never,
        queue,
        wait,
        times: { start: _id, end: 9 },
      })),
    )
  })

  it('sorts by several fields, each up or down; null comes before numbers', async () => {
    expect(idsOf(await calls.find().sort({ queue: 1, wait: -1, _id: 1 }).toArray())).toEqual([1, 5, 3, 2, 4])
    expect(idsOf(await calls.find().sort({ wait: 1, _id: -1 }).toArray())).toEqual([4, 2, 3, 5, 1])
  })

  it('skips and limits after sorting', async () => {
    expect(idsOf(await calls.find().sort({ _id: -1 }).skip(1).limit(2).toArray())).toEqual([4, 3])
  })

  it('goes on from where a page ended by a compound condition', async () => {
    const after = { $or: [{ wait: { $lt: 3 } }, { wait: 3, _id: { $gt: 1 } }] }
    expect(
      idsOf(
        await calls
          .find(after as Document)
          .sort({ wait: -1, _id: 1 })
          .limit(2)
          .toArray(),
      ),
    ).toEqual([5, 3])
  })

  it('projects fields in and out, nested ones too', async () => {
    const one = (projection: Document) => calls.findOne({ _id: 1 as never }, { projection })
    expect(await one({ queue: 1 })).toEqual({ _id: 1, queue: 'sales' })
    expect(await one({ _id: 0, 'times.start': 1 })).toEqual({ times: { start: 1 } })
    expect(await one({ times: 0, wait: 0 })).toEqual({ _id: 1, queue: 'sales' })
  })

  it('projects a part of an array by $slice and $elemMatch', async () => {
    const notes = subject.collection()
    await notes.insertOne({ _id: 1 as never, list: [{ n: 1 }, { n: 2 }, { n: 3 }] })
    expect(await notes.findOne({}, { projection: { list: { $slice: -1 } } })).toEqual({
      _id: 1,
      list: [{ n: 3 }],
    })
    const second = { list: { $elemMatch: { n: 2 } } }
    expect(await notes.findOne({}, { projection: second })).toEqual({ _id: 1, list: [{ n: 2 }] })
  })

  it('counts with a filter, and lists distinct values, elements of arrays apart', async () => {
    expect(await calls.countDocuments({ queue: 'sales' })).toBe(3)
    expect((await calls.distinct('queue')).sort()).toEqual(['sales', 'support'])
    const tagged = subject.collection()
    await tagged.insertMany([{ tags: ['a', 'b'] }, { tags: ['b'] }, { tags: 'c' }])
    expect((await tagged.distinct('tags')).sort()).toEqual(['a', 'b', 'c'])
  })

  it('finds nothing in a collection that does not exist', async () => {
    const none = subject.collection()
    expect(await none.find().toArray()).toEqual([])
    expect(await none.findOne()).toBeNull()
    expect(await none.countDocuments()).toBe(0)
    expect(await none.distinct('x')).toEqual([])
  })
})
