/**
 * Whoever waits in a queue in the stead of a customer who hung up is a channel that Ringcard names after the call of that
 * customer. So whatever the PBX tells of it is of that call, live, after a restart and in the PBX's own record; and the PBX
 * itself refuses a second one of the same name.
 */
const pattern = /^([^:]+:)?ringcard-place-(.+)-\d{1,3}(?:;[12])?$/

/**
 * What the keeper of a place is called.
 * @param callId whose place it is
 * @param turn the how manieth it is, from 1
 */
export function keeperIdOf(callId: string, turn: number): string {
  const colon = callId.indexOf(':') + 1
  return `${callId.slice(0, colon)}ringcard-place-${callId.slice(colon)}-${turn}`
}

/** Whether a channel is the keeper of a place, or a half of it. */
export function isKeeper(channelId: string): boolean {
  return channelId.includes('ringcard-place-') && pattern.test(channelId)
}

/** The how manieth keeper of its place a channel is; 0 for one that is none. */
export function keeperNumber(channelId: string): number {
  return Number(/-(\d{1,3})(?:;[12])?$/.exec(isKeeper(channelId) ? channelId : '')?.[1] ?? 0)
}

/** The group of channels that an id of a group names: for that of a keeper the group of the call whose place it keeps. */
export function ofKeptCall(linkedId: string): string {
  if (!linkedId.includes('ringcard-place-')) return linkedId
  const [, pbx = '', kept] = pattern.exec(linkedId) ?? []
  return kept === undefined ? linkedId : pbx + kept
}
