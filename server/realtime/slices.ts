import type { Delta } from '../../shared/realtime.ts'
import type { Room } from './topics.ts'

/** Into how many parts the consoles of a shared room are dealt. */
const slices = 8
/** How long sending may go on before other work has its turn, ms. */
const turnMs = 1

/** What this needs of Socket.IO. */
export interface Rooms {
  emit: (room: string, delta: Delta) => void
  size: (room: string) => number
}

export interface Slices {
  /** The part of a shared room that the next console belongs to; evenly dealt. */
  next: () => number
  /** The Socket.IO room in which a console of a slice hears a room. */
  roomOf: (room: Room, slice: number) => string
  send: (room: Room, delta: Delta) => void
  size: (room: Room) => number
}

/**
 * Sends what many consoles share a part of them at a time, and lets other work in between: writing to 500 sockets takes
 * longer than a card may wait. A person's own room goes out at once. In each room the order is kept.
 */
export function createSlices({ emit, size }: Rooms): Slices {
  const waiting: { room: string; delta: Delta }[] = []
  let dealt = 0

  const isShared = (room: Room) => !room.startsWith('person:')
  const partsOf = (room: Room) =>
    isShared(room) ? Array.from({ length: slices }, (_, slice) => `${room}/${slice}`) : [room]

  function sendSome(): void {
    const until = performance.now() + turnMs
    do {
      const next = waiting.shift()
      // Whoever left the room meanwhile is not in it any more, and gets nothing.
      if (next) emit(next.room, next.delta)
    } while (waiting.length > 0 && performance.now() < until)
    if (waiting.length > 0) setImmediate(sendSome)
  }

  return {
    next: () => dealt++ % slices,
    roomOf: (room, slice) => (isShared(room) ? `${room}/${slice}` : room),
    send(room, delta) {
      if (!isShared(room)) {
        emit(room, delta)
        return
      }
      const idle = waiting.length === 0
      for (const part of partsOf(room)) if (size(part) > 0) waiting.push({ room: part, delta })
      if (idle && waiting.length > 0) setImmediate(sendSome)
    },
    size: (room) => partsOf(room).reduce((sum, part) => sum + size(part), 0),
  }
}
