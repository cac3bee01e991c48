import { AmiError } from './errors.ts'
import { field } from './fields.ts'
import type { PbxLinks } from './links.ts'

/** What the keys of features.conf do in a consultation, by the name that Asterisk gives them. */
export type FeatureKey = 'atxfercomplete' | 'atxferabort' | 'atxferswap' | 'atxferthreeway'

/** Where in the dialplan of a PBX calls are sent to. */
export interface TransferPlaces {
  /** The context of what a customer is sent to. */
  TRANSFER_CONTEXT: string
  /** The context of whom an agent asks first. */
  CONSULT_CONTEXT: string
  /** The context of whom an agent has called from the console. */
  DIAL_CONTEXT: string
}

/**
 * What Ringcard does to a call on a PBX. A channel is named as the floor names it; each answers once the PBX has taken it.
 * Where the dialplan has no such extension nothing is begun, and `transfer` and `consult` answer false: Asterisk itself would
 * hang up on the customer.
 */
export interface CallCommands {
  /** Sends whoever this channel talks with to an extension. */
  transfer: (channelId: string, exten: string) => Promise<boolean>
  /**
   * Has the one on this channel ask somebody, while whoever they talk with waits.
   * @param exten of digits alone
   * @param isOpen the PBX could wait for more of it
   */
  consult: (channelId: string, exten: string, isOpen: boolean) => Promise<boolean>
  /** Has what is recorded on this channel be silence for a while, in both directions. */
  pauseRecording: (channelId: string, isPaused: boolean) => Promise<void>
  /**
   * Has whoever is on this channel wait in a parking space.
   * @param device which rings when nobody has taken them for long, as its own PBX names it
   */
  park: (channelId: string, device: string) => Promise<void>
  /**
   * Has the phone of a channel answer, or take the other side off hold (`talk`), or hold it, by NOTIFY. Whether it does is seen by
   * what happens: many phones do nothing.
   * @param channelName as the PBX has it
   */
  tellPhone: (channelId: string, channelName: string, event: 'talk' | 'hold') => Promise<void>
  /** Ends what is on this channel. */
  hangUp: (channelId: string) => Promise<void>
  /**
   * Calls a phone, and from there somebody else once it is picked up. False where the dialplan has no such extension.
   * @param channelId what the phone's channel is to be called
   * @param device the phone, as the floor names it
   */
  originate: (
    channelId: string,
    device: string,
    whom: {
      exten: string
      /** What the phone shows as its caller: digits, or a plus and digits. */
      shown: string
      ringMs: number
    },
  ) => Promise<boolean>
  /**
   * Calls a phone, which picks itself up where it can, and has it take what rings at another.
   * @param channelId what the phone's channel is to be called
   * @param device the phone, as the floor names it
   * @param target the channel that rings, and what the phone shows as its caller
   */
  pickUp: (
    channelId: string,
    device: string,
    target: { channelName: string; shown: string; ringMs: number },
  ) => Promise<void>
  /** Presses a key of features.conf in the name of a channel. */
  press: (channelId: string, key: FeatureKey) => Promise<void>
}

/** By which phones know a call that they are to answer themselves: there is no standard, so both that are common. */
const picksItselfUp =
  'PJSIP_HEADER(add,Alert-Info)=<http://ringcard.invalid>;info=alert-autoanswer;delay=0,' +
  'PJSIP_HEADER(add,Call-Info)=<sip:ringcard.invalid>;answer-after=0'

/** A PBX that takes longer has not done it as far as anybody here knows, ms. */
const answerWithinMs = 3_000

/**
 * @param placesOf the contexts of a PBX
 * All throw AmiError: `ami.not_connected`, `ami.refused_action`, `ami.timeout`, `ami.invalid_field`.
 */
export function createCallCommands(
  links: Pick<PbxLinks, 'of'>,
  placesOf: (pbx: string) => (TransferPlaces & { prefix: string }) | undefined,
): CallCommands {
  function on(channelId: string) {
    const [pbx = ''] = channelId.split(':', 1)
    const link = links.of(pbx)
    const places = placesOf(pbx)
    if (!link || !places) throw new AmiError('ami.not_connected')
    const Channel = channelId.slice(pbx.length + 1)
    const act = (name: string, fields: Record<string, string>) =>
      link.action(name, { Channel, ...fields }, answerWithinMs)
    const ask = (name: string, fields: Record<string, string>) => link.action(name, fields, answerWithinMs)
    const tell = (name: string, fields: Record<string, string>) =>
      link.systemAction(name, fields, answerWithinMs)
    // What would end the function's own brackets is no extension of ours.
    const has = async (context: string, exten: string) =>
      /^[\w-]+$/.test(exten) &&
      field(await ask('Getvar', { Variable: `DIALPLAN_EXISTS(${context},${exten},1)` }), 'value') === '1'
    return { act, ask, tell, has, places, name: Channel }
  }

  return {
    transfer: async (channelId, exten) => {
      const { act, has, places } = on(channelId)
      const Context = places.TRANSFER_CONTEXT
      if (!(await has(Context, exten))) return false
      await act('BlindTransfer', { Exten: exten, Context })
      return true
    },
    consult: async (channelId, exten, isOpen) => {
      const { act, has, places } = on(channelId)
      const Context = places.CONSULT_CONTEXT
      if (!(await has(Context, exten))) return false
      // A consultation that comes to nothing is said by the console. While Asterisk plays its sound for it, it loses keys.
      await act('Setvar', { Variable: 'FEATURE(xferfailsound)', Value: '' })
      await act('Atxfer', { Exten: isOpen ? `${exten}#` : exten, Context })
      return true
    },
    pauseRecording: async (channelId, isPaused) => {
      await on(channelId).act('MixMonitorMute', { Direction: 'both', State: isPaused ? '1' : '0' })
    },
    park: async (channelId, device) => {
      // The name of a channel is asked for, of which the PBX takes what stands before its last dash.
      await on(channelId).act('Park', { TimeoutChannel: `${device}-0` })
    },
    tellPhone: async (channelId, channelName, event) => {
      const { tell, places } = on(channelId)
      const Channel = channelName.slice(places.prefix.length)
      await tell('PJSIPNotify', { Channel, Variable: `Event=${event}` })
    },
    hangUp: async (channelId) => {
      await on(channelId).act('Hangup', { Cause: '16' })
    },
    originate: async (channelId, device, { exten, shown, ringMs }) => {
      const { ask, has, places, name } = on(channelId)
      const Context = places.DIAL_CONTEXT
      if (!/^\+?\d+$/.test(shown)) throw new AmiError('ami.invalid_field', 'the number that is called')
      if (!(await has(Context, exten))) return false
      await ask('Originate', {
        Channel: device.slice(places.prefix.length),
        ChannelId: name,
        Context,
        Exten: exten,
        Priority: '1',
        CallerID: `<${shown}>`,
        Timeout: String(ringMs),
        // The answer comes at once; what becomes of it is told by events.
        Async: 'true',
      })
      return true
    },
    pickUp: async (channelId, device, { channelName, shown, ringMs }) => {
      const { ask, places, name } = on(channelId)
      if (!/^\d+$/.test(shown)) throw new AmiError('ami.invalid_field', 'the number that is shown')
      await ask('Originate', {
        Channel: device.slice(places.prefix.length),
        ChannelId: name,
        Application: 'PickupChan',
        Data: channelName.slice(places.prefix.length),
        CallerID: `<${shown}>`,
        Timeout: String(ringMs),
        Variable: picksItselfUp,
        Async: 'true',
      })
    },
    press: async (channelId, key) => {
      const { act } = on(channelId)
      const digits = field(await act('Getvar', { Variable: `FEATURE(${key})` }), 'value') ?? ''
      if (digits === '') throw new AmiError('ami.refused_action', `features.conf has no ${key}`)
      for (const Digit of digits) await act('PlayDTMF', { Digit, Receive: 'true' })
    },
  }
}
