import { randomUUID } from 'node:crypto'
import type { Logger } from 'pino'
import { isEmergency, ownPhoneRingsSeconds, type DialRequest } from '../../shared/dial.ts'
import type { ReadNumber } from '../../shared/number-reader.ts'
import { ProblemError, type ProblemCode } from '../../shared/problems.ts'
import { AmiError } from '../asterisk/errors.ts'
import type { CallCommands } from '../asterisk/call-commands.ts'
import type { Fact } from '../floor/facts.ts'
import type { Floor } from '../floor/state.ts'
import { canRing } from '../floor/views.ts'
import type { Commander } from './control.ts'
import { createOnce } from './once.ts'
import { dialString, isShort } from './targets.ts'
import { createWaiters } from './waiters.ts'

/** The phone by which somebody takes and makes calls. */
export interface PhoneInUse {
  pbx: string
  /** As the floor names it. */
  device: string
}

export interface DialOptions {
  floor: () => Floor
  commands: Pick<CallCommands, 'originate'>
  /** The phone in use at a desk; null where there is none that can be called. */
  phoneOf: (extension: string) => PhoneInUse | null
  readNumber: (raw: string, pbx: string) => ReadNumber
  /** What is dialled on a PBX before the digits of an international number. */
  internationalPrefix: (pbx: string) => string
  log: Pick<Logger, 'warn'>
  now?: () => number
}

export type Dialling = ReturnType<typeof createDialling>

/** How long the PBX has until it calls the agent's phone, ms. */
const begunWithinMs = 5_000
const ringMs = ownPhoneRingsSeconds * 1000

/**
 * Has agents call somebody by the phone that stands at their desk: the PBX calls that phone, and once it is picked up whom they
 * want. The floor shows how far that is; a command is answered when the phone was picked up, or was not.
 */
export function createDialling(options: DialOptions) {
  const { floor, commands, log } = options
  const begins = createWaiters(begunWithinMs)
  const picksUp = createWaiters(ringMs + begunWithinMs)
  const once = createOnce<{ callId: string }>(options.now ?? Date.now)
  /** Desks whose phone is being called. */
  const busy = new Set<string>()

  /** @throws ProblemError where nothing is to be begun now */
  function phoneReady(extension: string, number: string): PhoneInUse {
    const agent = floor().agents.get(extension)
    const phone = options.phoneOf(extension)
    if (!agent || phone === null) throw new ProblemError('dial.no_phone')
    if (!canRing(floor(), phone.device)) throw new ProblemError('dial.phone_away')
    const isBusy = agent.state === 'ringing' || agent.state === 'talking'
    if (isBusy && !isEmergency(number)) throw new ProblemError('dial.in_call')
    return phone
  }

  async function run({ extension }: Commander, { number }: DialRequest): Promise<{ callId: string }> {
    if (extension === null) throw new ProblemError('dial.no_phone')
    if (busy.has(extension)) throw new ProblemError('control.under_way')
    const { device, pbx } = phoneReady(extension, number)
    const read = (raw: string) => options.readNumber(raw, pbx)
    const exten = dialString(number, read, options.internationalPrefix(pbx))
    if (exten === null) throw new ProblemError('dial.not_dialable')
    const shown = isShort(exten) ? exten : `+${exten.slice(options.internationalPrefix(pbx).length)}`
    const callId = `${pbx}:ringcard-${randomUUID()}`
    busy.add(extension)
    try {
      if (!(await commands.originate(callId, device, { exten, shown, ringMs })))
        throw new ProblemError('dial.not_dialable')
      await begins.until(() => floor().calls.has(callId))
      await picksUp.until(() => floor().calls.get(callId)?.ownPhone !== 'ringing' || hasEnded(callId))
      throwIfNotPickedUp(callId)
      return { callId }
    } catch (error) {
      throw asDialProblem(error, callId)
    } finally {
      busy.delete(extension)
    }
  }

  function hasEnded(callId: string): boolean {
    const call = floor().calls.get(callId)
    return call === undefined || call.endedAt !== null
  }

  /** @throws ProblemError with why nobody was called */
  function throwIfNotPickedUp(callId: string): void {
    const call = floor().calls.get(callId)
    if (call !== undefined && call.ownPhone !== 'ringing') return
    throw new ProblemError(call?.hungUpBy === 'agent' ? 'dial.declined' : 'dial.not_picked_up')
  }

  function asDialProblem(error: unknown, callId: string): unknown {
    if (!(error instanceof AmiError)) return error
    log.warn({ callId, err: error }, 'The PBX did not call an agent’s own phone.')
    return new ProblemError(problemOf(error), { cause: error })
  }

  return {
    /**
     * Calls a number for whoever sits at a desk. The same command again is answered by what the first came to.
     * @throws ProblemError see `calls.dial`
     */
    dial: (commander: Commander, request: DialRequest): Promise<{ callId: string }> =>
      once(`${commander.personId} ${request.commandId}`, () => run(commander, request)),

    /** What happened on the floor: what was waited for may have come. */
    take: (facts: readonly Fact[]): void => {
      if (facts.some(({ type }) => type === 'call.started')) begins.look(facts)
      if (facts.some(({ type }) => type === 'call.pickedUp' || type === 'call.ended')) picksUp.look(facts)
    },

    /** Nothing is waited for any more. */
    stop: (): void => {
      begins.stop()
      picksUp.stop()
    },
  }
}

function problemOf({ code, detail }: AmiError): ProblemCode {
  if (code === 'ami.refused_action')
    return detail?.includes('ermission') === true ? 'dial.not_permitted' : 'dial.refused'
  if (code === 'ami.invalid_field') return 'dial.refused'
  return code === 'ami.timeout' ? 'control.not_done' : 'pbx.unreachable'
}
