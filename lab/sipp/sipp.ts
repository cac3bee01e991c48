/** Callers, desk phones and the trunk's far end, played by SIPp. */
export { placeCall, type CallEnd, type CallOptions, type PlacedCall } from './call.ts'
export { startPhone, type Phone, type PhoneOptions } from './phone.ts'
export { startTrunk, type Trunk, type TrunkOptions } from './trunk.ts'
