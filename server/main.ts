import { ConfigError, exitBadConfig, readConfig, type Config } from './config.ts'
import { createLog } from './log.ts'
import { startServer, type RunningServer } from './server.ts'

/** A stop takes no longer than this, ms: whoever stops the process may kill it after ten seconds. */
const stopWithinMs = 9_500

const config = configOrExit()
const log = createLog(config)
let server: RunningServer | undefined
let stopping = false

// A bug: go on with calls rather than drop them all; the log tells.
process.on('unhandledRejection', (error) => {
  log.error({ err: error }, 'Something failed that nobody waited for.')
})
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop(signal))

try {
  server = await startServer(config, log)
} catch (error) {
  complain(reasonOf(error))
  process.exit(error instanceof Error && error.message.startsWith('MONGODB_URI') ? exitBadConfig : 1)
}

async function stop(signal: string): Promise<void> {
  if (stopping) return
  stopping = true
  log.info({ signal }, 'Stopping.')
  setTimeout(() => {
    log.error('The stop took too long and is cut short. What was kept is in the spool.')
    process.exit(1)
  }, stopWithinMs).unref()
  await server?.stop()
  log.info('Stopped.')
  process.exit(0)
}

function configOrExit(): Config {
  try {
    return readConfig(process.env)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    for (const problem of error.problems) complain(problem)
    process.exit(exitBadConfig)
  }
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  const at = `${config.HTTP_HOST}:${config.HTTP_PORT}`
  if (code === 'EADDRINUSE')
    return `${at} is in use: stop what listens there, or set HTTP_PORT to another port.`
  if (code === 'EADDRNOTAVAIL')
    return `${at} is not an address of this machine: set HTTP_HOST to one that is.`
  if (code === 'EACCES' && error instanceof Error && 'port' in error) {
    return `${at} may not be listened on by this user: set HTTP_PORT to 1024 or above.`
  }
  return error instanceof Error ? error.message : String(error)
}

function complain(line: string): void {
  process.stderr.write(`ringcard: ${line}\n`)
}
