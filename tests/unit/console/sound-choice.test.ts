import { describe, expect, it } from 'vitest'
import {
  constraintsOf,
  devicesByUse,
  keepSound,
  loudness,
  readSound,
  usualSound,
} from '../../../client/phone/sound-choice.ts'

/** What a browser keeps. */
function storage(): Pick<Storage, 'getItem' | 'setItem'> & { kept: Map<string, string> } {
  const kept = new Map<string, string>()
  return { kept, getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => void kept.set(key, value) }
}

describe('the sound that somebody chose', () => {
  it('is kept for each person, and read again', () => {
    const place = storage()
    const choice = { ...usualSound, microphone: 'headset', ringVolume: 1, noise: false }
    keepSound(place, 'nina', choice)
    expect(readSound(place, 'nina')).toEqual(choice)
    expect(readSound(place, 'lev')).toEqual(usualSound)
  })

  it.each(['', 'null', '{', '{"microphone":7}', '{"ringVolume":2}'])(
    'is the usual where %s is kept',
    (text) => {
      const place = storage()
      place.setItem('ringcard.sound.nina', text)
      expect(readSound(place, 'nina')).toEqual(usualSound)
    },
  )

  it('holds where the browser keeps nothing', () => {
    const full = { getItem: () => null, setItem: () => { throw new Error('full') } } // prettier-ignore
    expect(() => keepSound(full, 'nina', usualSound)).not.toThrow()
  })

  it('asks for the microphone that was chosen, and for another where that is not there', () => {
    expect(constraintsOf(usualSound)).toEqual({
      echoCancellation: true,
      noiseSuppression: true,
      autoGainControl: true,
    })
    expect(constraintsOf({ ...usualSound, microphone: 'headset', echo: false })).toMatchObject({
      deviceId: { ideal: 'headset' },
      echoCancellation: false,
    })
  })
})

it('each device is listed once, by what it does', () => {
  const device = (kind: MediaDeviceKind, deviceId: string) => ({ kind, deviceId, label: `The ${deviceId}` })
  const found = [
    device('audioinput', 'default'),
    device('audioinput', 'headset'),
    device('videoinput', 'camera'),
    device('audiooutput', 'communications'),
    device('audiooutput', 'loud'),
    device('audiooutput', ''),
  ]
  expect(devicesByUse(found)).toEqual({
    microphones: [{ id: 'headset', name: 'The headset' }],
    speakers: [{ id: 'loud', name: 'The loud' }],
  })
})

it('loudness goes from silence to full scale', () => {
  expect(loudness(new Float32Array(512))).toBe(0)
  expect(loudness(new Float32Array(512).fill(1))).toBe(1)
  expect(loudness(new Float32Array(512).fill(0.0316))).toBeCloseTo(0.5, 2)
  expect(loudness(new Float32Array(0))).toBe(0)
})
