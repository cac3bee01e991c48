import { describe, expect, it } from 'vitest'
import {
  columnsLacking,
  createCelReader,
  usualCelColumns,
} from '../../../../server/asterisk/record/cel-rows.ts'
import { readQueueLogRow } from '../../../../server/asterisk/record/queue-log-rows.ts'
import { createWallClock } from '../../../../server/asterisk/record/wall-clock.ts'

const row =
  '"HANGUP","1795469146.220073","lab-1.19","lab-1.19","PJSIP/trunk-13","+493023125901","A ""B"", C","s","queue","","","","{""hangupcause"":16,""hangupsource"":""PJSIP/trunk-13""}"'

describe('a row of the channel event log', () => {
  const read = createCelReader(usualCelColumns, '')

  it('is read with quotes, commas and what only this event has', () => {
    expect(read(row)).toMatchObject({
      type: 'HANGUP',
      at: 1795469146220,
      uniqueId: 'lab-1.19',
      channel: 'PJSIP/trunk-13',
      name: 'A "B", C',
      extra: { hangupcause: '16', hangupsource: 'PJSIP/trunk-13' },
    })
  })

  it('that is torn anywhere is no row', () => {
    // Save where only the last column is lacking, which may be empty.
    for (let length = 0; length < row.length; length += 1)
      if (row[length - 1] !== ',') expect(read(row.slice(0, length))).toBeNull()
    for (let from = 1; from < row.length - 1; from += 1) expect(read(row.slice(from))).toBeNull()
  })

  it('may have its columns in another order', () => {
    const other = createCelReader(['linkedid', 'eventtime', 'eventtype', 'uniqueid', 'channame'], '')
    expect(other('lab-1.19,1795469146.220073,ANSWER,lab-1.20,PJSIP/201-1')).toMatchObject({
      type: 'ANSWER',
      uniqueId: 'lab-1.20',
      linkedId: 'lab-1.19',
      number: '',
    })
  })

  it('with no time, or without the columns that are needed, is no row', () => {
    expect(read(row.replace('1795469146.220073', 'yesterday'))).toBeNull()
    expect(columnsLacking(usualCelColumns)).toEqual([])
    expect(columnsLacking(usualCelColumns.filter((name) => name !== 'linkedid'))).toEqual(['linkedid'])
  })

  it('of endless length is not looked at', () => {
    expect(read(row.replace('A ""B""', 'A'.repeat(20_000)))).toBeNull()
  })
})

describe('times', () => {
  it('are seconds since 1970, or a wall clock’s in a time zone', () => {
    const berlin = createWallClock('Europe/Berlin')
    expect(berlin('1795469146.220073')).toBe(1795469146220)
    expect(berlin('2026-07-01 12:00:00.250')).toBe(Date.UTC(2026, 6, 1, 10, 0, 0, 250))
    expect(berlin('2026-01-01 12:00:00')).toBe(Date.UTC(2026, 0, 1, 11))
    expect(createWallClock('Asia/Kolkata')('2026-01-01T12:00:00')).toBe(Date.UTC(2026, 0, 1, 6, 30))
    expect(berlin('12:00')).toBeNull()
  })

  it('go on through the hour that a wall clock shows twice', () => {
    const berlin = createWallClock('Europe/Berlin')
    const shown = ['01:59:00', '02:10:00', '02:59:59', '02:00:00', '02:30:00', '03:00:00']
    const minutes = shown.map(
      (time) => ((berlin(`2026-10-25 ${time}`) ?? NaN) - Date.UTC(2026, 9, 24, 23, 59)) / 60_000,
    )
    expect(minutes.map(Math.floor)).toEqual([0, 11, 60, 61, 91, 121])
  })

  it('that a wall clock passes over in spring are still times', () => {
    expect(createWallClock('Europe/Berlin')('2026-03-29 02:30:00')).not.toBeNull()
  })
})

describe('a row of queue_log', () => {
  it('is read, and one that is torn at the front or empty is none', () => {
    expect(readQueueLogRow('1795469115|lab-1.15|sales|PJSIP/201|RINGNOANSWER|12000')).toEqual({
      at: 1795469115000,
      uniqueId: 'lab-1.15',
      queue: 'sales',
      agent: 'PJSIP/201',
      event: 'RINGNOANSWER',
      data: ['12000'],
    })
    for (const line of [
      '',
      '469115',
      '|lab|sales',
      '69115|lab-1.15|sales|NONE|ENTERQUEUE|',
      '1795469115|a|b|c',
    ])
      expect(readQueueLogRow(line)).toBeNull()
  })
})
