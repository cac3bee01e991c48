import type { Logger } from 'pino'
import { isEmergency, ownPhoneRingsSeconds, type DialRequest } from '../../shared/dial.ts'
import type { ReadNumber } from '../../shared/number-reader.ts'
import { ProblemError } from '../../shared/problems.ts'
import type { CallCommands } from '../asterisk/call-commands.ts'
import type { Fact } from '../floor/facts.ts'
import type { Floor } from '../floor/state.ts'
import type { Commander } from './control.ts'
import { createOnce } from './once.ts'
import { asDialProblem, namedHere, readyPhone, type PhoneInUse } from './own-phone.ts'
import { dialString, isShort } from './targets.ts'
import { createWaiters } from './waiters.ts'

export interface DialOptions {
  floor: () => Floor
  commands: Pick<CallCommands, 'originate' | 'hangUp'>
  /** The phone in use at a desk; null where there is none that can be called. */
  phoneOf: (extension: string) => PhoneInUse | null
  readNumber: (raw: string, pbx: string) => ReadNumber
  /** What is dialled on a PBX before the digits of an international number. */
  internationalPrefix: (pbx: string) => string
  /** Desks whose phone is being called, whatever for. */
  busy: Set<string>
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
  const { busy } = options

  async function run({ extension }: Commander, { number }: DialRequest): Promise<{ callId: string }> {
    if (extension === null) throw new ProblemError('dial.no_phone')
    const isUrgent = isEmergency(number)
    if (busy.has(extension) && !isUrgent) throw new ProblemError('control.under_way')
    const { device, pbx } = readyPhone(options, extension, isUrgent)
    const read = (raw: string) => options.readNumber(raw, pbx)
    const exten = dialString(number, read, options.internationalPrefix(pbx))
    if (exten === null) throw new ProblemError('dial.not_dialable')
    const shown = isShort(exten) ? exten : `+${exten.slice(options.internationalPrefix(pbx).length)}`
    const callId = namedHere(pbx)
    const wasBusy = busy.has(extension)
    busy.add(extension)
    let isBegun = true
    try {
      isBegun = await commands.originate(callId, device, { exten, shown, ringMs })
      if (!isBegun) throw new ProblemError('dial.not_dialable')
      await begins.until(() => floor().calls.has(callId))
      await picksUp.until(() => floor().calls.get(callId)?.ownPhone === 'pickedUp' || hasEnded(callId))
      throwIfNotPickedUp(callId)
      return { callId }
    } catch (error) {
      // Nobody waits for it any more: what the PBX told too late is not to go on ringing, and then call somebody.
      const isOver = floor().calls.get(callId)?.endedAt != null
      if (isBegun && !isOver) await commands.hangUp(callId).catch(() => undefined)
      throw asDialProblem(error, callId, log)
    } finally {
      if (!wasBusy) busy.delete(extension)
    }
  }

  function hasEnded(callId: string): boolean {
    const call = floor().calls.get(callId)
    return call === undefined || call.endedAt !== null
  }

  /** @throws ProblemError with why nobody was called */
  function throwIfNotPickedUp(callId: string): void {
    const call = floor().calls.get(callId)
    if (call?.ownPhone === 'pickedUp') return
    throw new ProblemError(call?.hungUpBy === 'agent' ? 'dial.declined' : 'dial.not_picked_up')
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
