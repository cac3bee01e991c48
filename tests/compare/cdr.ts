/**
 * Asterisk's call detail records as the referee for who talked with whom until when. One row stands for one dialled leg;
 * the columns are those of `cdr_csv` with `newcdrcolumns`. Shares no code with the server.
 */

import type { Cel } from './cel.ts'
import { keptOf } from './keepers.ts'
import type { About, Difference, Use } from './rules.ts'

/** One row, times in whole seconds since 1970. */
export interface CdrRow {
  channel: string
  dstChannel: string
  app: string
  start: number
  answer: number | null
  end: number
  billSec: number
  disposition: string
  uniqueId: string
  linkedId: string
}

/** A call as history tells it, reduced to what a CDR can know. Times in seconds with a fraction. */
export interface ToldCall {
  linkedId: string
  /** The call it went on in. */
  mergedInto: string | null
  direction: string
  end: string
  startedAt: number
  endedAt: number
  contacts: readonly { extension: string; beganAt: number; endedAt: number }[]
  /** Who took an offer of this call: with nobody but the agent who asked them, if they have no contact. */
  answered: readonly string[]
}

/** Reads the rows of a CSV file. */
export function readCdr(lines: readonly string[]): CdrRow[] {
  return lines.map((line) => {
    const cells = [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map((m) => m[1] ?? m[2] ?? '')
    const at = (column: number): string => cells[column] ?? ''
    const time = (column: number): number => Date.parse(`${at(column).replace(' ', 'T')}Z`) / 1000
    return {
      channel: at(5),
      dstChannel: at(6),
      app: at(7),
      start: time(9),
      answer: at(10) === '' ? null : time(10),
      end: time(11),
      billSec: Number(at(13)),
      disposition: at(14),
      uniqueId: at(16),
      linkedId: keptOf(at(19)),
    }
  })
}

const outboundEnd: Readonly<Record<string, readonly string[]>> = {
  busy: ['BUSY'],
  notAnswered: ['NO ANSWER'],
  refused: ['FAILED', 'CONGESTION'],
}

/**
 * Holds calls against their rows: begin and end of each call, each talk with each agent, and no talk that Asterisk knows
 * nothing of, all within a second.
 * @param use told of each rule that was needed
 * @param firstHeardAt talks from before are told from here on, since nobody was there; seconds since 1970
 * @returns none when they agree
 */
export function cdrDifferences(
  all: readonly CdrRow[],
  calls: readonly ToldCall[],
  cel: Cel,
  use: Use = () => undefined,
  firstHeardAt = -Infinity,
): Difference[] {
  // Whose call was picked up by somebody else has a row of no length, answered or not, as it happens.
  const rows = all.map((row) => {
    if (!cel.pickedUp.has(row.dstChannel) || row.billSec > 1) return row
    use('picked-up')
    return { ...row, disposition: 'NO ANSWER' }
  })
  const lines: Difference[] = []
  if (rows.length === 0) lines.push({ callId: '', at: null, what: 'there are no CDR rows to compare with' })
  const told = new Set(calls.map((call) => call.linkedId))
  for (const linkedId of new Set(rows.map((row) => row.linkedId))) {
    const start = rows.find((row) => row.linkedId === linkedId)?.start ?? null
    if (!told.has(linkedId))
      lines.push({ callId: linkedId, at: start, what: 'CDR has a call, Ringcard has not' })
  }
  for (const call of calls) {
    const differs: Differs = (at, what, about) => {
      lines.push({ callId: call.linkedId, at, what, ...(about === undefined ? {} : { about }) })
    }
    const mine = rowsOf(rows, call, use)
    if (mine.length === 0) {
      // The short call of whoever picks up has no row; it was there all the same.
      if (call.mergedInto !== null && cel.names.has(call.linkedId)) use('pick-up-has-no-row')
      else differs(call.startedAt, 'Ringcard has a call, CDR has not', 'noRow')
      continue
    }
    const start = Math.min(...mine.map((row) => row.start))
    const end = Math.max(...mine.map((row) => row.end))
    if (!near(start, call.startedAt)) differs(start, `call began ${start} there, ${call.startedAt} here`)
    if (!near(end, call.endedAt)) differs(end, `call ended ${end} there, ${call.endedAt} here`, 'end')
    talkDifferences(mine, call, { differs, firstHeardAt, cel, use })
    const wanted = outboundEnd[call.end]
    if (call.direction === 'outbound' && wanted && !mine.some((row) => wanted.includes(row.disposition))) {
      differs(end, `outbound call ${call.end} here, ${mine.map((row) => row.disposition).join(', ')} there`)
    }
  }
  return lines
}

const isFromOutside = (row: CdrRow): boolean => row.channel.startsWith('PJSIP/trunk-')

type Differs = (at: number | null, what: string, about?: About) => void

/** Within a second, as a row tells it: by whole seconds, what is left of one cut off. */
function near(one: number, other: number): boolean {
  return Math.abs(Math.floor(one) - Math.floor(other)) <= 1
}

/** Two lengths of time, one of them counted in whole seconds. */
function asLong(one: number, other: number): boolean {
  return Math.abs(one - other) <= 1
}

/** A call that went on in another has rows of its own, or, where they were still open then, some of the other's. */
function rowsOf(rows: readonly CdrRow[], call: ToldCall, use: Use): CdrRow[] {
  const own = rows.filter((row) => row.linkedId === call.linkedId)
  if (own.length > 0 || call.mergedInto === null) return own
  const others = rows.filter((row) => row.linkedId === call.mergedInto && row.uniqueId === call.linkedId)
  if (others.length > 0) use('fetched-row')
  return others
}

function talkDifferences(
  rows: readonly CdrRow[],
  call: ToldCall,
  { differs, firstHeardAt, cel, use }: { differs: Differs; firstHeardAt: number; cel: Cel; use: Use },
): void {
  const withAgent = (row: CdrRow, extension: string): boolean =>
    row.disposition === 'ANSWERED' &&
    [row.channel, row.dstChannel].some((name) => new RegExp(`^(PJSIP|Local)/${extension}\\b`).test(name)) &&
    row.dstChannel !== ''
  for (const contact of call.contacts) {
    const legs = rows.filter((row) => withAgent(row, contact.extension))
    // While an agent consults by keys, the row of their talk is over and the consultation's has begun.
    const consults = (row: CdrRow): boolean =>
      row.channel.startsWith(`PJSIP/${contact.extension}-`) &&
      /^Local\/\d+@agents-out/.test(row.dstChannel) &&
      row.start - 1 <= contact.endedAt &&
      contact.endedAt <= row.end + 1
    if (!legs.some((row) => near(row.end, contact.endedAt))) {
      if (legs.some(consults)) use('consultation-row')
      else
        differs(
          contact.endedAt,
          `talk with ${contact.extension} ended ${contact.endedAt}; CDR has no such leg`,
          'end',
        )
    }
    const dialled = legs.filter(
      (row) => row.app === 'Dial' && row.dstChannel.startsWith('PJSIP/') && row.channel.startsWith('PJSIP/'),
    )
    const talk = contact.endedAt - contact.beganAt
    for (const row of dialled) {
      if (!near(row.end, contact.endedAt) || asLong(row.billSec, talk)) continue
      if (contact.beganAt <= firstHeardAt && row.billSec >= talk - 1) use('found-talking')
      // Who was up before the dialling, as after a transfer or from the console, is billed for the ringing too.
      else if ((row.answer === row.start || cel.calledFirst.has(row.uniqueId)) && row.billSec >= talk - 1)
        use('ringing-billed')
      else
        differs(
          contact.endedAt,
          `talk with ${contact.extension}: ${row.billSec} s there, ${talk} s here`,
          'end',
        )
    }
  }
  for (const row of rows.filter((r) => r.disposition === 'ANSWERED')) {
    // The Local channel of a consultation is put through before anybody answers.
    const extension = /^(?:PJSIP\/|Local\/(?!\d+@agents-out))(2\d\d)/.exec(row.dstChannel)?.[1]
    if (extension === undefined || call.contacts.some((contact) => contact.extension === extension)) continue
    const met = cel.together.some((one) => one.outside === row.uniqueId && one.extension === extension)
    if (call.answered.includes(extension))
      use(row.channel.includes('@ringcard-place-') ? 'place-kept' : 'consultation-is-no-contact')
    else if (isFromOutside(row) && row.billSec <= 1 && !met) use('answered-alone')
    else differs(row.start, `CDR has a talk with ${extension}, Ringcard has not`)
  }
}
