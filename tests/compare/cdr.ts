/**
 * Asterisk's call detail records as the referee for who talked with whom until when. One row stands for one dialled leg;
 * the columns are those of `cdr_csv` with `newcdrcolumns`. Shares no code with the server.
 */

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
      linkedId: at(19),
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
 * @returns one line for each difference; none when they agree
 */
export function cdrDifferences(rows: readonly CdrRow[], calls: readonly ToldCall[]): string[] {
  const lines: string[] = []
  const near = (one: number, other: number): boolean => Math.abs(one - other) <= 1
  if (rows.length === 0) lines.push('there are no CDR rows to compare with')
  for (const linkedId of new Set(rows.map((row) => row.linkedId))) {
    if (!calls.some((call) => call.linkedId === linkedId))
      lines.push(`CDR has a call ${linkedId}, Ringcard has not`)
  }
  for (const call of calls) {
    const mine = rowsOf(rows, call)
    if (mine.length === 0) {
      lines.push(`Ringcard has a call ${call.linkedId}, CDR has not`)
      continue
    }
    const start = Math.min(...mine.map((row) => row.start))
    const end = Math.max(...mine.map((row) => row.end))
    if (!near(start, call.startedAt)) lines.push(`call began ${start} there, ${call.startedAt} here`)
    if (!near(end, call.endedAt)) lines.push(`call ended ${end} there, ${call.endedAt} here`)
    lines.push(...talkDifferences(mine, call, near))
    const wanted = outboundEnd[call.end]
    if (call.direction === 'outbound' && wanted && !mine.some((row) => wanted.includes(row.disposition))) {
      lines.push(`outbound call ${call.end} here, ${mine.map((row) => row.disposition).join(', ')} there`)
    }
  }
  return lines
}

/** A call that went on in another has rows of its own, or, where they were still open then, some of the other's. */
function rowsOf(rows: readonly CdrRow[], call: ToldCall): CdrRow[] {
  const own = rows.filter((row) => row.linkedId === call.linkedId)
  if (own.length > 0 || call.mergedInto === null) return own
  return rows.filter((row) => row.linkedId === call.mergedInto && row.uniqueId === call.linkedId)
}

function talkDifferences(
  rows: readonly CdrRow[],
  call: ToldCall,
  near: (one: number, other: number) => boolean,
): string[] {
  const lines: string[] = []
  const withAgent = (row: CdrRow, extension: string): boolean =>
    row.disposition === 'ANSWERED' &&
    [row.channel, row.dstChannel].some((name) => new RegExp(`^(PJSIP|Local)/${extension}\\b`).test(name)) &&
    row.dstChannel !== ''
  for (const contact of call.contacts) {
    const legs = rows.filter((row) => withAgent(row, contact.extension))
    if (!legs.some((row) => near(row.end, contact.endedAt))) {
      lines.push(`talk with ${contact.extension} ended ${contact.endedAt}; CDR has no such leg`)
    }
    const dialled = legs.filter(
      (row) => row.app === 'Dial' && row.dstChannel.startsWith('PJSIP/') && row.channel.startsWith('PJSIP/'),
    )
    const talk = contact.endedAt - contact.beganAt
    for (const row of dialled) {
      if (near(row.end, contact.endedAt) && !near(row.billSec, talk)) {
        lines.push(`talk with ${contact.extension}: ${row.billSec} s there, ${talk} s here`)
      }
    }
  }
  for (const row of rows.filter((r) => r.disposition === 'ANSWERED')) {
    const extension = /^(?:PJSIP|Local)\/(2\d\d)/.exec(row.dstChannel)?.[1]
    if (extension !== undefined && !call.contacts.some((contact) => contact.extension === extension)) {
      lines.push(`CDR has a talk with ${extension}, Ringcard has not`)
    }
  }
  return lines
}
