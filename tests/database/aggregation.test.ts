import { beforeAll, describe, expect, it } from 'vitest'
import { connectSubject, Decimal128, type Collection, type Document } from './support.ts'

const subject = connectSubject('aggregation')

describe('aggregation', () => {
  let calls: Collection
  const run = (...pipeline: Document[]) => calls.aggregate(pipeline).toArray()

  beforeAll(async () => {
    // given five calls of two queues on two days
    calls = subject.collection()
    const rows: [number, string, number, string][] = [
      [1, 'sales', 10, '2026-03-01T09:10:00Z'],
      [2, 'sales', 20, '2026-03-01T09:50:00Z'],
      [3, 'support', 30, '2026-03-01T10:05:00Z'],
      [4, 'support', 40, '2026-03-02T10:06:00Z'],
      [5, 'support', 50, '2026-03-02T23:59:59Z'],
    ]
    await calls.insertMany(
      rows.map(([_id, queue, wait, at]) => ({
        _id: _id as never,
        queue,
        wait,
        at: new Date(at),
        legs: [{ agent: `a${_id % 2}` }],
      })),
    )
  })

  it('$match, $group with its sums, $sort', async () => {
    const figures = {
      n: { $sum: 1 },
      total: { $sum: '$wait' },
      mean: { $avg: '$wait' },
      least: { $min: '$wait' },
      most: { $max: '$wait' },
    }
    expect(
      await run(
        { $match: { wait: { $gte: 20 } } },
        { $group: { _id: '$queue', ...figures } },
        { $sort: { _id: 1 } },
      ),
    ).toEqual([
      { _id: 'sales', n: 1, total: 20, mean: 20, least: 20, most: 20 },
      { _id: 'support', n: 3, total: 120, mean: 40, least: 30, most: 50 },
    ])
  })

  it('$group collects, counts by condition, and takes first and last in order', async () => {
    const group = {
      _id: null,
      long: { $sum: { $cond: [{ $gt: ['$wait', 25] }, 1, 0] } },
      first: { $first: '$_id' },
      last: { $last: '$_id' },
      all: { $push: '$wait' },
      queues: { $addToSet: '$queue' },
    }
    const [row] = await run(
      { $sort: { _id: 1 } },
      { $group: group },
      { $set: { queues: { $sortArray: { input: '$queues', sortBy: 1 } } } },
    )
    expect(row).toEqual({
      _id: null,
      long: 3,
      first: 1,
      last: 5,
      all: [10, 20, 30, 40, 50],
      queues: ['sales', 'support'],
    })
  })

  it('$project, $set and $unset make and take away fields', async () => {
    const project = { $project: { minutes: { $divide: ['$wait', 60] }, name: { $concat: ['q:', '$queue'] } } }
    expect(await run({ $match: { _id: 3 } }, project)).toEqual([{ _id: 3, minutes: 0.5, name: 'q:support' }])
    expect(
      await run(
        { $match: { _id: 1 } },
        { $set: { wait: { $add: ['$wait', 1] } } },
        { $unset: ['at', 'legs'] },
      ),
    ).toEqual([{ _id: 1, queue: 'sales', wait: 11 }])
  })

  it('$skip and $limit', async () => {
    expect(await run({ $sort: { _id: 1 } }, { $skip: 1 }, { $limit: 2 }, { $project: { _id: 1 } })).toEqual([
      { _id: 2 },
      { _id: 3 },
    ])
  })

  it('$dateTrunc groups by hour and day, in a time zone', async () => {
    const by = (unit: string, timezone: string) => [
      { $group: { _id: { $dateTrunc: { date: '$at', unit, timezone } }, n: { $sum: 1 } } },
      { $sort: { _id: 1 } },
    ]
    expect(await run(...by('hour', 'UTC'))).toEqual([
      { _id: new Date('2026-03-01T09:00:00Z'), n: 2 },
      { _id: new Date('2026-03-01T10:00:00Z'), n: 1 },
      { _id: new Date('2026-03-02T10:00:00Z'), n: 1 },
      { _id: new Date('2026-03-02T23:00:00Z'), n: 1 },
    ])
    expect(await run(...by('day', 'Europe/Kyiv'))).toEqual([
      { _id: new Date('2026-02-28T22:00:00Z'), n: 3 },
      { _id: new Date('2026-03-01T22:00:00Z'), n: 1 },
      { _id: new Date('2026-03-02T22:00:00Z'), n: 1 },
    ])
  })

  it('$dateToString, $dateDiff and date parts', async () => {
    const project = {
      day: { $dateToString: { date: '$at', format: '%Y-%m-%d' } },
      hour: { $hour: '$at' },
      since: { $dateDiff: { startDate: new Date('2026-03-01T00:00:00Z'), endDate: '$at', unit: 'hour' } },
    }
    expect(await run({ $match: { _id: 4 } }, { $project: project })).toEqual([
      { _id: 4, day: '2026-03-02', hour: 10, since: 34 },
    ])
  })

  it('$percentile gives approximate percentiles that lie among the values', async () => {
    const [row] = await run({
      $group: { _id: null, p: { $percentile: { input: '$wait', p: [0.5, 0.9], method: 'approximate' } } },
    })
    expect(row?.p).toEqual([30, 50])
  })

  it('$facet asks several questions of the same documents', async () => {
    const [row] = await run({
      $facet: {
        n: [{ $group: { _id: null, n: { $sum: 1 } } }],
        longest: [{ $sort: { wait: -1 } }, { $limit: 1 }, { $project: { _id: 1 } }],
      },
    })
    expect(row).toEqual({ n: [{ _id: null, n: 5 }], longest: [{ _id: 5 }] })
  })

  it('$unwind opens arrays; empty ones go, or stay when asked', async () => {
    const notes = subject.collection()
    await notes.insertMany([
      { _id: 1 as never, n: [1, 2] },
      { _id: 2 as never, n: [] },
    ])
    expect(await notes.aggregate([{ $unwind: '$n' }, { $sort: { _id: 1, n: 1 } }]).toArray()).toEqual([
      { _id: 1, n: 1 },
      { _id: 1, n: 2 },
    ])
    const keep = { $unwind: { path: '$n', preserveNullAndEmptyArrays: true } }
    expect(await notes.aggregate([keep, { $match: { _id: 2 } }]).toArray()).toEqual([{ _id: 2 }])
  })

  it('$lookup joins by field and by pipeline', async () => {
    const queues = subject.collection()
    await queues.insertMany([
      { _id: 'sales' as never, target: 15 },
      { _id: 'support' as never, target: 35 },
    ])
    const from = queues.collectionName
    const plain = { $lookup: { from, localField: 'queue', foreignField: '_id', as: 'q' } }
    expect(await run({ $match: { _id: 1 } }, plain, { $project: { q: 1 } })).toEqual([
      { _id: 1, q: [{ _id: 'sales', target: 15 }] },
    ])
    const within = {
      $lookup: {
        from,
        let: { q: '$queue', w: '$wait' },
        pipeline: [
          { $match: { $expr: { $and: [{ $eq: ['$_id', '$$q'] }, { $lte: ['$$w', '$target'] }] } } },
          { $project: { target: 1 } },
        ],
        as: 'met',
      },
    }
    expect(
      await run(within, { $match: { met: { $ne: [] } } }, { $sort: { _id: 1 } }, { $project: { _id: 1 } }),
    ).toEqual([{ _id: 1 }, { _id: 3 }])
  })

  it('$merge writes results into another collection, again and again', async () => {
    const days = subject.collection()
    const into = { into: days.collectionName, on: '_id', whenMatched: 'replace', whenNotMatched: 'insert' }
    const pipeline = [{ $group: { _id: '$queue', n: { $sum: 1 } } }, { $merge: into }]
    await run(...pipeline)
    await run(...pipeline)
    expect(await days.find().sort({ _id: 1 }).toArray()).toEqual([
      { _id: 'sales', n: 2 },
      { _id: 'support', n: 3 },
    ])
  })

  it('$map, $filter, $reduce and $arrayElemAt work on arrays', async () => {
    const lists = subject.collection()
    await lists.insertOne({ _id: 1 as never, n: [1, 2, 3, 4] })
    const project = {
      double: { $map: { input: '$n', as: 'x', in: { $multiply: ['$$x', 2] } } },
      even: { $filter: { input: '$n', as: 'x', cond: { $eq: [{ $mod: ['$$x', 2] }, 0] } } },
      sum: { $reduce: { input: '$n', initialValue: 0, in: { $add: ['$$value', '$$this'] } } },
      last: { $arrayElemAt: ['$n', -1] },
      size: { $size: '$n' },
    }
    expect(await lists.aggregate([{ $project: project }]).toArray()).toEqual([
      { _id: 1, double: [2, 4, 6, 8], even: [2, 4], sum: 10, last: 4, size: 4 },
    ])
  })

  it('$ifNull and $switch choose', async () => {
    const branches = [
      { case: { $lt: ['$wait', 20] }, then: 'short' },
      { case: { $lt: ['$wait', 40] }, then: 'middling' },
    ]
    const project = {
      length: { $switch: { branches, default: 'long' } },
      note: { $ifNull: ['$note', 'none'] },
    }
    const rows = await run({ $sort: { _id: 1 } }, { $project: project })
    expect(rows.map((row) => row.length as unknown)).toEqual([
      'short',
      'middling',
      'middling',
      'long',
      'long',
    ])
    expect(rows[0]?.note).toBe('none')
  })

  it('sums decimals without loss', async () => {
    const sums = subject.collection()
    await sums.insertMany(['0.10', '0.20'].map((text) => ({ sum: Decimal128.fromString(text) })))
    const [row] = await sums.aggregate([{ $group: { _id: null, total: { $sum: '$sum' } } }]).toArray()
    expect(String(row?.total)).toBe('0.30')
  })

  it('finds nothing in a collection that does not exist', async () => {
    expect(
      await subject
        .collection()
        .aggregate([{ $match: {} }])
        .toArray(),
    ).toEqual([])
  })
})
