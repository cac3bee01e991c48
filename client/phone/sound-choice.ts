import { z } from 'zod'

/** With which devices somebody talks and listens in this browser, and how. Null: what the browser takes by itself. */
export const soundChoiceSchema = z.object({
  microphone: z.string().max(300).nullable(),
  speaker: z.string().max(300).nullable(),
  /** Where it rings; null for the speaker. */
  ringer: z.string().max(300).nullable(),
  /** From 0 to 1. */
  ringVolume: z.number().min(0).max(1),
  /** Keeps what comes from the speaker out of the microphone. */
  echo: z.boolean(),
  noise: z.boolean(),
  /** Keeps the voice at an even level. */
  level: z.boolean(),
})
export type SoundChoice = z.infer<typeof soundChoiceSchema>

export const usualSound: SoundChoice = {
  microphone: null,
  speaker: null,
  ringer: null,
  ringVolume: 0.5,
  echo: true,
  noise: true,
  level: true,
}

const placeOf = (personId: string) => `ringcard.sound.${personId}`

/** What a person chose in this browser; the usual where nothing is kept, or what is cannot be read. */
export function readSound(storage: Pick<Storage, 'getItem'>, personId: string): SoundChoice {
  try {
    const kept = soundChoiceSchema.safeParse(JSON.parse(storage.getItem(placeOf(personId)) ?? 'null'))
    return kept.data ?? usualSound
  } catch {
    return usualSound
  }
}

/** Keeps what a person chose. Where this browser keeps nothing it holds until the page is left. */
export function keepSound(storage: Pick<Storage, 'setItem'>, personId: string, choice: SoundChoice): void {
  try {
    storage.setItem(placeOf(personId), JSON.stringify(choice))
  } catch {
    // Storage that is full or refused.
  }
}

/** What the microphone is asked for. A device that is not there gives way to the browser's own choice. */
export function constraintsOf({ microphone, echo, noise, level }: SoundChoice): MediaTrackConstraints {
  return {
    echoCancellation: echo,
    noiseSuppression: noise,
    autoGainControl: level,
    ...(microphone === null ? {} : { deviceId: { ideal: microphone } }),
  }
}

/** A device to choose. */
export interface SoundDevice {
  id: string
  name: string
}

/** The devices by what they do, each real one once: `default` and `communications` stand for one of the others. */
export function devicesByUse(devices: readonly Pick<MediaDeviceInfo, 'kind' | 'deviceId' | 'label'>[]): {
  microphones: SoundDevice[]
  speakers: SoundDevice[]
} {
  const of = (kind: MediaDeviceKind): SoundDevice[] =>
    devices
      .filter((one) => one.kind === kind && !['', 'default', 'communications'].includes(one.deviceId))
      .map(({ deviceId, label }) => ({ id: deviceId, name: label }))
  return { microphones: of('audioinput'), speakers: of('audiooutput') }
}

/** How loud a stretch of sound is, from 0 to 1: from -60 dB below full scale, where a quiet room is, up to full scale. */
export function loudness(samples: Float32Array): number {
  let sum = 0
  for (const sample of samples) sum += sample * sample
  const rms = Math.sqrt(sum / Math.max(1, samples.length))
  return rms === 0 ? 0 : Math.min(1, Math.max(0, (20 * Math.log10(rms) + 60) / 60))
}
