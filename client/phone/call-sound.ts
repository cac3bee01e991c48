import type { PhoneCall } from './phone.ts'
import type { SoundChoice } from './sound-choice.ts'

/** What is heard of calls: the other side of each, and a ring while one waits to be answered. */
export interface CallSound {
  play: (callId: string, stream: MediaStream) => void
  silence: (callId: string) => void
  /** Rings as long as a call does, unless somebody is being talked to. */
  follow: (calls: readonly PhoneCall[]) => void
  /** Tells that a call is answered by itself. @returns how long it takes, ms */
  tone: () => number
  /** Is heard by other devices from now on. */
  use: (choice: SoundChoice) => void
  stop: () => void
}

/** Two tones, twice, and a pause: of our own. */
const tones = [
  { hz: 587, from: 0, to: 0.35 },
  { hz: 784, from: 0.4, to: 0.85 },
] as const
const everyMs = 2_600
/** Of full scale: a loud ring is not louder than a loud voice. */
const loudest = 0.3

/** Chooses where something is heard, in browsers that let pages choose. A device that is not there changes nothing. */
function hearBy(what: object, device: string | null): void {
  const chosen = what as { setSinkId?: (id: string) => Promise<void> }
  chosen.setSinkId?.(device ?? '').catch(() => undefined)
}

interface Tone {
  hz: number
  /** s */
  from: number
  to: number
}

/** Rings once, also as a trial. The ring needs no file and no request. @returns how long it takes, ms */
export function ringOnce(context: AudioContext, { speaker, ringer, ringVolume }: SoundChoice): number {
  hearBy(context, ringer ?? speaker)
  return play(context, tones, loudest * ringVolume ** 2)
}

/** The tone before a call that is answered by itself, where the call is heard. */
function toneOnce(context: AudioContext, { speaker }: SoundChoice): number {
  hearBy(context, speaker)
  return play(context, [{ hz: 880, from: 0, to: 0.4 }], loudest / 4)
}

function play(context: AudioContext, what: readonly Tone[], volume: number): number {
  // A browser that plays nothing before the first click rings from then on.
  void context.resume()
  for (const { hz, from, to } of what) {
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
  return (what.at(-1)?.to ?? 0) * 1_000
}

/** Makes what is heard of calls. */
export function createCallSound(first: SoundChoice): CallSound {
  const players = new Map<string, HTMLAudioElement>()
  let choice = first
  let context: AudioContext | null = null
  let ringing: number | undefined

  const ringNow = (): void => {
    context ??= new AudioContext()
    ringOnce(context, choice)
  }
  const ring = (on: boolean): void => {
    if (on === (ringing !== undefined)) return
    window.clearInterval(ringing)
    ringing = undefined
    if (!on) return
    ringNow()
    ringing = window.setInterval(ringNow, everyMs)
  }
  return {
    play(callId, stream) {
      const player = players.get(callId) ?? new Audio()
      players.set(callId, player)
      player.srcObject = stream
      hearBy(player, choice.speaker)
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
      ring(
        calls.some(({ state, pending }) => state === 'ringing' && pending === null) &&
          !calls.some(({ state }) => state === 'talking'),
      ),
    tone() {
      ring(false)
      context ??= new AudioContext()
      return toneOnce(context, choice)
    },
    use(next) {
      choice = next
      for (const player of players.values()) hearBy(player, choice.speaker)
    },
    stop() {
      ring(false)
      for (const callId of [...players.keys()]) this.silence(callId)
      void context?.close()
    },
  }
}
