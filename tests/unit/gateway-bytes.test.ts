import {
  Binary,
  Code,
  Decimal128,
  deserialize,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  serialize,
  Timestamp,
  type Document,
} from 'bson'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  arrayField,
  checkDocument,
  documentFrom,
  fieldsOf,
  MalformedMessage,
  stringOf,
} from '../../lab/database/gateway/bytes.ts'

const bson = (document: Document) => Buffer.from(serialize(document))
const check = (bytes: Buffer) => checkDocument(bytes, 0, bytes.length)

/** One value of every type that BSON has and the library writes. */
const everyType: Document = {
  double: 0.5,
  text: 'a\0b',
  document: { a: { b: {} } },
  array: [1, [2]],
  binary: new Binary(Buffer.from([1, 2, 3])),
  id: new ObjectId(),
  boolean: true,
  date: new Date(0),
  nothing: null,
  expression: /a.b/i,
  code: new Code('x'),
  codeWithScope: new Code('x', { y: 1 }),
  int32: 1,
  timestamp: Timestamp.fromBits(1, 2),
  int64: Long.fromNumber(2 ** 40),
  decimal: Decimal128.fromString('1.5'),
  least: new MinKey(),
  greatest: new MaxKey(),
}

describe('checking a document', () => {
  it('accepts every type, and gives the place after its end', () => {
    const bytes = bson(everyType)
    expect(check(bytes)).toBe(bytes.length)
    expect(
      checkDocument(Buffer.concat([Buffer.from('..'), bytes, Buffer.from('..')]), 2, bytes.length + 2),
    ).toBe(bytes.length + 2)
  })

  it('accepts whatever the library writes', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.string().filter((name) => !name.includes('\0')),
          fc.jsonValue(),
        ),
        (document) => {
          const bytes = bson(document)
          expect(check(bytes)).toBe(bytes.length)
        },
      ),
    )
  })

  it('refuses one that is cut, longer than it says, without its end, or of an unknown type', () => {
    const bytes = bson({ a: 'text' })
    expect(() => checkDocument(bytes, 0, bytes.length - 1)).toThrow(MalformedMessage)
    for (const [place, value] of [
      [0, 200], // the document's length
      [4, 0x42], // the type
      [7, 100], // the text's length
      [bytes.length - 1, 1], // the last byte
    ] as const) {
      const broken = Buffer.from(bytes)
      broken[place] = value
      expect(() => check(broken)).toThrow(MalformedMessage)
    }
  })

  it('refuses documents nested without end', () => {
    let document: Document = {}
    for (let depth = 0; depth < 300; depth++) document = { a: document }
    expect(() => check(bson(document))).toThrow(MalformedMessage)
  })
})

describe('taking documents apart and making them', () => {
  it('gives a document’s own fields, each as the bytes that it is', () => {
    const bytes = bson(everyType)
    const fields = fieldsOf(bytes)
    expect(fields.map((field) => field.name)).toEqual(Object.keys(everyType))
    const remade = documentFrom(fields.map((field) => bytes.subarray(field.start, field.end)))
    expect(remade.equals(bytes)).toBe(true)
  })

  it('reads the text of a text field alone', () => {
    const bytes = bson({ find: 'люди', limit: 1 })
    const [find, limit] = fieldsOf(bytes)
    expect(stringOf(bytes, find)).toBe('люди')
    expect(stringOf(bytes, limit)).toBeUndefined()
    expect(stringOf(bytes, undefined)).toBeUndefined()
  })

  it('makes an array of documents', () => {
    const documents = Array.from({ length: 12 }, (_, n) => ({ n }))
    const made = documentFrom([arrayField('list', documents.map(bson))])
    expect(check(made)).toBe(made.length)
    expect(deserialize(made)).toEqual({ list: documents })
  })
})
