import { createServer, type Server, type Socket } from 'node:net'
import { MalformedMessage } from './bytes.ts'
import { answerCommand } from './commands.ts'
import { closeIdleCursors } from './cursors.ts'
import { commandErrorOf, errorReply } from './errors.ts'
import { Postgres } from './postgres.ts'
import { MessageCutter, messageReply, queryReply, readMessage } from './wire.ts'

const CURSOR_SWEEP_MS = 60_000

/** A gateway that listens. */
export interface Gateway {
  port: number
  /** Ends all connections and lets PostgreSQL go. */
  close(): Promise<void>
}

/**
 * Speaks MongoDB's wire protocol on a port of the loopback interface and passes commands to DocumentDB.
 * @param socketFolder where PostgreSQL's socket is. @param port 0 takes a free one.
 */
export async function startGateway(socketFolder: string, port = 0): Promise<Gateway> {
  const postgres = new Postgres(socketFolder)
  const sockets = new Set<Socket>()
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    void converse(socket, postgres)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const sweep = setInterval(
    () => void closeIdleCursors(postgres, Date.now()).catch(() => undefined),
    CURSOR_SWEEP_MS,
  )
  return {
    port: portOf(server),
    close: async () => {
      clearInterval(sweep)
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
      await postgres.end()
    },
  }
}

function portOf(server: Server): number {
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

/**
 * Answers one connection's messages in their order; while one is being done the next stay in the socket, so a client
 * that asks faster than the database answers is slowed down, not buffered. Bytes that are no message end this
 * connection and nothing else.
 */
async function converse(socket: Socket, postgres: Postgres): Promise<void> {
  const cutter = new MessageCutter()
  try {
    for await (const piece of socket) {
      for (const message of cutter.push(piece as Buffer)) {
        const reply = await answer(message, postgres)
        if (reply) socket.write(reply)
      }
    }
  } catch (error) {
    const spoken = error instanceof MalformedMessage
    if (spoken) process.emitWarning(`a client’s connection was closed: ${error.message}`)
    socket.destroy()
  }
}

async function answer(message: Buffer, postgres: Postgres): Promise<Buffer | undefined> {
  const { requestId, kind, silent, command } = readMessage(message)
  let document: Buffer
  try {
    document = await answerCommand(command, postgres)
  } catch (error) {
    if (error instanceof MalformedMessage) throw error
    document = errorReply(commandErrorOf(error))
  }
  if (silent) return undefined
  return kind === 'query' ? queryReply(requestId, document) : messageReply(requestId, document)
}
