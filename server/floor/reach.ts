import type { Call, Channel, Floor } from './state.ts'

/** Every real channel that hears this one: through bridges, and through Local channels from one half to the other. */
export function reachedFrom(floor: Floor, start: Channel): Channel[] {
  const seen = new Set<string>([start.channelId])
  const found: Channel[] = []
  for (const channelId of seen) {
    const channel = floor.channels.get(channelId)
    if (!channel) continue
    if (channel.localHalf === null) found.push(channel)
    else if (channel.localPeer !== null) seen.add(channel.localPeer)
    const bridge = channel.bridgeId !== null && floor.bridges.get(channel.bridgeId)
    if (bridge && !bridge.holding) for (const other of bridge.channelIds) seen.add(other)
  }
  return found
}

/** Whether an agent's phone is in conversation in a call, be it with the customer, with a colleague about them, or after. */
export function isOnTheLine(floor: Floor, call: Call, extension: string): boolean {
  for (const channelId of call.channelIds) {
    const channel = floor.channels.get(channelId)
    if (channel?.extension !== extension || channel.bridgeId === null) continue
    if (floor.bridges.get(channel.bridgeId)?.holding === false) return true
  }
  return false
}
