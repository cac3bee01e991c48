import type { Socket } from 'socket.io'

/** How much may wait for one console before it is not fed any more. */
export interface PressureLimit {
  /** Messages not yet handed to the connection. */
  messages: number
  /** Bytes handed to the connection and not yet taken by the network. */
  bytes: number
}

export interface Pressure {
  /** More waits than allowed: the console reads too slowly, or not at all. */
  isTooHigh: () => boolean
  /** Nothing waits any more. */
  isDrained: () => boolean
}

/** Watches how much waits to be sent to one console. */
export function watchPressure(
  { conn, request }: Pick<Socket, 'conn' | 'request'>,
  limit: PressureLimit,
): Pressure {
  let messages = 0
  conn.on('packetCreate', () => {
    messages += 1
  })
  conn.on('drain', () => {
    messages = 0
  })
  const bytes = () => request.socket.writableLength
  return {
    isTooHigh: () => messages > limit.messages || bytes() > limit.bytes,
    isDrained: () => messages === 0 && conn.transport.writable && bytes() === 0,
  }
}
