import { createCounters, createTranslator, type Translator } from '../../../server/asterisk/translate.ts'
import type { PbxEvent } from '../../../server/floor/events.ts'
import { channel, event, type ChannelText } from './ami-text.ts'

export const number = '+493023125990'
/** When everything happened, by the PBX's clock and by ours. */
export const stamp = { pbx: 'lab', at: 1_764_000_001_250, arrivedAt: 5_000 }
export const caller: ChannelText = { unique: '1.1', number, callerName: 'Olena', state: 4 }

/** A translator, what it asked and complained of, and a caller who comes in when `arrives` is called. */
export function newTranslator() {
  const counters = createCounters()
  const odd: string[] = []
  const noticed: string[] = []
  const asked: string[] = []
  const askedDevices: string[] = []
  const pins: string[] = []
  const translator: Translator = createTranslator({
    pbx: 'lab',
    now: () => 5_000,
    counters,
    onOdd: (message) => odd.push(message),
    notice: (code) => noticed.push(code),
    askPresentation: (unique) => asked.push(unique),
    askDeviceState: (device) => askedDevices.push(device),
    keepPin: (pin) => `pin ${String(pins.push(pin))}`,
  })
  const happens = (name: string, headers: string): PbxEvent[] => translator.translate(event(name, headers))
  const arrives = (more: Partial<ChannelText> = {}): PbxEvent[] =>
    happens('Newchannel', channel({ ...caller, pres: 'allowed_not_screened', ...more }))
  return { translator, counters, odd, noticed, asked, askedDevices, pins, happens, arrives }
}
