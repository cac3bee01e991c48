import { field } from './fields.ts'
import {
  leadingId,
  linkedIdIn,
  optionalId,
  optionalText,
  required,
  requiredId,
  type Handler,
  type Translation,
} from './translation.ts'
import type { AmiBlock } from './fields.ts'

const bridgeEnter: Handler = (block, to) => {
  to.out.push({
    ...to.stamp,
    type: 'bridge.entered',
    ...inBridge(block, to),
    swappedFor: optionalId(block, 'swapuniqueid', to),
    holding: field(block, 'bridgetechnology') === 'holding_bridge',
  })
}

const bridgeLeave: Handler = (block, to) => {
  to.out.push({ ...to.stamp, type: 'bridge.left', ...inBridge(block, to) })
}

const bridgeDestroy: Handler = (block, to) => {
  to.out.push({ ...to.stamp, type: 'bridge.gone', bridgeId: leadingId(block, 'bridgeuniqueid', to) })
}

function inBridge(block: AmiBlock, to: Translation) {
  return {
    bridgeId: leadingId(block, 'bridgeuniqueid', to),
    channelId: requiredId(block, 'uniqueid', to),
    linkedId: linkedIdIn(block, 'linkedid', to),
  }
}

const localBridge: Handler = (block, to) => {
  to.out.push({
    ...to.stamp,
    type: 'local.bridged',
    ...halves(block, to),
    linkedId: linkedIdIn(block, 'localonelinkedid', to),
  })
}

const localOptimizationEnd: Handler = (block, to) => {
  if (field(block, 'success') === 'No') return
  to.out.push({ ...to.stamp, type: 'local.optimised', ...halves(block, to) })
}

function halves(block: AmiBlock, to: Translation) {
  return {
    oneId: requiredId(block, 'localoneuniqueid', to),
    twoId: requiredId(block, 'localtwouniqueid', to),
  }
}

const blindTransfer: Handler = (block, to) => {
  to.out.push({
    ...to.stamp,
    type: 'transfer.blind',
    ok: field(block, 'result') === 'Success',
    transfererId: requiredId(block, 'transfereruniqueid', to),
    transfereeId: optionalId(block, 'transfereeuniqueid', to),
    toExten: optionalText(block, 'extension') ?? '',
    toContext: optionalText(block, 'context') ?? '',
  })
}

/** DestType, where it is not a bridge. */
const destinations = new Map<string, 'application' | 'conference'>([
  ['App', 'application'],
  ['Threeway', 'conference'],
])

const attendedTransfer: Handler = (block, to) => {
  const into = destinations.get(field(block, 'desttype') ?? '')
  to.out.push({
    ...to.stamp,
    type: 'transfer.attended',
    ok: field(block, 'result') === 'Success',
    firstId: requiredId(block, 'origtransfereruniqueid', to),
    secondId: optionalId(block, 'secondtransfereruniqueid', to),
    transfereeId: optionalId(block, 'transfereeuniqueid', to),
    targetId: optionalId(block, 'transfertargetuniqueid', to),
    ...(into === undefined ? {} : { into }),
  })
}

const parkedCall: Handler = (block, to) => {
  to.out.push({
    ...to.stamp,
    type: 'parking.parked',
    ...parked(block, to),
    space: required(block, 'parkingspace'),
    parkedById: optionalId(block, 'parkeruniqueid', to),
  })
}

const parkingEnded =
  (how: 'retrieved' | 'timedOut' | 'gaveUp'): Handler =>
  (block, to) => {
    const byId = optionalId(block, 'retrieveruniqueid', to)
    to.out.push({ ...to.stamp, type: 'parking.ended', ...parked(block, to), how, byId })
  }

function parked(block: AmiBlock, to: Translation) {
  return {
    channelId: requiredId(block, 'parkeeuniqueid', to),
    linkedId: linkedIdIn(block, 'parkeelinkedid', to),
  }
}

const pickup: Handler = (block, to) => {
  to.out.push({
    ...to.stamp,
    type: 'pickup',
    channelId: requiredId(block, 'uniqueid', to),
    targetId: requiredId(block, 'targetuniqueid', to),
  })
}

export const moveHandlers: readonly (readonly [string, Handler])[] = [
  ['BridgeEnter', bridgeEnter],
  ['BridgeLeave', bridgeLeave],
  ['BridgeDestroy', bridgeDestroy],
  ['LocalBridge', localBridge],
  ['LocalOptimizationEnd', localOptimizationEnd],
  ['BlindTransfer', blindTransfer],
  ['AttendedTransfer', attendedTransfer],
  ['ParkedCall', parkedCall],
  ['ParkedCallTimeOut', parkingEnded('timedOut')],
  ['ParkedCallGiveUp', parkingEnded('gaveUp')],
  ['UnParkedCall', parkingEnded('retrieved')],
  ['Pickup', pickup],
]
