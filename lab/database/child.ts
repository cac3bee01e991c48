import type { ChildProcess } from 'node:child_process'

const START_LIMIT_MS = 60_000
const STOP_LIMIT_MS = 15_000

/** Keeps the last part of what a process says, for the message if it fails. */
export function collect(child: ChildProcess): () => string {
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (piece: string) => (text = (text + piece).slice(-4000)))
  }
  return () => text.trim()
}

/** Waits until a process says that it is ready. @throws if it ends before, or takes a minute. */
export async function ready<T>(
  child: ChildProcess,
  said: () => string,
  name: string,
  listen: (resolve: (value: T) => void) => void,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  try {
    return await new Promise<T>((resolve, reject) => {
      const fail = (why: string) => reject(new Error(`${name} ${why}:\n${said()}`))
      timer = setTimeout(() => fail('did not start within a minute'), START_LIMIT_MS)
      child.once('error', (error) => fail(`could not be started (${error.message})`))
      child.once('close', (status) => fail(`ended at once (${status ?? 'killed'})`))
      listen(resolve)
    })
  } finally {
    clearTimeout(timer)
  }
}

/** Asks a process to end and waits for it; one that does not within the limit is killed. */
export async function endChild(
  child: ChildProcess | undefined,
  ask: (child: ChildProcess) => unknown,
): Promise<void> {
  if (!child || child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const closed = new Promise((resolve) => child.once('exit', resolve))
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS)
  ask(child)
  await closed
  clearTimeout(timer)
}
