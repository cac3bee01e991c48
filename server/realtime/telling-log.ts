import { ProblemError } from '../../shared/problems.ts'
import type { Change, PaintedReport } from '../../shared/realtime.ts'
import type { EntryBody, ScreenNews, Told } from '../history/entries.ts'

type Kept = Extract<EntryBody, { kind: 'told' | 'painted' }>

export interface TellingLogOptions {
  /** Keeps what was told. Called after the turn in which it was sent, so that no card waits for it. */
  keep: (entries: readonly Kept[]) => void
  now: () => number
}

/** Who sits where, and what they may see. */
export interface Seat {
  personId: string
  extension: string
  mayReadCards: boolean
}

export interface TellingLog {
  /**
   * Notes what a person was sent of their calls: what is news of a call, not each step of it.
   * @param at the step's `at`, by which consoles name it later
   * @param consoles to how many of theirs
   */
  sent: (seat: Seat, changes: readonly Change[], at: number, consoles: number) => void
  /** Notes that a call rings at a desk and nobody there is told. */
  untold: (news: Omit<Told, 'sentAt' | 'consoles' | 'news'> & { why: WhyUntold }) => void
  /**
   * Takes a console's word that something stands on the screen; the first word for each thing is kept.
   * @throws ProblemError `call.not_yours` for what was not sent to this person
   */
  painted: (personId: string, report: PaintedReport) => void
  /** Lets go of calls that are over. */
  forget: (isOver: (callId: string) => boolean) => void
  /** Keeps at once what is not kept yet. */
  flush: () => void
}
type WhyUntold = Extract<ScreenNews, { what: 'untold' }>['why']

/** What one person was sent of one call. */
interface Screen {
  extension: string
  isShown: boolean
  /** What the card was told last, and whether anybody was there to hear it. */
  card: { key: string; heard: boolean } | null
  /** The newest steps with a card in them. */
  sent: { at: number; key: string }[]
  /** What is known to have been painted. */
  painted: Set<string>
}

/** A card is sent again with each change of it; no console is that far behind. */
const stepsKnown = 16

/** Keeps account of what people's screens were told of each call, and when it stood there: for whoever asks later. */
export function createTellingLog({ keep, now }: TellingLogOptions): TellingLog {
  const screens = new Map<string, Map<string, Screen>>()
  let unkept: Kept[] = []

  const flush = (): void => {
    const entries = unkept
    unkept = []
    if (entries.length > 0) keep(entries)
  }
  const note = (entry: Kept): void => {
    if (unkept.length === 0) setImmediate(flush)
    unkept.push(entry)
  }
  const screenOf = (callId: string, { personId, extension }: Seat): Screen => {
    const ofCall = screens.get(callId) ?? new Map<string, Screen>()
    screens.set(callId, ofCall)
    const known = ofCall.get(personId)
    const screen = known ?? { extension, isShown: false, card: null, sent: [], painted: new Set<string>() }
    screen.extension = extension
    ofCall.set(personId, screen)
    return screen
  }

  return {
    sent(seat, changes, at, consoles) {
      const { personId, extension } = seat
      for (const change of changes) {
        const tell = (callId: string, news: ScreenNews): void =>
          note({ kind: 'told', callId, extension, personId, sentAt: at, consoles, news })
        if (change.type === 'deskCall.set') {
          const { callId, direction } = change.call
          // Between colleagues there is no card to ask about.
          if (direction === 'internal') continue
          const screen = screenOf(callId, seat)
          if (screen.isShown) continue
          screen.isShown = true
          tell(callId, { what: 'call' })
          if (!seat.mayReadCards) tell(callId, { what: 'untold', why: 'noCardRight' })
        } else if (change.type === 'pop.set') {
          const { callId, pop } = change
          const { outcome } = pop.match
          if (outcome === 'pending') continue
          const customerId = pop.card?.customerId ?? null
          const key = `${outcome} ${customerId ?? ''}`
          const screen = screenOf(callId, seat)
          screen.sent = [...screen.sent, { at, key }].slice(-stepsKnown)
          const heard = consoles > 0
          if (screen.card?.key === key && (screen.card.heard || !heard)) continue
          screen.card = { key, heard }
          tell(callId, { what: 'card', outcome, customerId })
        } else if (change.type === 'deskCall.gone') {
          const screen = screens.get(change.callId)?.get(personId)
          if (screen?.isShown !== true) continue
          screen.isShown = false
          screen.card = null
          tell(change.callId, { what: 'gone', reason: change.reason })
        }
      }
    },
    untold({ why, ...to }) {
      note({ kind: 'told', ...to, sentAt: now(), consoles: 0, news: { what: 'untold', why } })
    },
    painted(personId, { callId, sentAt, paintedAfterMs, reportedAfterMs }) {
      const screen = screens.get(callId)?.get(personId)
      const step = screen?.sent.find(({ at }) => at === sentAt)
      if (!screen || !step) throw new ProblemError('call.not_yours')
      if (screen.painted.has(step.key)) return
      screen.painted.add(step.key)
      // Whatever the browser says, it was no later than its word came.
      const elapsedMs = Math.max(0, now() - sentAt)
      const latestMs = Math.round(Math.max(0, elapsedMs - reportedAfterMs))
      const earliestMs = Math.min(Math.round(paintedAfterMs), latestMs)
      const { extension } = screen
      note({ kind: 'painted', callId, extension, personId, sentAt, earliestMs, latestMs })
    },
    forget(isOver) {
      for (const callId of screens.keys()) if (isOver(callId)) screens.delete(callId)
    },
    flush,
  }
}
