import type { PhoneCall } from './phone.ts'

/** What is heard of calls: the other side of each, and a ring while one waits to be answered. */
export interface CallSound {
  play: (callId: string, stream: MediaStream) => void
  silence: (callId: string) => void
  /** Rings as long as a call does, unless somebody is being talked to. */
  follow: (calls: readonly PhoneCall[]) => void
  stop: () => void
}

/** Two tones, twice, and a pause: of our own. */
const tones = [
  { hz: 587, from: 0, to: 0.35 },
  { hz: 784, from: 0.4, to: 0.85 },
] as const
const everyMs = 2_600
const volume = 0.12

/** Makes what is heard of calls. The ring needs no file and no request. */
export function createCallSound(): CallSound {
  const players = new Map<string, HTMLAudioElement>()
  let context: AudioContext | null = null
  let ringing: number | undefined

  const ringOnce = (): void => {
    context ??= new AudioContext()
    // A browser that plays nothing before the first click rings from then on.
    void context.resume()
    for (const { hz, from, to } of tones) {
      const oscillator = context.createOscillator()
      const gain = context.createGain()
      const start = context.currentTime
      oscillator.frequency.value = hz
      gain.gain.setValueAtTime(0, start + from)
      gain.gain.linearRampToValueAtTime(volume, start + from + 0.03)
      gain.gain.setValueAtTime(volume, start + to - 0.08)
      gain.gain.linearRampToValueAtTime(0, start + to)
      oscillator.connect(gain).connect(context.destination)
      oscillator.start(start + from)
      oscillator.stop(start + to)
    }
  }
  const ring = (on: boolean): void => {
    if (on === (ringing !== undefined)) return
    window.clearInterval(ringing)
    ringing = undefined
    if (!on) return
    ringOnce()
    ringing = window.setInterval(ringOnce, everyMs)
  }
  return {
    play(callId, stream) {
      const player = players.get(callId) ?? new Audio()
      players.set(callId, player)
      player.srcObject = stream
      player.play().catch(() => undefined)
    },
    silence(callId) {
      const player = players.get(callId)
      if (player === undefined) return
      player.pause()
      player.srcObject = null
      players.delete(callId)
    },
    follow: (calls) =>
      ring(calls.some(({ state }) => state === 'ringing') && !calls.some(({ state }) => state === 'talking')),
    stop() {
      ring(false)
      for (const callId of [...players.keys()]) this.silence(callId)
      void context?.close()
    },
  }
}
