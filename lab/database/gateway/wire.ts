import { crc32c } from './crc32c.ts'
import { arrayField, checkDocument, documentFrom, fieldsOf, MalformedMessage } from './bytes.ts'

/** The limits that the gateway announces in `hello`, as MongoDB's own. */
export const limits = {
  documentBytes: 16 * 1024 * 1024,
  messageBytes: 48_000_000,
  writesPerBatch: 100_000,
} as const

const HEADER_BYTES = 16
const opcode = { reply: 1, query: 2004, message: 2013 } as const
const flag = { checksumPresent: 1, moreToCome: 2 } as const
/** Bits 0–15 of OP_MSG change the meaning of a message: one that is not known must be refused. */
const REQUIRED_FLAGS = 0xffff

/** A command as it came in: one document, with the document sequences beside it already put into it. */
export interface WireRequest {
  requestId: number
  kind: 'message' | 'query'
  /** The sender wants no answer (an unacknowledged write). */
  silent: boolean
  command: Buffer
}

/**
 * Cuts the bytes of one connection into whole messages, whatever pieces they come in.
 * @throws MalformedMessage when a length is not possible; nothing after it can be understood.
 */
export class MessageCutter {
  private pieces: Buffer[] = []
  private held = 0

  /** Takes the next piece and gives the messages that are whole by now (with their header). */
  push(piece: Buffer): Buffer[] {
    this.pieces.push(piece)
    this.held += piece.length
    const whole: Buffer[] = []
    for (let length = this.nextLength(); length > 0 && this.held >= length; length = this.nextLength()) {
      const bytes = this.joined()
      whole.push(bytes.subarray(0, length))
      this.held -= length
      this.pieces = this.held > 0 ? [bytes.subarray(length)] : []
    }
    return whole
  }

  private nextLength(): number {
    if (this.held < 4) return 0
    const length =
      (this.pieces[0]?.length ?? 0) >= 4 ? this.pieces[0]?.readInt32LE(0) : this.joined().readInt32LE(0)
    if (length === undefined || length < HEADER_BYTES || length > limits.messageBytes) {
      throw new MalformedMessage(`a message of ${length ?? 0} bytes`)
    }
    return length
  }

  private joined(): Buffer {
    const bytes = this.pieces.length === 1 ? this.pieces[0] : undefined
    if (bytes) return bytes
    const all = Buffer.concat(this.pieces, this.held)
    this.pieces = [all]
    return all
  }
}

/** Reads one whole message. @throws MalformedMessage if it is not OP_MSG or the OP_QUERY of a handshake, or is broken. */
export function readMessage(message: Buffer): WireRequest {
  const requestId = message.readInt32LE(4)
  switch (message.readInt32LE(12)) {
    case opcode.message:
      return { requestId, kind: 'message', ...readBody(message) }
    case opcode.query:
      return { requestId, kind: 'query', silent: false, command: readQuery(message) }
    default:
      throw new MalformedMessage(`operation ${message.readInt32LE(12)} is not spoken here`)
  }
}

/** The answer to an OP_MSG: one document. */
export function messageReply(responseTo: number, document: Buffer): Buffer {
  const head = Buffer.allocUnsafe(HEADER_BYTES + 5)
  writeHeader(head, head.length + document.length, responseTo, opcode.message)
  head.writeUInt32LE(0, 16)
  head[20] = 0
  return Buffer.concat([head, document], head.length + document.length)
}

/** The answer to the OP_QUERY of a handshake. */
export function queryReply(responseTo: number, document: Buffer): Buffer {
  const head = Buffer.alloc(HEADER_BYTES + 20)
  writeHeader(head, head.length + document.length, responseTo, opcode.reply)
  head.writeInt32LE(8, 16) // "await capable", as every server since 2.6 says
  head.writeInt32LE(1, 32) // one document
  return Buffer.concat([head, document], head.length + document.length)
}

let lastRequestId = 0
function writeHeader(head: Buffer, length: number, responseTo: number, operation: number): void {
  lastRequestId = (lastRequestId + 1) & 0x7fffffff
  head.writeInt32LE(length, 0)
  head.writeInt32LE(lastRequestId, 4)
  head.writeInt32LE(responseTo, 8)
  head.writeInt32LE(operation, 12)
}

function readBody(message: Buffer): { silent: boolean; command: Buffer } {
  if (message.length < HEADER_BYTES + 10) throw new MalformedMessage('a message without a document')
  const flags = message.readUInt32LE(HEADER_BYTES)
  if ((flags & REQUIRED_FLAGS & ~(flag.checksumPresent | flag.moreToCome)) !== 0) {
    throw new MalformedMessage(`flag bits ${flags.toString(16)} are not known`)
  }
  const end = (flags & flag.checksumPresent) !== 0 ? checksumStart(message) : message.length
  let body: Buffer | undefined
  const sequences: Buffer[] = []
  let at = HEADER_BYTES + 4
  while (at < end) {
    const kind = message[at]
    if (kind === 0 && body === undefined) {
      const bodyEnd = checkDocument(message, at + 1, end)
      body = message.subarray(at + 1, bodyEnd)
      at = bodyEnd
    } else if (kind === 1) {
      const sequence = readSequence(message, at + 1, end)
      sequences.push(sequence.field)
      at = sequence.end
    } else {
      throw new MalformedMessage('a section of an unknown kind, or a second body')
    }
  }
  if (body === undefined) throw new MalformedMessage('a message without a body')
  const command = sequences.length === 0 ? body : withSequences(body, sequences)
  return { silent: (flags & flag.moreToCome) !== 0, command }
}

/** A sequence's documents belong to the command as an array field of the sequence's name. */
function readSequence(message: Buffer, at: number, limit: number): { field: Buffer; end: number } {
  if (at + 4 > limit) throw new MalformedMessage('a document sequence is cut off')
  const end = at + message.readInt32LE(at)
  const nameEnd = message.indexOf(0, at + 4)
  if (end > limit || nameEnd === -1 || nameEnd >= end)
    throw new MalformedMessage('a document sequence is too long')
  const documents: Buffer[] = []
  for (let next = nameEnd + 1; next < end;) {
    const documentEnd = checkDocument(message, next, end)
    documents.push(message.subarray(next, documentEnd))
    next = documentEnd
  }
  return { field: arrayField(message.toString('utf8', at + 4, nameEnd), documents), end }
}

function withSequences(body: Buffer, sequences: readonly Buffer[]): Buffer {
  const own = fieldsOf(body).map((field) => body.subarray(field.start, field.end))
  return documentFrom([...own, ...sequences])
}

function checksumStart(message: Buffer): number {
  const start = message.length - 4
  if (crc32c(message.subarray(0, start)) !== message.readUInt32LE(start)) {
    throw new MalformedMessage('a message’s checksum is wrong')
  }
  return start
}

function readQuery(message: Buffer): Buffer {
  const nameEnd = message.indexOf(0, HEADER_BYTES + 4)
  const start = nameEnd + 9
  if (nameEnd === -1 || start + 5 > message.length) throw new MalformedMessage('a query is cut off')
  if (!message.toString('utf8', HEADER_BYTES + 4, nameEnd).endsWith('.$cmd')) {
    throw new MalformedMessage('a query of the kind that went out with MongoDB 5.1')
  }
  const end = checkDocument(message, start, message.length)
  return message.subarray(start, end)
}
