import type { agentExtensions, RunningAsterisk } from '../asterisk/running.ts'
import { freePort } from '../asterisk/process.ts'
import { toneFile } from './audio.ts'
import { forEverMs, nameAddress, scenario, type Step } from './scenario.ts'
import { startSipp, type Mark, type Sipp } from './process.ts'

/** What a desk phone does with every call that reaches it. */
export interface PhoneOptions {
  extension: (typeof agentExtensions)[number]
  /** Rings that long and picks up; or never does, is busy, or refuses. Default: after one second. */
  answer?: { afterMs: number } | 'never' | 'busy' | 'decline'
  /** Ends the call that long after the last of what follows; without it, the other side ends it. */
  hangUpAfterMs?: number
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
    stop: async () => {
      await Promise.all([first.stop(), second?.stop()])
    },
  }
}

async function startDevice(
  asterisk: RunningAsterisk,
  options: PhoneOptions,
): Promise<{ sipp: Sipp; stop: () => Promise<void> }> {
  const localIp = '127.0.0.1'
  const mediaPort = await freePort(localIp, 'udp')
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
  })
  try {
    await register(asterisk, options.extension, sipp.port, forEverMs / 1000)
  } catch (error) {
    await sipp.kill()
    throw error
  }
  return {
    sipp,
    stop: async () => {
      // Asterisk may have been stopped first: then there is nobody to say goodbye to.
      await register(asterisk, options.extension, sipp.port, 0).catch(() => undefined)
      await sipp.kill()
    },
  }
}

/** What the phone does, as parts of a scenario. */
function phoneSteps(options: PhoneOptions): Step[] {
  const answer = options.answer ?? { afterMs: 1000 }
  const steps: Step[] = [{ part: 'phone-called' }]
  const wait = (ms: number) => steps.push({ part: 'wait', values: { MS: ms } })
  if (answer === 'busy' || answer === 'decline') {
    steps.push({ part: `phone-${answer}` })
  } else {
    steps.push({ part: 'phone-ring', values: { MS: answer === 'never' ? forEverMs : answer.afterMs } })
    steps.push({ part: 'phone-answer' })
    if (options.audio === true) steps.push({ part: 'audio' })
    if (options.hold) {
      wait(options.hold.afterMs)
      steps.push({ part: 'phone-hold' })
      wait(options.hold.forMs)
      steps.push({ part: 'phone-resume' })
    }
    if (options.blindTransfer) {
      wait(options.blindTransfer.afterMs)
      steps.push({ part: 'phone-refer', values: { TARGET: options.blindTransfer.to } })
    }
    if (options.attendedTransfer) {
      const { afterMs, to, talkMs } = options.attendedTransfer
      wait(afterMs)
      steps.push({ part: 'phone-hold' })
      steps.push({ part: 'phone-consult', values: { TARGET: to, MS: talkMs } })
    }
    // A phone that has handed its caller over says goodbye itself: Asterisk waits for that.
    const goodbyeMs =
      options.hangUpAfterMs ?? (options.blindTransfer || options.attendedTransfer ? 300 : undefined)
    if (goodbyeMs === undefined) steps.push({ part: 'phone-wait-for-end' })
    else {
      wait(goodbyeMs)
      steps.push({ part: 'hang-up' })
    }
  }
  return [...steps, { part: 'phone-last' }]
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
