import { beforeEach, describe, expect, it } from 'vitest'
import { readTimestamp } from '../../../server/asterisk/translate.ts'
import { block, channel } from './ami-text.ts'
import { caller, newTranslator } from './translator.ts'

let { translator, counters, odd, noticed, happens, arrives } = newTranslator()
beforeEach(() => {
  ;({ translator, counters, odd, noticed, happens, arrives } = newTranslator())
})

describe('what is not as it should be', () => {
  it('counts an unknown event and says so once', () => {
    for (let i = 0; i < 3; i++) expect(happens('Frobnicate', 'X: 1')).toEqual([])

    expect(counters.unknown).toEqual(new Map([['Frobnicate', 3]]))
    expect(odd).toHaveLength(1)
  })

  it('counts an event without the field that it needs and says so once', () => {
    for (let i = 0; i < 3; i++) expect(happens('Hangup', 'Cause: 16')).toEqual([])

    expect(counters.malformed).toEqual(new Map([['Hangup', 3]]))
    expect(odd).toEqual(['An event Hangup of the PBX was left out: no usable uniqueid.'])
  })

  it('takes our clock for an event without a time, and lets the administrator know', () => {
    const events = [1, 2].flatMap(() =>
      translator.translate(block('Event: Hold\nUniqueid: 1.1\nLinkedid: 1.1')),
    )

    expect(events.map((each) => each.at)).toEqual([5_000, 5_000])
    expect(new Set(noticed)).toEqual(new Set(['pbx.no_timestamps']))
  })

  it('takes in a channel that nobody announced by the first event that tells of it, and then as any other', () => {
    translator.allAreKnown()
    const unannounced = channel({ unique: '1764000000.7', number: '+493023125990', pres: 'allowed' })

    const events = happens('QueueCallerJoin', `${unannounced}\nQueue: support\nPosition: 1`)
    const later = happens('Hold', unannounced)

    expect(events).toMatchObject([
      {
        type: 'channel.appeared',
        at: 1_764_000_000_000,
        channel: { channelId: 'lab:1764000000.7', callerNumber: '+493023125990' },
      },
      { type: 'queue.entered', queue: 'support', channelId: 'lab:1764000000.7' },
    ])
    expect(later).toMatchObject([{ type: 'channel.held' }])
    expect(noticed).toEqual(['pbx.unannounced'])
  })

  it('knows that what trails behind a hang-up is no new channel', () => {
    translator.allAreKnown()
    arrives()
    happens('Hangup', channel(caller))

    expect(happens('QueueCallerAbandon', `${channel(caller)}\nQueue: support`)).toHaveLength(1)
    expect(happens('Hangup', channel({ ...caller, unique: '1.9' }))).toHaveLength(1)
    expect(noticed).toEqual(['pbx.unannounced'])
  })

  it('cuts the name of a caller that is no name, with a mark, and says so each time that a name is given', () => {
    const long = { ...caller, callerName: `Olena ${'x'.repeat(10_000)}` }
    const [appeared] = arrives(long)
    happens('Newstate', channel(long))

    const name = appeared?.type === 'channel.appeared' ? appeared.channel.callerName : null
    expect(name).toBe(null)
    const open = happens('NewCallerid', channel({ ...long, pres: 'allowed' }))
    expect(open.at(-1)).toMatchObject({ changes: { callerName: `Olena ${'x'.repeat(73)}…` } })
    expect(noticed).toEqual(['pbx.name_cut', 'pbx.name_cut'])
  })

  it('keeps its counters bounded, however many names are invented', () => {
    for (let i = 0; i < 1_500; i++) happens(`Invented${i}`, 'X: 1')

    expect(counters.unknown.size).toBeLessThanOrEqual(1_001)
    expect(counters.unknown.get('others')).toBe(500)
  })

  it.each([
    ['1764000000.087210', 1_764_000_000_087],
    ['1764000000.000001', 1_764_000_000_000],
    ['1764000000.999999', 1_764_000_000_999],
    ['1764000000.573000', 1_764_000_000_573],
    ['soon', null],
    [undefined, null],
  ])('reads the time %s', (text, expected) => {
    expect(readTimestamp(text)).toBe(expected)
  })
})
