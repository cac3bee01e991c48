import type { RunningAsterisk } from '../asterisk/running.ts'
import { freeMediaPort } from '../asterisk/process.ts'
import { toneFile } from './audio.ts'
import { startSipp, type Mark } from './process.ts'
import { forEverMs, scenario, type Step } from './scenario.ts'

/** What becomes of calls that go out, by the number called (as dialled to the trunk: E.164 with plus). */
export interface TrunkOptions {
  busy?: readonly string[]
  /** Refused by the network (503). */
  refused?: readonly string[]
  /** Rings and nobody picks up. */
  noAnswer?: readonly string[]
  /** All other numbers pick up after that long. Default: one second. */
  answerAfterMs?: number
  /** And hang up that long after; without it the agent ends the call. */
  hangUpAfterMs?: number
  audio?: boolean
}

/** The far end of the trunk. */
export interface Trunk {
  waitFor(word: string, options?: { times?: number; timeoutMs?: number }): Promise<Mark>
  log(): string
  /** Ends the newest call from the far side. */
  hangUp(): Promise<void>
  stop(): Promise<void>
}

/** Starts the trunk's far end, where Asterisk sends what agents dial outside. One for each Asterisk. */
export async function startTrunk(asterisk: RunningAsterisk, options: TrunkOptions = {}): Promise<Trunk> {
  const { host, port } = asterisk.trunk
  const mediaPort = await freeMediaPort(host)
  const steps: Step[] = [
    { part: 'trunk-called' },
    { part: 'phone-ring', values: { MS: options.answerAfterMs ?? 1000 } },
    { part: 'phone-answer' },
    ...(options.audio === true ? [{ part: 'audio' }] : []),
    ...(options.hangUpAfterMs === undefined
      ? [{ part: 'phone-wait-for-end' }]
      : [{ part: 'wait', values: { MS: options.hangUpAfterMs } }, { part: 'hang-up' }]),
    { part: 'label', values: { LABEL: 'busy' } },
    { part: 'phone-busy' },
    { part: 'label', values: { LABEL: 'refused' } },
    { part: 'trunk-refuse' },
    { part: 'label', values: { LABEL: 'silent' } },
    { part: 'phone-ring', values: { MS: forEverMs } },
    { part: 'phone-last' },
  ]
  const xml = scenario('trunk', steps, {
    USER: 'trunk',
    BUSY: oneOf(options.busy),
    REFUSED: oneOf(options.refused),
    SILENT: oneOf(options.noAnswer),
    MEDIA_PORT: options.audio === true ? '[rtpstream_audio_port]' : mediaPort,
    AUDIO_FILE: options.audio === true ? toneFile() : '',
  })
  const sipp = await startSipp({
    xml,
    localIp: host,
    localPort: port,
    mediaPort,
    remote: asterisk.sip,
    lifeMs: forEverMs,
    answerOthers: true,
  })
  return {
    waitFor: (word, waiting) => sipp.waitFor(word, waiting),
    log: () => sipp.messages(),
    hangUp: () => sipp.tell('STOP'),
    stop: () => sipp.kill(),
  }
}

/** A POSIX expression for one of the numbers; for none of them, one that fits nothing that is dialled. */
function oneOf(numbers: readonly string[] = []): string {
  for (const number of numbers) if (!/^\+\d+$/.test(number)) throw new Error(`not an E.164 number: ${number}`)
  return numbers.length === 0 ? 'none' : numbers.map((number) => `[+]${number.slice(1)}`).join('|')
}
