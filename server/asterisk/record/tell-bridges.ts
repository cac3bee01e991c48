import { cleanText } from '../fields.ts'
import type { CelRow } from './cel-rows.ts'
import { byAge, leaving } from './cel-words.ts'
import { noteWhoHangsUp } from './tell-legs.ts'
import { connects } from './tell-queues.ts'
import { leaveBridge, longestName, toldOf, togetherMs, type Told, type Telling } from './telling.ts'

/** A channel came into a bridge, or left it. */
export function bridged(telling: Telling, row: CelRow, following: readonly CelRow[]): void {
  const { out, stamp, bridges, id, own } = telling
  const told = toldOf(telling, row)
  const bridgeId = row.extra['bridge_id'] ?? ''
  told.answered = true
  leaveBridge(telling, told)
  if (row.type === 'BRIDGE_EXIT') {
    noteWhoHangsUp(telling, row, following)
    out.push({ ...stamp, type: 'bridge.left', bridgeId: id(bridgeId), ...own(told) })
    return
  }
  const holding = row.extra['bridge_technology'] === 'holding_bridge'
  if (!holding) connects(telling, row)
  out.push({
    ...stamp,
    type: 'bridge.entered',
    bridgeId: id(bridgeId),
    ...own(told),
    swappedFor: null,
    holding,
  })
  if (holding) return
  told.bridge = bridgeId
  const inside = bridges.get(bridgeId) ?? new Set()
  bridges.set(bridgeId, inside.add(told))
  linkToOldest(telling, [...inside])
}

/** Asterisk links who meets in a bridge to the oldest call among them, and CEL shows it only with a later row. */
function linkToOldest(telling: Telling, inside: readonly Told[]): void {
  const { out, stamp, own } = telling
  const [oldest] = inside.map(({ linkedId }) => linkedId).sort(byAge)
  for (const each of inside) {
    if (oldest === undefined || each.linkedId === oldest) continue
    each.linkedFrom = each.linkedId
    each.linkedId = oldest
    out.push({ ...stamp, type: 'channel.changed', ...own(each), changes: {} })
  }
}

/** A transfer, blind or attended. */
export function moved(telling: Telling, row: CelRow, following: readonly CelRow[]): void {
  const { out, stamp, id, idOrNull } = telling
  const { extra } = row
  const transfereeId = idOrNull(extra['transferee_channel_uniqueid'])
  if (row.type === 'BLINDTRANSFER') {
    const to = {
      toExten: cleanText(extra['extension'] ?? '', longestName),
      toContext: extra['context'] ?? '',
    }
    out.push({
      ...stamp,
      type: 'transfer.blind',
      ok: true,
      transfererId: id(row.uniqueId),
      transfereeId,
      ...to,
    })
    return
  }
  const secondId = extra['channel2_uniqueid']
  // Whoever stays in the bridge has made a conference.
  const stays =
    toldOf(telling, row).bridge !== null &&
    following.every(
      (other) =>
        other.at - row.at > togetherMs || other.uniqueId !== row.uniqueId || !leaving.has(other.type),
    )
  const into = 'app' in extra ? 'application' : secondId === row.uniqueId && stays ? 'conference' : undefined
  out.push({
    ...stamp,
    type: 'transfer.attended',
    ok: true,
    firstId: id(row.uniqueId),
    secondId: idOrNull(secondId),
    transfereeId,
    targetId: idOrNull(extra['transfer_target_channel_uniqueid']),
    ...(into === undefined ? {} : { into }),
  })
}
