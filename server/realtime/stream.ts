import type { Change, Delta, Snapshot, Topic } from '../../shared/realtime.ts'
import type { Room } from './topics.ts'

export interface StreamOptions {
  /** Changes with each start of the server. */
  epoch: string
  /** The clock, ms since epoch. */
  now: () => number
  /** Sends one delta to everybody in a room. */
  send: (room: Room, delta: Delta) => void
  /** At most one delta in this time for what was published by `publishSoon`, ms. */
  paceMs: number
  /** How long the first of such changes waits for others of its moment, ms. */
  gatherMs: number
  /** How many deltas a room remembers for those who come back. */
  keep: number
  /** How long it remembers them, ms. */
  keepMs: number
}

/** What somebody who has come as far as a given number needs to be up to date. */
export type CatchUp = { snapshot: Snapshot } | { deltas: readonly Delta[] }

export interface Streams {
  /** Starts the sequence of a room, if it has none. `content` makes the whole of it as it is now. */
  open: (room: Room, topic: Topic, content: () => Change[]) => void
  /** Ends a room's sequence and forgets what was sent: whoever comes back gets a snapshot. */
  close: (room: Room) => void
  /** Forgets what was sent, and goes on: whoever missed some of it gets a snapshot. */
  forgetPast: (room: Room) => void
  /** The rooms that have a sequence. */
  rooms: () => Iterable<Room>
  isOpen: (room: Room) => boolean
  /** Sends changes at once, and returns what was sent. A room that nobody opened has nobody to tell: null. */
  publish: (room: Room, changes: readonly Change[]) => Delta | null
  /**
   * Sends a change within the pace. `make` is asked when it is sent, so of many changes to one thing only the latest
   * is made and sent. Null, or what was told last under this key: nothing to tell after all.
   */
  publishSoon: (room: Room, key: string, make: () => Change | null) => void
  /** What is missing from sequence number `have` on; null for somebody who has nothing. */
  catchUp: (room: Room, have: number | null) => CatchUp
  stop: () => void
}

interface Stream {
  topic: Topic
  content: () => Change[]
  seq: number
  /** The newest deltas, oldest first, without holes. */
  recent: Delta[]
  pending: Map<string, () => Change | null>
  timer: NodeJS.Timeout | null
  sentAt: number
  /** What all in the room know of each thing that is told with a pace, as JSON. */
  told: Map<string, string>
}

/**
 * No two sequences of a run share a number: each starts above all that an earlier one can reach. So a number that belongs
 * to a room's earlier life, or to another form of the topic, never fits, and leads to a snapshot.
 */
const numbersOfOneStream = 2 ** 32

/** The sequences of all rooms: one broadcast a room, numbered, the newest kept for those who missed some. */
export function createStreams(options: StreamOptions): Streams {
  const { epoch, now, send, paceMs, gatherMs, keep, keepMs } = options
  const streams = new Map<Room, Stream>()
  let opened = 0

  function publish(room: Room, changes: readonly Change[]): Delta | null {
    const stream = streams.get(room)
    if (!stream || changes.length === 0) return null
    stream.seq += 1
    const at = now()
    const delta: Delta = { topic: stream.topic, epoch, seq: stream.seq, at, changes: [...changes] }
    stream.recent.push(delta)
    while (stream.recent.length > keep || (stream.recent[0]?.at ?? at) < at - keepMs) stream.recent.shift()
    send(room, delta)
    return delta
  }

  function flush(room: Room, stream: Stream): void {
    stream.timer = null
    stream.sentAt = now()
    const pending = [...stream.pending]
    stream.pending.clear()
    publish(
      room,
      pending.flatMap(([key, make]) => news(stream, key, make())),
    )
  }

  function news({ told }: Stream, key: string, change: Change | null): Change[] {
    if (change === null) return []
    const json = JSON.stringify(change)
    if (told.get(key) === json) return []
    // What is gone is told once, and is not kept in mind.
    if (change.type.endsWith('.gone')) told.delete(key)
    else told.set(key, json)
    return [change]
  }

  function close(room: Room): void {
    const stream = streams.get(room)
    if (stream?.timer) clearTimeout(stream.timer)
    streams.delete(room)
  }

  return {
    open(room, topic, content) {
      if (streams.has(room)) return
      opened += 1
      const seq = opened * numbersOfOneStream
      streams.set(room, {
        topic,
        content,
        seq,
        recent: [],
        pending: new Map(),
        timer: null,
        sentAt: 0,
        told: new Map(),
      })
    },
    close,
    forgetPast(room) {
      const stream = streams.get(room)
      if (stream) stream.recent = []
    },
    rooms: () => [...streams.keys()],
    isOpen: (room) => streams.has(room),
    publish,
    publishSoon(room, key, make) {
      const stream = streams.get(room)
      if (!stream) return
      stream.pending.set(key, make)
      stream.timer ??= setTimeout(flush, Math.max(gatherMs, stream.sentAt + paceMs - now()), room, stream)
    },
    catchUp(room, have) {
      const stream = streams.get(room)
      if (!stream) return { deltas: [] }
      const missed = have === null ? -1 : stream.seq - have
      if (missed === 0) return { deltas: [] }
      if (missed > 0 && missed <= stream.recent.length) return { deltas: stream.recent.slice(-missed) }
      // Somebody now knows more than was told: the next change is told even if it leads back to that.
      stream.told.clear()
      const { topic, seq } = stream
      return { snapshot: { topic, epoch, seq, at: now(), changes: stream.content() } }
    },
    stop() {
      for (const room of [...streams.keys()]) close(room)
    },
  }
}
