import { readFile } from 'node:fs/promises'
import type { LabAsterisk } from '../../../lab/asterisk/asterisk.ts'
import type { Trace } from '../../../lab/traces/trace.ts'
import { createRecord, type RecordSettings } from '../../../server/asterisk/record/record.ts'
import type { PbxEvent } from '../../../server/floor/events.ts'

type Records = Pick<Trace, 'queueLog' | 'cdr' | 'cel'>

async function linesOf(file: string): Promise<string[]> {
  return (await readFile(file, 'utf8').catch(() => '')).split('\n').filter((line) => line !== '')
}

/**
 * Reads Asterisk's own records piece by piece.
 * @param pbx as it is when asked
 * @returns gives the lines that were written since it was asked last
 */
export function newRecordsOf(pbx: () => Pick<LabAsterisk, 'files'>): () => Promise<Records> {
  let read = { queueLog: 0, cdr: 0, cel: 0 }
  return async () => {
    const since = read
    const { files } = pbx()
    const all: Records = {
      queueLog: await linesOf(files.queueLog),
      cdr: await linesOf(files.cdr),
      cel: await linesOf(files.cel),
    }
    read = { queueLog: all.queueLog.length, cdr: all.cdr.length, cel: all.cel.length }
    return {
      queueLog: all.queueLog.slice(since.queueLog),
      cdr: all.cdr.slice(since.cdr),
      cel: all.cel.slice(since.cel),
    }
  }
}

/**
 * How long each caller waited between the answer and the queue, by the rows of CEL.
 * @returns ms, for those who came to a queue
 */
export function waitsBeforeQueue(cel: readonly string[]): number[] {
  const rows = cel.map((line) =>
    [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map((match) => match[1] ?? match[2] ?? ''),
  )
  return rows.flatMap(([type, time, uniqueId, , , , , , , app]) => {
    if (type !== 'APP_START' || app !== 'Queue') return []
    const answer = rows.find((row) => row[0] === 'ANSWER' && row[2] === uniqueId)
    return [(Number(time) - Number(answer?.[1])) * 1000]
  })
}

/**
 * What two sources tell of the time since, as if nobody had heard it.
 * @throws when they do not tell the whole
 */
export async function toldBy(
  cel: RecordSettings['cel'],
  queueLog: RecordSettings['queueLog'],
  since: number,
): Promise<PbxEvent[]> {
  const isDesk = (device: string) => device.startsWith('PJSIP/2')
  const log = { info: () => undefined }
  const snapshot = { channels: [], bridges: [], queues: [], members: [], waiting: [], parked: [] }
  const events: PbxEvent[] = []
  const told = await createRecord({
    pbx: 'lab',
    prefix: '',
    cel,
    queueLog,
    isDesk,
    log,
    now: () => since,
  }).read(
    { since, bootedAt: null, channelOf: () => null },
    {
      ...{ type: 'snapshot', pbx: 'lab', at: Date.now(), arrivedAt: Date.now() },
      snapshot: { ...snapshot, bootedAt: null },
    },
    (more) => Promise.resolve(void events.push(...more)),
    {
      ours: (at) => at,
      notices: { set: () => undefined, clear: () => undefined },
      signal: new AbortController().signal,
    },
  )
  if (told?.told !== 'whole') throw new Error(`Of the record was told: ${told?.told ?? 'none'}`)
  return events
}
