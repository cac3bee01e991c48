import type { Logger } from 'pino'
import { ownPhoneRingsSeconds } from '../../shared/dial.ts'
import { ProblemError } from '../../shared/problems.ts'
import type { CallCommands } from '../asterisk/call-commands.ts'
import type { Fact, FactType } from '../floor/facts.ts'
import type { Call, Contact, Floor, Offer } from '../floor/state.ts'
import { offerToPickUp, queuesOf } from '../floor/views.ts'
import type { Commander } from './control.ts'
import { createOnce } from './once.ts'
import { asDialProblem, namedHere, readyPhone, type PhoneInUse } from './own-phone.ts'
import { createWaiters } from './waiters.ts'

export interface PickUpOptions {
  floor: () => Floor
  commands: Pick<CallCommands, 'pickUp' | 'hangUp'>
  /** The phone in use at a desk; null where there is none that can be called. */
  phoneOf: (extension: string) => PhoneInUse | null
  nameOf: (personId: string) => string | null
  /** Desks whose phone is being called, whatever for. */
  busy: Set<string>
  log: Pick<Logger, 'warn'>
  now?: () => number
}

export type PickUps = ReturnType<typeof createPickUps>

const ringMs = ownPhoneRingsSeconds * 1000
/** By which facts it is seen who has the call. */
const telling: ReadonlySet<FactType> = new Set(['contact.began', 'offer.ended', 'call.ended'])

/**
 * Has agents take a call that rings at a colleague: the PBX calls their own phone, and that phone takes the call from the one that
 * rings. Of two who try, the floor shows who has it.
 */
export function createPickUps(options: PickUpOptions) {
  const { floor, commands, busy, log } = options
  const decided = createWaiters(ringMs + 5_000)
  const once = createOnce<null>(options.now ?? Date.now)

  /** Where a call rings that this desk may take. @throws ProblemError */
  function targetOf(callId: string, own: string): Offer {
    const call = floor().calls.get(callId)
    if (!call) throw new ProblemError('call.unknown')
    const mine = queuesOf(floor(), own)
    const others = call.offers.filter(({ extension }) => extension !== own)
    const isOpen = ({ queue, extension }: Offer) =>
      queue === null ? queuesOf(floor(), extension).some((name) => mine.includes(name)) : mine.includes(queue)
    if (!others.some(isOpen)) throw new ProblemError('pick_up.not_allowed')
    const ringing = others.find((offer) => isOpen(offer) && offerToPickUp(call, offer.extension) === offer)
    if (ringing === undefined) throw goneFrom(call, own)
    return ringing
  }

  /** Why a call rings no more: who has it, or that nobody does. */
  function goneFrom(call: Call | undefined, own: string): ProblemError {
    const talking = call === undefined ? undefined : talkOf(call, (extension) => extension !== own)
    if (talking === undefined) return new ProblemError('pick_up.caller_gone')
    const name = talking.personId === null ? null : options.nameOf(talking.personId)
    return new ProblemError('pick_up.taken', { detail: name ?? talking.extension })
  }

  async function run({ extension }: Commander, callId: string): Promise<null> {
    if (extension === null) throw new ProblemError('dial.no_phone')
    if (busy.has(extension)) throw new ProblemError('control.under_way')
    const offer = targetOf(callId, extension)
    const { device, pbx } = readyPhone(options, extension, false)
    const channelName = offer.channelIds.flatMap((id) => floor().channels.get(id)?.name ?? [])[0]
    const call = floor().calls.get(callId)
    if (channelName === undefined || call?.pbx !== pbx) throw new ProblemError('pick_up.caller_gone')
    const own = namedHere(pbx)
    busy.add(extension)
    try {
      await commands.pickUp(own, device, { channelName, shown: offer.extension, ringMs })
      await decided.until(() => isDecided(callId, offer, own))
      if (isMine(callId, extension)) return null
      const failure = stateOf(callId, offer) === 'ringing' ? notPickedUp(own) : null
      throw failure ?? goneFrom(floor().calls.get(callId), extension)
    } catch (error) {
      // A phone that would take what is gone is not to go on ringing.
      if (floor().channels.has(own) && !isMine(callId, extension))
        await commands.hangUp(own).catch(() => null)
      throw asDialProblem(error, own, log)
    } finally {
      busy.delete(extension)
    }
  }

  function isMine(callId: string, own: string): boolean {
    const call = floor().calls.get(callId)
    return call !== undefined && talkOf(call, (extension) => extension === own) !== undefined
  }

  function stateOf(callId: string, { offerId }: Offer): Offer['outcome'] | null {
    return (
      floor()
        .calls.get(callId)
        ?.offers.find((offer) => offer.offerId === offerId)?.outcome ?? null
    )
  }

  /** Whether it is known who has the call, or that it is not to be had any more. */
  function isDecided(callId: string, offer: Offer, ownCall: string): boolean {
    const call = floor().calls.get(callId)
    if (call === undefined || call.endedAt !== null) return true
    if (call.contacts.some((contact) => contact.endedAt === null)) return true
    const state = stateOf(callId, offer)
    // Whoever has taken it is told of next.
    if (state === 'answeredElsewhere' || state === 'answered') return false
    const mine = floor().calls.get(ownCall)
    return state !== 'ringing' || (mine !== undefined && mine.endedAt !== null && mine.mergedInto === null)
  }

  /** Why it goes on ringing there: nobody picked this phone up, or the PBX did not let it take the call. */
  function notPickedUp(ownCall: string): ProblemError {
    const call = floor().calls.get(ownCall)
    if (call?.ownPhone === 'pickedUp') return new ProblemError('dial.refused')
    return new ProblemError(call?.hungUpBy === 'agent' ? 'dial.declined' : 'dial.not_picked_up')
  }

  return {
    /**
     * Takes a call that rings at a colleague. The same command again is answered by what the first came to.
     * @throws ProblemError see `calls.pickUp`; `pick_up.taken` has who has it as its detail
     */
    pickUp: (commander: Commander, callId: string, commandId: string): Promise<null> =>
      once(`${commander.personId} ${commandId}`, () => run(commander, callId)),

    /** What happened on the floor: what was waited for may be decided. */
    take: (facts: readonly Fact[]): void => {
      if (facts.some(({ type }) => telling.has(type))) decided.look(facts)
    },

    /** Nothing is waited for any more. */
    stop: (): void => decided.stop(),
  }
}

function talkOf(call: Call, isOf: (extension: string) => boolean): Contact | undefined {
  return call.contacts.find((contact) => contact.endedAt === null && isOf(contact.extension))
}
