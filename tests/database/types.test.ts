import { describe, expect, it } from 'vitest'
import { connectSubject, Decimal128, idsOf, Int32, Long, ObjectId } from './support.ts'

const subject = connectSubject('types')

/** What is read back of a value, without the driver making plain numbers of it. */
async function stored(value: unknown): Promise<unknown> {
  const collection = subject.collection()
  await collection.insertOne({ value })
  const found = await collection.findOne({}, { promoteValues: false, promoteLongs: false })
  return found?.value as unknown
}

describe('values come back as they were written', () => {
  it('dates, to the millisecond, before 1970 and far ahead', async () => {
    for (const text of ['2026-03-01T09:10:11.123Z', '1899-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z']) {
      expect(await stored(new Date(text))).toEqual(new Date(text))
    }
  })

  it('numbers of each kind', async () => {
    expect(String(await stored(Long.fromString('9223372036854775807')))).toBe('9223372036854775807')
    expect(await stored(new Int32(-7))).toEqual(new Int32(-7))
    expect(String(await stored(Decimal128.fromString('1234567890.123456789')))).toBe('1234567890.123456789')
    expect(Number(await stored(0.1))).toBe(0.1)
    expect(Number(await stored(Number.MAX_SAFE_INTEGER))).toBe(Number.MAX_SAFE_INTEGER)
  })

  it('ids, bytes, booleans and null', async () => {
    const id = new ObjectId()
    expect(String(await stored(id))).toBe(id.toHexString())
    const bytes = (await stored(Buffer.from([0, 1, 255]))) as { buffer: Uint8Array }
    expect([...bytes.buffer.subarray(0, 3)]).toEqual([0, 1, 255])
    expect(await stored(true)).toBe(true)
    expect(await stored(null)).toBeNull()
  })

  it('text of every script, empty text, and text with a zero character', async () => {
    for (const text of ['Олена Ковальчук', '陳大文', '👩‍👧 "quoted" <b>\r\n', '', 'a\0b'])
      expect(await stored(text)).toBe(text)
  })

  it('documents in documents, arrays in arrays', async () => {
    const value = { a: [{ b: [[1], []] }], c: { d: {} } }
    const collection = subject.collection()
    await collection.insertOne({ value })
    expect((await collection.findOne({}))?.value).toEqual(value)
  })

  it('a document of 4 MB', async () => {
    const collection = subject.collection()
    const text = 'ж'.repeat(2_000_000)
    await collection.insertOne({ text })
    expect(((await collection.findOne({}))?.text as string).length).toBe(2_000_000)
  })
})

describe('comparison', () => {
  it('numbers of different kinds are equal by value', async () => {
    const collection = subject.collection()
    await collection.insertMany([
      { n: new Int32(5) },
      { n: Long.fromNumber(5) },
      { n: 5.0 },
      { n: Decimal128.fromString('5') },
    ])
    expect(await collection.countDocuments({ n: 5 })).toBe(4)
  })

  it('the order between kinds is: null, numbers, text, documents, arrays’ least element, ids, booleans, dates', async () => {
    const collection = subject.collection()
    const values: unknown[] = [null, 1, 'text', { a: 1 }, new ObjectId(), false, new Date(0)]
    await collection.insertMany(values.map((v, place) => ({ _id: place as never, v })).reverse())
    expect(idsOf(await collection.find().sort({ v: 1 }).toArray())).toEqual([0, 1, 2, 3, 4, 5, 6])
  })

  it('dates are found by range', async () => {
    const collection = subject.collection()
    await collection.insertMany(
      [1, 2, 3].map((day) => ({ _id: day as never, at: new Date(Date.UTC(2026, 2, day)) })),
    )
    const range = { $gte: new Date('2026-03-02T00:00:00Z'), $lt: new Date('2026-03-03T00:00:00Z') }
    expect(idsOf(await collection.find({ at: range }).toArray())).toEqual([2])
  })
})
