import { ProblemError } from '../../shared/problems.ts'
import { AmiError } from '../asterisk/errors.ts'
import type { CallCommands } from '../asterisk/call-commands.ts'
import type { Fact, FactType } from '../floor/facts.ts'
import type { Channel, Contact, Floor } from '../floor/state.ts'
import { createWaiters } from './waiters.ts'

export interface DeskPhoneOptions {
  floor: () => Floor
  commands: Pick<CallCommands, 'tellPhone'>
}

export type DeskPhones = ReturnType<typeof createDeskPhones>

/** A phone that has not done it by then does not do it, ms. */
const doneWithinMs = 3_000
const telling: ReadonlySet<FactType> = new Set([
  'contact.began',
  'contact.held',
  'contact.resumed',
  'contact.ended',
  'offer.ended',
  'call.ended',
])

/**
 * Has desk phones answer and hold, by what is told them over SIP (NOTIFY with the event talk or hold). There is no way to know
 * beforehand whether a phone obeys: one that did not when it was asked is deaf until it does, or the server starts anew.
 */
export function createDeskPhones({ floor, commands }: DeskPhoneOptions) {
  const waiters = createWaiters(doneWithinMs)
  /** By device. */
  const deaf = new Set<string>()

  async function tell(channel: Channel, event: 'talk' | 'hold', isDone: () => boolean): Promise<void> {
    try {
      await commands.tellPhone(channel.channelId, channel.name, event)
      await waiters.until(isDone)
      deaf.delete(channel.device)
    } catch (error) {
      // The line to the PBX, or its answer, says nothing of the phone. That it cannot tell phones anything does.
      if (error instanceof AmiError && error.code !== 'ami.refused_action') throw error
      // What is over meanwhile says nothing of it either.
      if (!floor().channels.has(channel.channelId)) throw new ProblemError('call.unknown', { cause: error })
      deaf.add(channel.device)
      throw new ProblemError('control.phone_deaf', { cause: error })
    }
  }

  return {
    /** Whether a device was asked in vain. */
    isDeaf: (device: string): boolean => deaf.has(device),

    /** Answers what rings at a desk. @throws ProblemError `control.not_ringing`, `control.phone_deaf`, `call.unknown`; AmiError */
    answer: async (callId: string, extension: string): Promise<void> => {
      const offerOf = () =>
        floor()
          .calls.get(callId)
          ?.offers.find((one) => one.extension === extension && one.outcome === 'ringing')
      // Of two devices the one that rings first.
      const ringing = (offerOf()?.channelIds ?? []).flatMap((id) => floor().channels.get(id) ?? [])
      const own = ringing.find((channel) => channel.localHalf === null && channel.extension === extension)
      if (own === undefined) throw new ProblemError('control.not_ringing')
      await tell(own, 'talk', () => offerOf() === undefined)
      const offer = floor()
        .calls.get(callId)
        ?.offers.findLast((one) => one.extension === extension)
      if (offer?.outcome !== 'answered') throw new ProblemError('control.not_ringing')
    },

    /** Puts the customer on hold, or takes them back. @throws ProblemError `control.phone_deaf`, `call.unknown`; AmiError */
    hold: async (callId: string, { contactId, channelId }: Contact, isHeld: boolean): Promise<void> => {
      const channel = floor().channels.get(channelId)
      if (!channel) throw new ProblemError('call.unknown')
      await tell(channel, isHeld ? 'hold' : 'talk', () => {
        const contact = floor()
          .calls.get(callId)
          ?.contacts.find((one) => one.contactId === contactId)
        return contact?.endedAt !== null || (contact.heldSince !== null) === isHeld
      })
    },

    /** What happened on the floor: what was waited for may be done. */
    take: (facts: readonly Fact[]): void => {
      if (facts.some(({ type }) => telling.has(type))) waiters.look(facts)
    },

    /** Nothing is waited for any more. */
    stop: (): void => waiters.stop(),
  }
}
