import type { CommandHandler } from './commands.ts'
import { limits } from './wire.ts'

/** The server version whose documented behaviour the gateway follows, and the wire version that goes with it. */
const VERSION = [7, 0, 0, 0] as const
const WIRE_VERSION = 21

/**
 * The gateway presents itself as what it is, one server alone: so that drivers neither retry writes on their own nor try
 * transactions, both of which need a replica set.
 */
const hello: CommandHandler = () => ({
  isWritablePrimary: true,
  ismaster: true,
  helloOk: true,
  maxBsonObjectSize: limits.documentBytes,
  maxMessageSizeBytes: limits.messageBytes,
  maxWriteBatchSize: limits.writesPerBatch,
  localTime: new Date(),
  logicalSessionTimeoutMinutes: 30,
  minWireVersion: 0,
  maxWireVersion: WIRE_VERSION,
  readOnly: false,
  ok: 1,
})

const done: CommandHandler = () => ({ ok: 1 })

/** Commands about the connection, which the gateway answers itself. */
export const sessionCommands: Readonly<Record<string, CommandHandler>> = {
  hello,
  isMaster: hello,
  ismaster: hello,
  ping: done,
  endSessions: done,
  buildInfo: () => ({
    version: VERSION.slice(0, 3).join('.'),
    versionArray: [...VERSION],
    modules: ['ringcard-gateway'],
    maxBsonObjectSize: limits.documentBytes,
    ok: 1,
  }),
}
