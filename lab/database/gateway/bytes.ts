/** Bytes that are no message or no BSON document: the connection they came by cannot be understood any further. */
export class MalformedMessage extends Error {}

/** One field of a document, by its place in the bytes: [start, end) with type and name, [value, end) without. */
export interface Field {
  type: number
  name: string
  start: number
  value: number
  end: number
}

export const bsonType = {
  double: 0x01,
  string: 0x02,
  document: 0x03,
  array: 0x04,
  int32: 0x10,
  int64: 0x12,
} as const

/** MongoDB's own limit for documents within documents. */
const DEPTH_LIMIT = 180

/** Sizes of values that always have the same; the others carry a length or end in a zero byte. */
const FIXED_SIZE: Readonly<Record<number, number>> = {
  0x01: 8, // double
  0x06: 0, // undefined
  0x07: 12, // ObjectId
  0x08: 1, // boolean
  0x09: 8, // date
  0x0a: 0, // null
  0x10: 4, // int32
  0x11: 8, // timestamp
  0x12: 8, // int64
  0x13: 16, // decimal128
  0x7f: 0, // greatest key
  0xff: 0, // least key
}

/**
 * Walks a whole document, the ones inside it too, so that nothing malformed ever reaches the database.
 * @param offset where the document starts; @param limit where it must have ended at the latest.
 * @returns the offset after its last byte. @throws MalformedMessage
 */
export function checkDocument(bytes: Buffer, offset: number, limit: number, depth = 0): number {
  if (depth > DEPTH_LIMIT) throw new MalformedMessage('a document is nested too deep')
  const end = documentEnd(bytes, offset, limit)
  let at = offset + 4
  while (at < end - 1) {
    const type = bytes[at] ?? 0
    at = zeroByte(bytes, at + 1, end) + 1
    at =
      type === bsonType.document || type === bsonType.array
        ? checkDocument(bytes, at, end - 1, depth + 1)
        : skip(bytes, type, at, end - 1, depth)
  }
  if (at !== end - 1) throw new MalformedMessage('a document’s fields overrun its length')
  return end
}

/** The fields of a document that was checked before, not those of the documents inside it. */
export function fieldsOf(bytes: Buffer, offset = 0): Field[] {
  const end = documentEnd(bytes, offset, bytes.length)
  const fields: Field[] = []
  let at = offset + 4
  while (at < end - 1) {
    const start = at
    const nameEnd = zeroByte(bytes, at + 1, end)
    const type = bytes[start] ?? 0
    at =
      type === bsonType.document || type === bsonType.array
        ? nameEnd + 1 + bytes.readInt32LE(nameEnd + 1)
        : skip(bytes, type, nameEnd + 1, end - 1, 0)
    fields.push({
      type,
      name: bytes.toString('utf8', start + 1, nameEnd),
      start,
      value: nameEnd + 1,
      end: at,
    })
  }
  return fields
}

/** The text of a string field of these bytes, or `undefined` if the field is of another type. */
export function stringOf(bytes: Buffer, field: Field | undefined): string | undefined {
  return field?.type === bsonType.string ? bytes.toString('utf8', field.value + 4, field.end - 1) : undefined
}

/** Makes a document of fields that are bytes already, as [type, name, value] lies in other documents. */
export function documentFrom(fields: readonly Buffer[]): Buffer {
  const length = fields.reduce((sum, field) => sum + field.length, 5)
  const head = Buffer.allocUnsafe(4)
  head.writeInt32LE(length)
  return Buffer.concat([head, ...fields, Buffer.alloc(1)], length)
}

/** Makes one array field of whole documents. */
export function arrayField(name: string, documents: readonly Buffer[]): Buffer {
  const items = documents.flatMap((document, index) => [
    fieldHead(bsonType.document, String(index)),
    document,
  ])
  return Buffer.concat([fieldHead(bsonType.array, name), documentFrom(items)])
}

function fieldHead(type: number, name: string): Buffer {
  const head = Buffer.allocUnsafe(Buffer.byteLength(name) + 2)
  head[0] = type
  head.write(name, 1)
  head[head.length - 1] = 0
  return head
}

function documentEnd(bytes: Buffer, offset: number, limit: number): number {
  if (offset + 5 > limit) throw new MalformedMessage('a document is cut off')
  const end = offset + bytes.readInt32LE(offset)
  if (end < offset + 5 || end > limit) throw new MalformedMessage('a document’s length is not possible')
  if (bytes[end - 1] !== 0) throw new MalformedMessage('a document does not end in a zero byte')
  return end
}

/** Names are short: a plain loop finds their end sooner than a call into the runtime does. */
function zeroByte(bytes: Buffer, from: number, limit: number): number {
  for (let at = from; at < limit; at++) if (bytes[at] === 0) return at
  throw new MalformedMessage('a name does not end')
}

/** Where a value that is neither document nor array ends. */
function skip(bytes: Buffer, type: number, at: number, limit: number, depth: number): number {
  const end = valueEnd(bytes, type, at, limit, depth)
  if (end > limit) throw new MalformedMessage('a value is longer than its document')
  return end
}

function valueEnd(bytes: Buffer, type: number, at: number, limit: number, depth: number): number {
  const fixed = FIXED_SIZE[type]
  if (fixed !== undefined) return at + fixed
  switch (type) {
    case 0x02: // string
    case 0x0d: // code
    case 0x0e: // symbol
      return stringEnd(bytes, at, limit)
    case 0x05: // binary: length, subtype, bytes
      return at + 5 + lengthAt(bytes, at, limit, 0)
    case 0x0b: // regular expression: pattern, options
      return zeroByte(bytes, zeroByte(bytes, at, limit) + 1, limit) + 1
    case 0x0c: // a pointer of old: string and ObjectId
      return stringEnd(bytes, at, limit) + 12
    case 0x0f: {
      // code with its scope: length of all, string, document
      const end = at + lengthAt(bytes, at, limit, 4)
      if (checkDocument(bytes, stringEnd(bytes, at + 4, limit), limit, depth + 1) !== end) {
        throw new MalformedMessage('a code’s length is wrong')
      }
      return end
    }
    default:
      throw new MalformedMessage(`there is no BSON type ${type}`)
  }
}

function stringEnd(bytes: Buffer, at: number, limit: number): number {
  const end = at + 4 + lengthAt(bytes, at, limit, 1)
  if (end > limit || bytes[end - 1] !== 0) throw new MalformedMessage('a string does not end in a zero byte')
  return end
}

function lengthAt(bytes: Buffer, at: number, limit: number, least: number): number {
  if (at + 4 > limit) throw new MalformedMessage('a length is cut off')
  const length = bytes.readInt32LE(at)
  if (length < least || at + 4 + length - least > limit)
    throw new MalformedMessage('a length is not possible')
  return length
}
