import type { AgentDay, DayCall, DaySpan, DaySpanKind } from '../../shared/agent-day.ts'
import { duration } from '../ui/format.ts'

/** The figures of a day, in the order in which they are shown. */
export const figureNames = [
  'handled',
  'aht',
  'offered',
  'missed',
  'talk',
  'hold',
  'wrapUp',
  'ready',
  'line',
  'breaks',
  'away',
  'signedIn',
  'occupancy',
  'utilisation',
] as const
export type FigureName = (typeof figureNames)[number]

const kindsOf: Partial<Record<FigureName, readonly DaySpanKind[]>> = {
  wrapUp: ['wrapUp'],
  ready: ['ready', 'ringing'],
  line: ['line'],
  breaks: ['break'],
  away: ['missed', 'away'],
  signedIn: ['talk', 'hold', 'line', 'wrapUp', 'ringing', 'ready', 'break', 'missed', 'away'],
  occupancy: ['talk', 'hold', 'wrapUp', 'ringing', 'ready'],
  utilisation: ['talk', 'hold', 'wrapUp'],
}
const callsOf: Partial<Record<FigureName, (call: DayCall) => boolean>> = {
  handled: ({ handled }) => handled > 0,
  aht: ({ handled }) => handled > 0,
  offered: ({ offered }) => offered > 0,
  missed: ({ missed }) => missed > 0,
  talk: ({ talkMs }) => talkMs > 0,
  hold: ({ heldMs }) => heldMs > 0,
}

/** What stands behind a figure: calls, or the times that it adds up; the newest first. */
export function behind(
  { calls, spans }: AgentDay,
  figure: FigureName,
): { calls: DayCall[]; spans: DaySpan[] } {
  const pick = callsOf[figure]
  const kinds = kindsOf[figure] ?? []
  return {
    calls: pick === undefined ? [] : calls.filter(pick),
    spans: spans.filter(({ kind }) => kinds.includes(kind)).toReversed(),
  }
}

/** A figure as it is read; a dash where there is nothing to reckon it from. */
export function shownFigure({ figures }: AgentDay, figure: FigureName, locale: string): string {
  const { ms, signedInMs, ahtMs } = figures
  const share = (value: number | null) =>
    value === null ? '–' : value.toLocaleString(locale, { style: 'percent', maximumFractionDigits: 0 })
  switch (figure) {
    case 'handled':
    case 'offered':
    case 'missed':
      return String(figures[figure])
    case 'aht':
      return ahtMs === null ? '–' : duration(ahtMs)
    case 'talk':
    case 'hold':
    case 'wrapUp':
    case 'line':
      return duration(ms[figure])
    case 'ready':
      return duration(ms.ready + ms.ringing)
    case 'breaks':
      return duration(ms.break)
    case 'away':
      return duration(ms.missed + ms.away)
    case 'signedIn':
      return duration(signedInMs)
    case 'occupancy':
    case 'utilisation':
      return share(figures[figure])
  }
}

const two = (n: number): string => String(n).padStart(2, '0')

/** The date of a moment in the reader's zone, as ISO 8601 writes it. */
export function dateOf(at: number): string {
  const date = new Date(at)
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}

/**
 * When a day of the reader's zone begins and ends, ms; one on which clocks are set is shorter or longer.
 * @returns null for what is no date
 */
export function boundsOf(date: string): { from: number; to: number } | null {
  const [year = NaN, month = NaN, day = NaN] = date.split('-').map(Number)
  const from = new Date(year, month - 1, day).getTime()
  const to = new Date(year, month - 1, day + 1).getTime()
  return Number.isNaN(from) || dateOf(from) !== date ? null : { from, to }
}

/** The day so many days later. */
export function daysLater(date: string, days: number): string {
  const [year = 0, month = 1, day = 1] = date.split('-').map(Number)
  return dateOf(new Date(year, month - 1, day + days).getTime())
}
