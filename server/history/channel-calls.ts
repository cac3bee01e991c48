import { pbxOfId } from '../../shared/pbx-names.ts'
import type { PbxEvent } from '../floor/events.ts'

/** Which call each living channel belongs to, as the events told. */
export interface ChannelCalls {
  note: (event: PbxEvent) => void
  /** A channel never heard of is a call of its own, as it is on the floor. */
  callOf: (channelId: string) => string
  /** To begin with after a restart. */
  all: () => [channelId: string, callId: string][]
}

/** @param known from a checkpoint */
export function createChannelCalls(known: readonly (readonly [string, string])[]): ChannelCalls {
  const calls = new Map(known)
  return {
    note: (event) => {
      switch (event.type) {
        case 'channel.appeared':
          calls.set(event.channel.channelId, event.channel.linkedId)
          return
        case 'channel.changed':
        case 'bridge.entered':
        case 'queue.entered':
          calls.set(event.channelId, event.linkedId)
          return
        case 'channel.gone':
          calls.delete(event.channelId)
          return
        case 'snapshot': {
          // Whoever went unheard is not in it.
          for (const channelId of calls.keys()) if (pbxOfId(channelId) === event.pbx) calls.delete(channelId)
          for (const { channelId, linkedId } of event.snapshot.channels) calls.set(channelId, linkedId)
          return
        }
        default:
      }
    },
    callOf: (channelId) => calls.get(channelId) ?? channelId,
    all: () => [...calls],
  }
}
