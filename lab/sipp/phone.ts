import type { Extension, RunningAsterisk } from '../asterisk/running.ts'
import { freeMediaPort } from '../asterisk/process.ts'
import { toneFile } from './audio.ts'
import { forEverMs, nameAddress, scenario, type Step } from './scenario.ts'
import { startSipp, type Mark, type Sipp } from './process.ts'

/** Something a phone does in a call, so long after what it did before. */
export type PhoneAct = { afterMs: number } &
  /** With nothing for the other side to hear, if so wanted, not even Asterisk’s music. */
  (
    | { do: 'hold'; silent?: true }
    | { do: 'resume' | 'cancelConsult' | 'endConsult' | 'join' }
    /** Waits until the PBX tells it what to do. */
    | { do: 'told' }
    | { do: 'press'; keys: string }
    | { do: 'transfer'; to: string }
    /** Calls a third party while the caller is on hold, and goes on when it rings there or when it has picked up. */
    | { do: 'consult'; to: string; until: 'ringing' | 'answered' }
  )

/** What a desk phone does with every call that reaches it. */
export interface PhoneOptions {
  extension: Extension
  /**
   * Rings that long and picks up; or when the PBX tells it to; or never does, is busy, refuses, or sends the caller on.
   * Default: after one second.
   */
  answer?: { afterMs: number } | 'whenTold' | 'never' | 'busy' | 'decline' | { forwardTo: string }
  /** Ends the call that long after the last of what follows; without it, the other side ends it. */
  hangUpAfterMs?: number
  /** What it does once it has answered, one thing after the other. */
  acts?: readonly PhoneAct[]
  /** Puts the caller on hold that long after the answer, for that long. */
  hold?: { afterMs: number; forMs: number }
  /** Hands the caller over, that long after the answer. */
  blindTransfer?: { afterMs: number; to: string }
  /** Calls a third party, talks, and joins it with the caller. */
  attendedTransfer?: { afterMs: number; to: string; talkMs: number }
  /** Two phones registered for the one extension; the second rings as long as the first and never answers. */
  secondContact?: boolean
  /** Sends sound, as real phones do. Needed where Local channels or recordings matter. */
  audio?: boolean
}

/** A desk phone that is registered. */
export interface Phone {
  extension: string
  /** Waits for what the phone does: `ringing`, `answered`, `held`, `resumed`, `transferred`, `over`. */
  waitFor(word: string, options?: { times?: number; timeoutMs?: number }): Promise<Mark>
  /** What it did so far, with times: the referee for hold. */
  marks(): Mark[]
  /** Its SIP messages, for when something is odd. */
  log(): string
  /** Picks up the call that rings, before its time. */
  answer(): Promise<void>
  /** Ends the call it is in. */
  hangUp(): Promise<void>
  /** Takes its registration back; a call it is in goes on. */
  unregister(): Promise<void>
  /** Unregisters and ends it. Calls it still has are left without an answer. */
  stop(): Promise<void>
}

/** Starts a desk phone, registers it and gives it back ready to ring. */
export async function startPhone(asterisk: RunningAsterisk, options: PhoneOptions): Promise<Phone> {
  const first = await startDevice(asterisk, options)
  const second =
    options.secondContact === true
      ? await startDevice(asterisk, { extension: options.extension, answer: 'never' })
      : undefined
  return {
    extension: options.extension,
    waitFor: (word, waiting) => first.sipp.waitFor(word, waiting),
    marks: () => first.sipp.marks(),
    log: () => first.sipp.messages(),
    answer: () => first.sipp.tell('PICKUP'),
    hangUp: () => first.sipp.tell('STOP'),
    unregister: first.unregister,
    stop: async () => {
      await Promise.all([first.stop(), second?.stop()])
    },
  }
}

async function startDevice(
  asterisk: RunningAsterisk,
  options: PhoneOptions,
): Promise<{ sipp: Sipp; unregister: () => Promise<void>; stop: () => Promise<void> }> {
  const localIp = '127.0.0.1'
  const mediaPort = await freeMediaPort(localIp)
  const xml = scenario(`phone ${options.extension}`, phoneSteps(options), {
    USER: options.extension,
    MEDIA_PORT: options.audio === true ? '[rtpstream_audio_port]' : mediaPort,
    AUDIO_FILE: options.audio === true ? toneFile() : '',
    PASSWORD: asterisk.secretOf(options.extension),
    ME: nameAddress(undefined, `sip:${options.extension}@${asterisk.sip.host}`),
  })
  const sipp = await startSipp({
    xml,
    localIp,
    mediaPort,
    remote: asterisk.sip,
    lifeMs: forEverMs,
    answerOthers: true,
    logs: asterisk.phoneLogs,
  })
  try {
    await register(asterisk, options.extension, sipp.port, forEverMs / 1000)
  } catch (error) {
    await sipp.kill()
    throw error
  }
  const unregister = () => register(asterisk, options.extension, sipp.port, 0)
  return {
    sipp,
    unregister,
    stop: async () => {
      // Asterisk may have been stopped first: then there is nobody to say goodbye to.
      await unregister().catch(() => undefined)
      await sipp.kill()
    },
  }
}

/** What the phone does, as parts of a scenario. */
function phoneSteps(options: PhoneOptions): Step[] {
  const answer = options.answer ?? { afterMs: 1000 }
  const called: Step = { part: 'phone-called' }
  const last: Step = { part: 'phone-last' }
  if (answer === 'busy' || answer === 'decline') return [called, { part: `phone-${answer}` }, last]
  if (typeof answer === 'object' && 'forwardTo' in answer)
    return [called, { part: 'phone-forward', values: { TARGET: answer.forwardTo } }, last]

  const acts = actsOf(options)
  // A phone that has handed its caller over says goodbye itself: Asterisk waits for that.
  const handsOver = acts.some((act) => act.do === 'transfer' || act.do === 'join')
  const goodbyeMs = options.hangUpAfterMs ?? (handsOver ? 300 : undefined)
  return [
    called,
    ...(answer === 'whenTold'
      ? [{ part: 'phone-rings' }, { part: 'phone-told' }]
      : [{ part: 'phone-ring', values: { MS: answer === 'never' ? forEverMs : answer.afterMs } }]),
    { part: 'phone-answer' },
    ...(options.audio === true ? [{ part: 'audio' }] : []),
    ...actSteps(acts),
    ...(goodbyeMs === undefined ? [{ part: 'phone-wait-for-end' }] : [wait(goodbyeMs), { part: 'hang-up' }]),
    last,
  ]
}

/** The acts that were asked for, those with a short form first. */
function actsOf(options: PhoneOptions): PhoneAct[] {
  const { hold, blindTransfer, attendedTransfer } = options
  const acts: PhoneAct[] = []
  if (hold) acts.push({ afterMs: hold.afterMs, do: 'hold' }, { afterMs: hold.forMs, do: 'resume' })
  if (blindTransfer) acts.push({ ...blindTransfer, do: 'transfer' })
  if (attendedTransfer) {
    const { afterMs, to, talkMs } = attendedTransfer
    acts.push({ afterMs, do: 'hold' }, { afterMs: 0, do: 'consult', to, until: 'answered' })
    acts.push({ afterMs: talkMs, do: 'join' })
  }
  return [...acts, ...(options.acts ?? [])]
}

function actSteps(acts: readonly PhoneAct[]): Step[] {
  let consult = { to: '', answered: false }
  return acts.flatMap((act): Step[] => {
    const first = act.afterMs > 0 ? [wait(act.afterMs)] : []
    const TARGET = consult.to
    switch (act.do) {
      case 'hold':
        return [
          ...first,
          { part: 'phone-hold', values: { DIRECTION: act.silent === true ? 'inactive' : 'sendonly' } },
        ]
      case 'told':
        return [...first, { part: 'phone-told' }]
      case 'resume':
        return [...first, { part: 'phone-resume' }]
      case 'press':
        return [
          ...first,
          ...Array.from(act.keys).flatMap((DIGIT) => [{ part: 'phone-key', values: { DIGIT } }, wait(200)]),
        ]
      case 'transfer':
        return [...first, { part: 'phone-refer', values: { TARGET: act.to } }]
      case 'consult':
        consult = { to: act.to, answered: act.until === 'answered' }
        return [
          ...first,
          { part: 'phone-consult', values: { TARGET: act.to } },
          ...(consult.answered ? [{ part: 'phone-consult-answered', values: { TARGET: act.to } }] : []),
        ]
      case 'cancelConsult':
        return [...first, { part: 'phone-consult-cancel', values: { TARGET } }]
      case 'endConsult':
        return [...first, { part: 'phone-consult-end', values: { TARGET } }]
      case 'join':
        return [
          ...first,
          { part: 'phone-join', values: { TARGET } },
          { part: consult.answered ? 'phone-consult-over' : 'phone-consult-joined', values: { TARGET } },
        ]
    }
  })
}

function wait(ms: number): Step {
  return { part: 'wait', values: { MS: ms } }
}

/**
 * Registers a contact, or takes it back.
 * @param expiresS seconds; 0 takes it back
 * @throws when Asterisk refuses or does not answer within 5 s
 */
async function register(
  asterisk: RunningAsterisk,
  extension: PhoneOptions['extension'],
  contactPort: number,
  expiresS: number,
): Promise<void> {
  const xml = scenario('register', [{ part: 'register' }], {
    USER: extension,
    PASSWORD: asterisk.secretOf(extension),
    CONTACT_PORT: contactPort,
    EXPIRES: expiresS,
  })
  const sipp = await startSipp({ xml, localIp: '127.0.0.1', remote: asterisk.sip, calls: 1, lifeMs: 5000 })
  const code = await sipp.ended
  if (code !== 0) throw new Error(`${extension} could not register:\n${sipp.messages().slice(-1500)}`)
}
