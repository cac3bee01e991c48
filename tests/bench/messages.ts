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
