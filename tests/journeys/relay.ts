import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import type { Address } from '../../lab/asterisk/asterisk.ts'

/** A TCP relay on loopback that can be cut, as a network can. */
export interface Relay {
  at: Address
  /** Breaks every connection and accepts none. */
  cut: () => void
  /** Accepts connections again. */
  mend: () => void
  close: () => void
}

/** Opens a relay. @param target where its connections lead */
export async function openRelay(target: Address): Promise<Relay> {
  const open = new Set<Socket>()
  let whole = true
  const server = createServer((near) => {
    if (!whole) {
      near.destroy()
      return
    }
    const far = connect(target.port, target.host)
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(one)
      one.pipe(other)
      // A broken connection closes both ends; `close` follows each error.
      one.on('error', () => undefined)
      one.on('close', () => {
        open.delete(one)
        other.destroy()
      })
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const cut = () => {
    whole = false
    for (const socket of open) socket.destroy()
  }
  return {
    at: { host: '127.0.0.1', port: (server.address() as AddressInfo).port },
    cut,
    mend: () => {
      whole = true
    },
    close: () => {
      cut()
      server.close()
    },
  }
}
