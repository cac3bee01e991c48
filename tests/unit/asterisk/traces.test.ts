import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { readTrace } from '../../../lab/traces/trace.ts'
import { createCounters, createTranslator } from '../../../server/asterisk/translate.ts'
import { block } from './ami-text.ts'

const folder = fileURLToPath(new URL('../../fixtures/traces/', import.meta.url))
const names = readdirSync(folder).map((file) => file.replace('.json.gz', ''))

/** What the real Asterisk sent, translated without a PBX to ask. */
async function translated(name: string) {
  const counters = createCounters()
  const odd: string[] = []
  const translator = createTranslator({
    pbx: 'lab',
    now: () => 0,
    counters,
    onOdd: (message) => odd.push(message),
    askPresentation: () => undefined,
    askDeviceState: () => undefined,
  })
  const trace = await readTrace(name)
  const events = trace.pieces
    .filter(({ text }) => text.startsWith('Event:'))
    .flatMap(({ text }) => translator.translate(block(text.replaceAll('\r', ''))))
  return { events, odd }
}

describe('what the real Asterisk sent', () => {
  it.each(names)('is all known and whole: %s', async (name) => {
    const { events, odd } = await translated(name)

    expect(odd).toEqual([])
    expect(events.length).toBeGreaterThan(2)
    const began = events.filter((event) => event.type === 'channel.appeared').length
    expect(events.filter((event) => event.type === 'channel.gone')).toHaveLength(began)
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
