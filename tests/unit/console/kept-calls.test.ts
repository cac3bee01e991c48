import { expect, it } from 'vitest'
import { leaveCalls, replacesHeader, takeKeptCalls, type KeptCall } from '../../../client/phone/kept-calls.ts'

const call: KeptCall = {
  callId: '4f2a@10.0.0.5',
  localTag: 'ours',
  remoteTag: 'theirs',
  number: '+4930231250',
  direction: 'inbound',
  isHeld: false,
  leftAt: 1_000,
}

function storage() {
  const kept = new Map<string, string>()
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  }
}

it('a call that a page left on is there for the next page, once, for its person, and not for long', () => {
  const place = storage()
  leaveCalls(place, 'nina', [call])
  expect(takeKeptCalls(place, 'lev', 2_000)).toEqual([])
  expect(takeKeptCalls(place, 'nina', 2_000)).toEqual([call])
  expect(takeKeptCalls(place, 'nina', 2_000)).toEqual([])
  leaveCalls(place, 'nina', [call])
  expect(takeKeptCalls(place, 'nina', 61_001)).toEqual([])
})

it.each(['', '{', '[{"callId":7}]', '{}'])('what cannot be read is no call: %s', (text) => {
  const place = storage()
  place.setItem('ringcard.calls.nina', text)
  expect(takeKeptCalls(place, 'nina', 0)).toEqual([])
})

it('its place is taken by the name that the PBX has for it: its own tag first', () => {
  expect(replacesHeader(call)).toBe('Replaces: 4f2a@10.0.0.5;to-tag=theirs;from-tag=ours')
})
