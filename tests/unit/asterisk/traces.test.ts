import { describe, expect, it } from 'vitest'
import { readTrace, traceNames } from '../../../lab/traces/trace.ts'
import { createCounters, createTranslator } from '../../../server/asterisk/translate.ts'
import { block } from './ami-text.ts'

const names = traceNames()

/** What the real Asterisk sent, translated without a PBX to ask. */
async function translated(name: string) {
  const counters = createCounters()
  const odd: string[] = []
  const noticed: string[] = []
  const translator = createTranslator({
    pbx: 'lab',
    now: () => 0,
    counters,
    onOdd: (message) => odd.push(message),
    notice: (code) => noticed.push(code),
    askPresentation: () => undefined,
    askDeviceState: () => undefined,
    keepPin: () => 'kept',
  })
  translator.allAreKnown()
  const trace = await readTrace(name)
  const events = trace.pieces
    .filter(({ text }) => text.startsWith('Event:'))
    .flatMap(({ text }) => translator.translate(block(text.replaceAll('\r', ''))))
  return { events, odd, noticed }
}

describe('what the real Asterisk sent', () => {
  it.each(names)('is all known and whole: %s', async (name) => {
    const { events, odd, noticed } = await translated(name)

    expect(odd).toEqual([])
    // Each channel was announced before anything else was told of it.
    expect(noticed).not.toContain('pbx.unannounced')
    expect(events.length).toBeGreaterThan(2)
    const began = events.filter((event) => event.type === 'channel.appeared').length
    expect(events.filter((event) => event.type === 'channel.gone')).toHaveLength(began)
  })

  it('has no PIN in it once translated, though it was typed', async () => {
    const typed = (await readTrace('ivr-pin')).pieces.map(({ text }) => /^Pin: (\d+)/m.exec(text)?.[1])
    const pin = typed.find((one) => one !== undefined) ?? 'none was typed'
    const { events } = await translated('ivr-pin')

    expect(events.some(({ type }) => type === 'call.pinTyped')).toBe(true)
    expect(JSON.stringify(events)).not.toContain(pin)
  })

  it('has no withheld number in it once translated, nor the name', async () => {
    const trace = await readTrace('withheld')
    const caller = /^CallerIDNum: (\+\d+)\r?\nCallerIDName: ([^\r\n<]*)/m.exec(
      trace.pieces.map(({ text }) => text).find((text) => text.startsWith('Event: Newchannel')) ?? '',
    )
    const { events } = await translated('withheld')

    expect(caller?.[1]).toMatch(/^\+\d{8,}$/)
    expect(JSON.stringify(events)).not.toContain(caller?.[1])
    expect(events.some((event) => event.type === 'channel.changed' && event.changes.callerRestricted)).toBe(
      true,
    )
  })
})
