import type { PbxCheck, PbxFindingCode } from '../../../shared/pbx-check.ts'
import { splitPbx } from '../../../shared/pbx-names.ts'
import type { Found, FoundDesk } from '../../../shared/settings.ts'

/** What a desk lacks for calls to ring there. `unseen`: nothing is known of the device, for its PBX is not heard. */
export type Lack =
  { kind: 'unknown' | 'unseen' | 'unreachable'; device: string } | { kind: 'queue'; device: null }

/** @param found what the PBXs have, and which of them are heard */
export function lacksOf({ devices, queues, inUse }: FoundDesk, { pbxs }: Pick<Found, 'pbxs'>): Lack[] {
  const names = pbxs.map(({ pbx }) => pbx)
  // A device that names no PBX stands at the first one.
  const isHeard = (device: string): boolean => {
    const name = splitPbx(device, names).pbx ?? names[0]
    return pbxs.find(({ pbx }) => pbx === name)?.live === true
  }
  const ofDevices = devices.flatMap(({ device, state, kind }): Lack[] => {
    // A phone that is not in use need not ring: a browser's is registered while somebody takes calls by it.
    if (state === 'reachable' || (state === 'unreachable' && kind !== inUse)) return []
    return [{ kind: state === 'unknown' && !isHeard(device) ? 'unseen' : state, device }]
  })
  // Who is a member of which queue is as unknown as the devices, where nothing is heard.
  const mayKnow = devices.some(({ device }) => isHeard(device))
  return queues.length === 0 && mayKnow ? [...ofDevices, { kind: 'queue', device: null }] : ofDevices
}

/** Findings of the look at a PBX that bear on desks, and that are not told beside the desks already. */
const ofDesks: ReadonlySet<PbxFindingCode> = new Set(['noQueues', 'emptyQueues', 'memberState'])
export const deskFindings = (checks: readonly PbxCheck[]): PbxCheck['findings'] =>
  checks.flatMap(({ findings }) => findings.filter(({ code }) => ofDesks.has(code)))

/** What the look at a PBX tells of a device of a desk. */
export function deviceDetails(
  checks: readonly PbxCheck[],
  extension: string,
  device: string,
): PbxCheck['devices'][number] | null {
  const known = checks.flatMap(({ devices }) => devices).filter(({ desk }) => desk === extension)
  return known.find((one) => one.device === device || device.endsWith(`/${one.device}`)) ?? null
}

/** Devices as people write them, each once. */
export function devicesOf(text: string): string[] {
  const entries = text.split(/[\n,;]/).map((entry) => entry.trim())
  return [...new Set(entries.filter((entry) => entry !== ''))]
}
