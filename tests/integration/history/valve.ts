import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { setTimeout } from 'node:timers/promises'

/** A pipe before the database that can stand still, be shut, or be slow. */
export interface Valve {
  /** Leads to the same database through the valve. */
  uri: string
  /** Nothing flows any more; connections stay. */
  freeze: () => void
  /** Every connection is cut, and new ones are. */
  refuse: () => void
  /** Everything arrives so much later, ms. */
  slow: (delayMs: number) => void
  open: () => void
  stop: () => Promise<void>
}

/** Starts a valve before the first host of a MongoDB URI. */
export async function startValve(uri: string): Promise<Valve> {
  const target = new URL(uri)
  const sockets = new Set<Socket>()
  let state: 'open' | 'frozen' | 'refusing' = 'open'
  let delay = 0
  const server = createServer((near) => {
    if (state === 'refusing') return void near.destroy()
    const far = connect(Number(target.port), target.hostname)
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one)
      let turn = Promise.resolve()
      one.on('data', (bytes) => {
        if (state !== 'open') return
        const due = Date.now() + delay
        // One behind the other: what comes without delay does not overtake what is under way.
        turn = turn.then(async () => {
          if (due > Date.now()) await setTimeout(due - Date.now())
          other.write(bytes)
        })
      })
      one.on('error', () => one.destroy())
      one.on('close', () => {
        sockets.delete(one)
        other.destroy()
      })
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const cut = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    uri: uri.replace(target.host, `127.0.0.1:${port}`),
    freeze: () => {
      state = 'frozen'
    },
    refuse: () => {
      state = 'refusing'
      cut()
    },
    slow: (delayMs) => {
      state = 'open'
      delay = delayMs
    },
    open: () => {
      state = 'open'
      delay = 0
    },
    stop: async () => {
      server.close()
      cut()
      await once(server, 'close')
    },
  }
}
