import { setTimeout as delay } from 'node:timers/promises'
import type { PbxEvent } from '../floor/events.ts'
import type { EventQueue } from './event-queue.ts'
import type { LinkTiming, PbxLinkSettings, SnapshotEvent } from './link-settings.ts'
import type { Notices } from './notices.ts'
import { kindsOf, missedBy } from './stream-check.ts'
import type { TraceRing } from './trace-ring.ts'

/** What proving that the stream was whole needs of a connection. */
export interface StreamCheck {
  settings: Pick<PbxLinkSettings, 'pbx' | 'check' | 'log'>
  timing: Pick<LinkTiming, 'checkMs' | 'checkPauseMs'>
  queue: Pick<EventQueue, 'drain'>
  notices: Pick<Notices, 'set'>
  trace: Pick<TraceRing, 'replaced'>
  /** The connection has ended. */
  signal: AbortSignal
  /** Reads the lists beside the stream. @returns what differs, of the moment at which the reading begins */
  look: (differencesFrom: (snapshot: SnapshotEvent) => PbxEvent[]) => Promise<PbxEvent[]>
  /** Reads the lists while the stream is held, and has the floor put right by them. */
  putRight: () => Promise<void>
}

/** Proves now and then that nothing was missed of the stream; what was is put right, and told of. */
export async function checkNowAndThen({
  settings: { pbx, check, log },
  timing,
  queue,
  notices,
  trace,
  signal,
  look,
  putRight,
}: StreamCheck): Promise<void> {
  const sleep = (ms: number) => delay(ms, undefined, { ref: false, signal })
  const lookOnce = () => {
    // What was heard already belongs to the floor that is looked at.
    queue.drain()
    return look(check?.remember() ?? (() => []))
  }
  while (check) {
    try {
      await sleep(timing.checkMs)
      const missed = await missedBy(lookOnce, () => sleep(timing.checkPauseMs))
      check.onChecked()
      if (missed.length === 0) continue
      notices.set('pbx.missed', { kinds: kindsOf(missed) })
      check.onMissed(missed, trace.replaced())
      await putRight()
    } catch (error) {
      // The connection has ended, and with it the looking: the next one begins by a snapshot anyway.
      if (signal.aborted) return
      log.warn({ pbx, err: error }, 'The stream of events could not be held against the lists of the PBX.')
    }
  }
}
