import type { agentExtensions, RunningAsterisk } from '../asterisk/running.ts'
import { freeMediaPort } from '../asterisk/process.ts'
import { toneFile } from './audio.ts'
import { startSipp, type Mark } from './process.ts'
import { forEverMs, nameAddress, scenario, type Step } from './scenario.ts'

/** A call and what the caller does in it. */
export interface CallOptions {
  /** The caller's number as the trunk presents it (any text, it may be malformed), or an agent's extension. */
  from: string | { agent: (typeof agentExtensions)[number] }
  /** The number dialled: `+493023125NNN` from the trunk, whatever an agent dials. */
  to: string
  /** The display name in the From header; anything goes. */
  callerName?: string
  /** The caller wants the number withheld: From is anonymous, `Privacy: id`, the number is in P-Asserted-Identity. */
  withheld?: boolean
  /** What the network vouches for, if it differs from {@link from}. */
  assertedIdentity?: string
  /** What the trunk says of its check of the number (STIR/SHAKEN): the `verstat` of the asserted address. */
  verstat?: string
  /** Keys pressed after the answer, each so long after the one before. */
  digits?: readonly { afterMs: number; digit: string }[]
  /** Puts the other side on hold, after the keys. */
  hold?: { afterMs: number; forMs: number }
  /** Ends the call that long after the answer, keys and hold; without it, the other side ends it. */
  hangUpAfterMs?: number
  /** Gives up (CANCEL) if nobody and nothing has answered by then. Default: a minute. */
  giveUpAfterMs?: number
  audio?: boolean
}

/** How a call ended, as the caller saw it. */
export interface CallEnd {
  answered: boolean
  /** The last final SIP status to the INVITE, for example 200, 486, 487. Undefined if none came. */
  status: number | undefined
  /** Who said goodbye: BYE or CANCEL by the caller, or the other side (BYE or refusal). */
  by: 'caller' | 'pbx'
  marks: Mark[]
}

/** A call that was placed. */
export interface PlacedCall {
  /** Settles when the INVITE was answered; rejects if it never is. */
  answered: Promise<Mark>
  /** Settles when the call is over. Never rejects. */
  ended: Promise<CallEnd>
  waitFor(word: string, options?: { times?: number; timeoutMs?: number }): Promise<Mark>
  log(): string
  /** Ends the call now, whatever was planned: by CANCEL before the answer, by BYE after it. */
  hangUp(): Promise<CallEnd>
}

/** Places a call and gives it back as soon as the INVITE is on its way. */
export async function placeCall(asterisk: RunningAsterisk, options: CallOptions): Promise<PlacedCall> {
  const agent = typeof options.from === 'object' ? options.from.agent : undefined
  const localIp = agent === undefined ? asterisk.trunk.host : '127.0.0.1'
  const mediaPort = await freeMediaPort(localIp)
  const steps = callSteps(options, agent)
  const xml = scenario('call', steps, {
    TO: safe(options.to),
    USER: agent ?? 'trunk',
    MEDIA_PORT: options.audio === true ? '[rtpstream_audio_port]' : mediaPort,
    AUDIO_FILE: options.audio === true ? toneFile() : '',
    INVITE_CSEQ: agent === undefined ? 1 : 2,
    ...identity(options, asterisk),
  })
  const sipp = await startSipp({
    xml,
    localIp,
    mediaPort,
    remote: asterisk.sip,
    calls: 1,
    lifeMs: forEverMs,
    answerOthers: true,
    logs: asterisk.phoneLogs,
  })
  const ended = sipp.ended.then(() => endOf(sipp.messages(), sipp.marks()))
  const answered = sipp.waitFor('answered', { timeoutMs: forEverMs })
  // Whoever does not ask need not handle that nobody answered.
  answered.catch(() => undefined)
  return {
    answered,
    ended,
    waitFor: (word, waiting) => sipp.waitFor(word, waiting),
    log: () => sipp.messages(),
    hangUp: async () => {
      await sipp.tell('STOP')
      return ended
    },
  }
}

function callSteps(options: CallOptions, agent: string | undefined): Step[] {
  const steps: Step[] = agent === undefined ? [] : [{ part: 'caller-challenged' }]
  const wait = (ms: number) => steps.push({ part: 'wait', values: { MS: ms } })
  steps.push({ part: 'caller-invite', values: { MS: options.giveUpAfterMs ?? 60_000 } })
  if (options.audio === true) steps.push({ part: 'audio' })
  for (const { afterMs, digit } of options.digits ?? []) {
    wait(afterMs)
    steps.push({ part: 'caller-digit', values: { DIGIT: safe(digit) } })
  }
  if (options.hold) {
    wait(options.hold.afterMs)
    steps.push({ part: 'caller-hold' })
    wait(options.hold.forMs)
    steps.push({ part: 'caller-resume' })
  }
  if (options.hangUpAfterMs === undefined) steps.push({ part: 'caller-wait-for-end' })
  else {
    wait(options.hangUpAfterMs)
    steps.push({ part: 'hang-up' })
  }
  return [...steps, { part: 'caller-last' }]
}

/** The headers that say who calls. */
function identity(options: CallOptions, asterisk: RunningAsterisk) {
  if (typeof options.from === 'object') {
    const { agent } = options.from
    const password = `[authentication username=${agent} password=${asterisk.secretOf(agent)}]`
    return {
      FROM: nameAddress(options.callerName, `sip:${agent}@${asterisk.sip.host}`),
      HEADERS: `\n      ${password}`,
    }
  }
  const number = safe(options.from)
  const host = asterisk.trunk.host
  const address = nameAddress(options.callerName, `sip:${number}@${host}`)
  const { verstat, withheld } = options
  const asserted =
    options.assertedIdentity ?? (withheld === true || verstat !== undefined ? number : undefined)
  const checked = verstat === undefined ? '' : `;verstat=${safe(verstat)}`
  const headers = [
    ...(asserted === undefined
      ? []
      : [
          `P-Asserted-Identity: ${nameAddress(options.callerName, `sip:${safe(asserted)}${checked}@${host}`)}`,
        ]),
    ...(options.withheld === true ? ['Privacy: id'] : []),
  ]
  return {
    FROM: options.withheld === true ? '"Anonymous" <sip:anonymous@anonymous.invalid>' : address,
    HEADERS: headers.map((line) => `\n      ${line}`).join(''),
  }
}

/** What goes inside a SIP address must not be able to end it. */
function safe(text: string): string {
  if (!/^[\w.+*#%!~-]*$/.test(text)) throw new Error(`not possible in a SIP address: ${JSON.stringify(text)}`)
  return text
}

function endOf(messages: string, marks: Mark[]): CallEnd {
  const statuses = messages.split(/^-{20,}/m).flatMap((message) => {
    const status = /^SIP\/2\.0 (\d{3}) /m.exec(message)?.[1]
    return status !== undefined && /^CSeq: \d+ INVITE/m.test(message) ? [Number(status)] : []
  })
  const finals = statuses.filter((status) => status >= 200 && status !== 401)
  const sent = /^UDP message sent[^\n]*\n\s*\n(?:BYE|CANCEL) /m.test(messages)
  return {
    answered: marks.some((mark) => mark.word === 'answered'),
    status: finals.findLast((status) => status >= 300) ?? finals.at(-1),
    by: sent ? 'caller' : 'pbx',
    marks,
  }
}
