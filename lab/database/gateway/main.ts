import { startGateway } from './server.ts'

/**
 * The gateway in a process of its own, so that its work is not done in the process that measures or serves. It tells its
 * port to the process that forked it, and ends with it.
 */
const socketFolder = process.argv[2]
if (socketFolder === undefined || process.send === undefined) {
  console.error('The gateway is started by lab/database, with the folder of PostgreSQL’s socket.')
  process.exit(2)
}
// A terminal sends its interrupt to all; the parent decides when the gateway ends, after those who still use it.
process.on('SIGINT', () => undefined)
const gateway = await startGateway(socketFolder)
process.once('disconnect', () => void gateway.close().finally(() => process.exit(0)))
process.send({ port: gateway.port })
