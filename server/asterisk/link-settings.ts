import type { PbxLink } from '../../shared/calls.ts'
import type { Notice } from '../../shared/notices.ts'
import type { PbxEvent, RecordTold } from '../floor/events.ts'
import { reconnectBackoff, refusedBackoff, type Backoff } from './backoff.ts'
import { connectionTiming, type ConnectionTiming } from './connection.ts'
import type { AmiBlock } from './fields.ts'
import type { GiveEvents, ReadingFor } from './record/record.ts'
import type { AmiAccess } from './system-actions.ts'
import type { EventCounters } from './translate.ts'

export type SnapshotEvent = PbxEvent & { type: 'snapshot' }

/** The part of a logger that is used here. */
export interface LinkLog {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export interface LinkTiming extends ConnectionTiming {
  /** How long a list of the snapshot may take, ms. */
  listMs: number
  /** How long to wait for a PBX that has let us in to say that it has booted, ms. */
  bootMs: number
  queueTries: number
  queuePauseMs: number
  reconnect: Backoff
  refused: Backoff
  /** How often the stream is held against the lists, and the pause between two looks, ms. */
  checkMs: number
  checkPauseMs: number
  /** A link that held this long begins its next back-off anew, ms. */
  steadyMs: number
}

export const linkTiming: LinkTiming = {
  ...connectionTiming,
  listMs: 15_000,
  bootMs: 30_000,
  queueTries: 10,
  queuePauseMs: 1_000,
  reconnect: reconnectBackoff,
  refused: refusedBackoff,
  checkMs: 300_000,
  checkPauseMs: 2_000,
  steadyMs: 5_000,
}

export interface PbxLinkSettings {
  /** The name of the PBX, which begins every id that comes from it. */
  pbx: string
  /** What stands before the names of its queues and devices; none where it is the only PBX. */
  prefix?: string
  host: string
  port: number
  username: string
  secret: string
  /** The manager user that has the class `system`; left out where the one above has it too. */
  system?: AmiAccess
  /**
   * The events in order, those of one moment together: after each (re)connect a `snapshot` first, and `link.lost` when the
   * link broke.
   */
  onEvents: (events: readonly PbxEvent[]) => void
  /** How it stands: at the start, and whenever that changes. */
  onState: (link: PbxLink) => void
  /** Keeps a PIN that a caller typed. @returns what it can be asked for by; without this, PINs are dropped */
  keepPin?: (pin: string) => string
  /**
   * Tells what happened before a snapshot while nobody listened, from the PBX's own record; the events come before the
   * snapshot. Left out where there is none.
   */
  readUnheard?: (snapshot: SnapshotEvent, give: GiveEvents, reading: ReadingFor) => Promise<RecordTold | null>
  /** How the floor is held against the PBX's lists while it is heard. Left out where it is not. */
  check?: {
    /** Remembers the floor as it is now; what differs from a snapshot of this moment is asked of the answer. */
    remember: () => (snapshot: SnapshotEvent) => PbxEvent[]
    onChecked: () => void
    /** Told what was missed, and the last that was heard, with numbers and names replaced. */
    onMissed: (missed: readonly PbxEvent[], trace: readonly object[]) => void
  }
  log: LinkLog
  /** This node's name: other Ringcards on the same PBX are told of it. */
  node?: string
  /** Our clock, ms. */
  now?: () => number
  /** From 0 to 1, for the jitter of the back-off. */
  random?: () => number
  timing?: Partial<LinkTiming>
}

export interface LinkCounters extends EventCounters {
  /** Events that wait to be worked on. */
  waiting: number
  /** Connections that came to be live. */
  connected: number
}

/** The link to one PBX: connects, comes back by itself, and says how it stands. */
export interface RunningLink {
  start(): void
  /** Ends the link; events that have come are passed on before it resolves. */
  stop(): Promise<void>
  state(): PbxLink
  counters(): LinkCounters
  /** What an administrator should know of it. */
  notices(): Notice[]
  /**
   * Sets variables of a channel, in the order of the entries.
   * @param channelId as events name it
   * @throws AmiError `ami.not_connected`, `ami.invalid_field`, `ami.refused_action` (the channel has gone), `ami.timeout`
   */
  setVariables(channelId: string, variables: Readonly<Record<string, string>>): Promise<void>
  /**
   * Sends any action.
   * @throws AmiError as {@link setVariables}
   */
  action(name: string, fields: Readonly<Record<string, string>>, timeoutMs?: number): Promise<AmiBlock>
  /**
   * Sends an action for which a manager user needs the class `system`.
   * @throws AmiError as {@link setVariables}, and what keeps the user that has it from being let in
   */
  systemAction(name: string, fields: Readonly<Record<string, string>>, timeoutMs?: number): Promise<AmiBlock>
}
