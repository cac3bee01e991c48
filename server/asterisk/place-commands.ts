import { keeperIdOf } from '../../shared/keepers.ts'
import { AmiError } from './errors.ts'
import { field } from './fields.ts'
import type { PbxLinks } from './links.ts'

/** Where in the dialplan of a PBX places are kept, and their customers called from. */
export interface KeepingPlaces {
  PLACE_CONTEXT: string
  CALLBACK_CONTEXT: string
}

/** Whom somebody waits for, and where. */
export interface PlaceToKeep {
  /** As the floor names it. */
  queue: string
  /** What is dialled for the customer: digits. */
  exten: string
  /** What the agent's phone shows: a plus and digits. */
  shown: string
  /** From 1. */
  position: number
  prio: number
}

/** What Ringcard has a PBX do about places that are kept in queues. All throw AmiError. */
export interface PlaceCommands {
  /** Whether the dialplan has what it needs to keep a place in this queue and to call this number. */
  canKeep: (pbx: string, place: Pick<PlaceToKeep, 'queue' | 'exten'>) => Promise<boolean>
  /**
   * Has somebody wait in a customer's stead. The PBX refuses a second one of the same number; what becomes of it is told by events.
   * @param callId whose place it is
   * @param keeper the how manieth keeper, from 1
   */
  keep: (callId: string, keeper: number, place: PlaceToKeep) => Promise<void>
  /** Ends what waits in a customer's stead. */
  withdraw: (keeperId: string) => Promise<void>
}

const answerWithinMs = 3_000
/** So long the PBX lets somebody wait; the dialplan has a limit of its own, ms. */
const longestMs = 12 * 3_600_000

/** @param placesOf the contexts of a PBX, and what stands before the names of its queues */
export function createPlaceCommands(
  links: Pick<PbxLinks, 'of'>,
  placesOf: (pbx: string) => (KeepingPlaces & { prefix: string }) | undefined,
): PlaceCommands {
  function on(pbx: string) {
    const link = links.of(pbx)
    const places = placesOf(pbx)
    if (!link || !places) throw new AmiError('ami.not_connected')
    const act = (name: string, fields: Record<string, string>) => link.action(name, fields, answerWithinMs)
    const has = async (context: string, exten: string) =>
      /^[\w-]+$/.test(exten) &&
      field(await act('Getvar', { Variable: `DIALPLAN_EXISTS(${context},${exten},1)` }), 'value') === '1'
    return { act, has, places, own: (queue: string) => queue.slice(places.prefix.length) }
  }
  const pbxOf = (id: string): string => id.slice(0, id.indexOf(':'))

  return {
    canKeep: async (pbx, { queue, exten }) => {
      const { has, places, own } = on(pbx)
      return (await has(places.PLACE_CONTEXT, own(queue))) && (await has(places.CALLBACK_CONTEXT, exten))
    },
    keep: async (callId, keeper, { queue, exten, shown, position, prio }) => {
      const pbx = pbxOf(callId)
      const { act, places, own } = on(pbx)
      if (!/^\+\d+$/.test(shown) || !/^\d+$/.test(exten) || !/^[\w-]+$/.test(own(queue)))
        throw new AmiError('ami.invalid_field', 'the number or the queue of a kept place')
      await act('Originate', {
        Channel: `Local/${own(queue)}@${places.PLACE_CONTEXT}/n`,
        ChannelId: keeperIdOf(callId, keeper).slice(pbx.length + 1),
        Context: places.CALLBACK_CONTEXT,
        Exten: exten,
        Priority: '1',
        CallerID: `<${shown}>`,
        Timeout: String(longestMs),
        Variable: `RINGCARD_POSITION=${position},QUEUE_PRIO=${prio}`,
        Async: 'true',
      })
    },
    withdraw: async (keeperId) => {
      const { act } = on(pbxOf(keeperId))
      await act('Hangup', { Channel: keeperId.slice(pbxOf(keeperId).length + 1), Cause: '16' })
    },
  }
}
