import type { Percentiles } from './statistics.ts'

/** A call that the PBX is asked to play. */
export interface PlannedCall {
  /** When the caller arrives, ms after the beginning of the block. */
  atMs: number
  caller: string
  /** From arrival to the first offer, ms. */
  waitMs: number
  /** The extension that the call is offered to first; else the agent of the queue who has been free longest. */
  firstTo?: string
}

export interface PlayBlock {
  type: 'play'
  /** From the first offer to the end, ms. */
  lengthMs: number
  calls: PlannedCall[]
}

/** A first offer that was made. Times are those of the machine's monotonic clock, ms. */
export interface Offer {
  /** The unique id of the caller's channel. */
  callId: string
  extension: string
  /** When the caller's first block was written, and when the last byte of the offer was. */
  arrivedMs: number
  offeredMs: number
}

/** What the PBX's process tells. */
export type PbxMessage =
  { type: 'listening'; port: number } | { type: 'played'; offers: Offer[]; sessions: number }

/** A console to open. */
export interface ConsoleSeat {
  extension: string
  /** The session's cookie; the floor has none. */
  cookie: string | null
}

export type ConsoleRequest = { type: 'open'; url: string; seats: ConsoleSeat[] } | { type: 'collect' }

/** The first card of a call that any console of the process had. */
export interface Seen {
  callId: string
  extension: string
  atMs: number
}

export type ConsoleMessage = { type: 'opened' } | { type: 'seen'; seen: Seen[] }

/** What the PBX of `ingest` is asked: to make a stream, then to send it. */
export type FeedRequest =
  | {
      type: 'make'
      calls: number
      unfiltered: boolean
      secret: string
      /** Queues with their agents. */
      agentsOf: [string, string[]][]
    }
  | { type: 'go' }
export interface FeedMessage {
  type: 'made'
  port: number
  blocks: number
  calls: number
  bytes: number
}

/** What a side of `ingest` tells: that it is connected, and what the stream took it. */
export type SideMessage =
  | { type: 'ready' }
  | { type: 'done'; ms: number; cpuMs: number; callsEnded: number; events: number; rssBytes: number }

/** What the node of `spool` tells. `entries` and `bytes` are those that wait for the database. */
export type SpoolSideMessage =
  | { type: 'ready' }
  | { type: 'sample'; at: number; rssBytes: number; entries: number; bytes: number; trouble: string | null }
  | {
      type: 'finished'
      calls: number
      /** Events that were not kept. */
      refused: number
      drained: boolean
      drainMs: number
      append: Percentiles
      refusedEntries: number
    }

/** How the bare phone registers. */
export interface BarePhone {
  /** Asterisk's own WebSocket. */
  ws: string
  endpoint: string
  secret: string
  domain: string
  /** Where F6 sends the call on. */
  transferTo: string
}
