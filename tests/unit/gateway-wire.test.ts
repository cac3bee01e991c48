import { deserialize, serialize, type Document } from 'bson'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MalformedMessage } from '../../lab/database/gateway/bytes.ts'
import { crc32c } from '../../lab/database/gateway/crc32c.ts'
import {
  limits,
  MessageCutter,
  messageReply,
  queryReply,
  readMessage,
} from '../../lab/database/gateway/wire.ts'

const MESSAGE = 2013
const QUERY = 2004

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32LE(value | 0)
  return bytes
}

function framed(operation: number, body: Buffer, requestId = 7): Buffer {
  return Buffer.concat([int32(16 + body.length), int32(requestId), int32(0), int32(operation), body])
}

const bson = (document: Document) => Buffer.from(serialize(document))
const bodySection = (document: Document) => Buffer.concat([Buffer.from([0]), bson(document)])

function sequenceSection(name: string, documents: readonly Document[]): Buffer {
  const content = Buffer.concat([Buffer.from(`${name}\0`), ...documents.map(bson)])
  return Buffer.concat([Buffer.from([1]), int32(4 + content.length), content])
}

const message = (flags: number, ...sections: Buffer[]) =>
  framed(MESSAGE, Buffer.concat([int32(flags), ...sections]))

describe('cutting a stream of bytes into messages', () => {
  it('gives the same messages, wherever the pieces are torn', () => {
    // given three messages one behind the other
    const stream = Buffer.concat([
      message(0, bodySection({ ping: 1, $db: 'admin' })),
      message(0, bodySection({ find: 'a', filter: { x: 'y'.repeat(300) }, $db: 't' })),
      message(
        2,
        bodySection({ insert: 'a', $db: 't' }),
        sequenceSection('documents', [{ _id: 1 }, { _id: 2 }]),
      ),
    ])
    fc.assert(
      fc.property(fc.array(fc.nat(stream.length), { maxLength: 12 }), (cuts) => {
        // when they arrive in any pieces
        const edges = [0, ...cuts.sort((a, b) => a - b), stream.length]
        const cutter = new MessageCutter()
        const whole = edges
          .slice(1)
          .flatMap((edge, place) => cutter.push(stream.subarray(edges[place], edge)))
        // then the same three come out
        expect(Buffer.concat(whole).equals(stream)).toBe(true)
        expect(whole).toHaveLength(3)
      }),
    )
  })

  it('refuses a length that cannot be, before it waits for that many bytes', () => {
    for (const length of [0, -1, 15, limits.messageBytes + 1, 0x7fffffff]) {
      expect(() => new MessageCutter().push(int32(length))).toThrow(MalformedMessage)
    }
  })
})

describe('reading a message', () => {
  it('gives the command, the request’s id, and whether an answer is wanted', () => {
    const read = readMessage(message(0, bodySection({ ping: 1, $db: 'admin' })))
    expect(read).toMatchObject({ requestId: 7, kind: 'message', silent: false })
    expect(deserialize(read.command)).toEqual({ ping: 1, $db: 'admin' })
    expect(readMessage(message(2, bodySection({ ping: 1 }))).silent).toBe(true)
  })

  it('puts document sequences into the command, whether they come before or after its body', () => {
    const body = bodySection({ insert: 'people', $db: 't' })
    const documents = [{ _id: 1 }, { _id: 2, deep: { a: [1, 'x'] } }]
    const sequence = sequenceSection('documents', documents)
    for (const sections of [
      [body, sequence],
      [sequence, body],
    ]) {
      expect(deserialize(readMessage(message(0, ...sections)).command)).toEqual({
        insert: 'people',
        $db: 't',
        documents,
      })
    }
  })

  it('takes an empty sequence as an empty list', () => {
    const read = readMessage(message(0, bodySection({ insert: 'a' }), sequenceSection('documents', [])))
    expect(deserialize(read.command)).toEqual({ insert: 'a', documents: [] })
  })

  it('checks a checksum where there is one', () => {
    const content = Buffer.concat([int32(1), bodySection({ ping: 1 })])
    const unsigned = Buffer.concat([
      int32(16 + content.length + 4),
      int32(7),
      int32(0),
      int32(MESSAGE),
      content,
    ])
    const right = Buffer.concat([unsigned, int32(crc32c(unsigned))])
    expect(deserialize(readMessage(right).command)).toEqual({ ping: 1 })
    const wrong = Buffer.concat([unsigned, int32(crc32c(unsigned) ^ 1)])
    expect(() => readMessage(wrong)).toThrow(MalformedMessage)
  })

  it('computes CRC-32C as RFC 3720 gives it', () => {
    expect(crc32c(Buffer.alloc(32))).toBe(0x8a9136aa)
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283)
  })

  it('takes the OP_QUERY of a handshake, and no other query', () => {
    const query = (name: string) =>
      framed(
        QUERY,
        Buffer.concat([int32(0), Buffer.from(`${name}\0`), int32(0), int32(-1), bson({ isMaster: 1 })]),
      )
    const read = readMessage(query('admin.$cmd'))
    expect(read).toMatchObject({ kind: 'query', silent: false })
    expect(deserialize(read.command)).toEqual({ isMaster: 1 })
    expect(() => readMessage(query('shop.customers'))).toThrow(MalformedMessage)
  })

  it('refuses what would change a message’s meaning without being understood', () => {
    const body = bodySection({ ping: 1 })
    expect(() => readMessage(message(4, body)), 'a flag of the first sixteen').toThrow(MalformedMessage)
    expect(() => readMessage(message(0x10000, body)), 'a flag that may be passed over').not.toThrow()
    expect(() => readMessage(framed(2012, body)), 'a compressed message').toThrow(MalformedMessage)
    expect(() => readMessage(message(0, body, body)), 'two bodies').toThrow(MalformedMessage)
    expect(() => readMessage(message(0, sequenceSection('a', []))), 'no body').toThrow(MalformedMessage)
    expect(() => readMessage(message(0, Buffer.from([9]), body)), 'a section of another kind').toThrow(
      MalformedMessage,
    )
  })

  it('answers any bytes with a command or a refusal, never another error', () => {
    const good = message(
      0,
      bodySection({ insert: 'a', $db: 't', o: { b: [1, { c: 'x' }] } }),
      sequenceSection('documents', [{ _id: 1, d: new Date(0), r: /x/i }]),
    )
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 16, max: good.length - 1 }), fc.nat(255)), {
          minLength: 1,
          maxLength: 6,
        }),
        (changes) => {
          // given a message with some bytes changed at random
          const bytes = Buffer.from(good)
          for (const [place, value] of changes) bytes[place] = value
          try {
            const { command } = readMessage(bytes)
            expect(command.readInt32LE(0)).toBe(command.length)
          } catch (error) {
            expect(error).toBeInstanceOf(MalformedMessage)
          }
        },
      ),
      { numRuns: 3000 },
    )
  })

  it('refuses a message cut short at any place', () => {
    const good = message(0, bodySection({ find: 'a', filter: { name: 'x', n: 5 } }))
    for (let length = 16; length < good.length; length++) {
      const cut = Buffer.from(good.subarray(0, length))
      cut.writeInt32LE(length)
      expect(() => readMessage(cut)).toThrow(MalformedMessage)
    }
  })
})

describe('replies', () => {
  it('name the request that they answer, and say their own length', () => {
    const document = bson({ ok: 1 })
    const reply = messageReply(42, document)
    expect(reply.readInt32LE(0)).toBe(reply.length)
    expect(reply.readInt32LE(8)).toBe(42)
    expect(deserialize(readMessage(reply).command)).toEqual({ ok: 1 })
    const old = queryReply(42, document)
    expect([old.readInt32LE(0), old.readInt32LE(8), old.readInt32LE(12), old.readInt32LE(32)]).toEqual([
      old.length,
      42,
      1,
      1,
    ])
    expect(deserialize(old.subarray(36))).toEqual({ ok: 1 })
  })
})
