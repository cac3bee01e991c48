import { splitPbx, type NamePrefix } from '../shared/pbx-names.ts'
import type { PhoneKind } from '../shared/phone.ts'
import type { DeskInfo } from './floor/events.ts'

/** What of a PBX decides how its names look here. */
interface Named {
  name: string
  prefix: NamePrefix
}

/**
 * Desks with their devices as the floor names them: a device that names no PBX stands at the first one.
 * @param pbxs the PBXs in their order
 * @returns the devices as they are where there is one PBX
 */
export function deskDevices<D extends Pick<DeskInfo, 'interfaces'>>(
  desks: readonly D[],
  pbxs: readonly Named[],
): D[] {
  return desks.map((desk) => ({
    ...desk,
    interfaces: desk.interfaces.map((device) => floorDevice(device, pbxs)),
  }))
}

/** A device as the floor names it: see {@link deskDevices}. */
export function floorDevice(device: string, pbxs: readonly Named[]): string {
  const names = pbxs.filter(({ prefix }) => prefix !== '').map(({ name }) => name)
  return splitPbx(device, names).pbx === null ? `${pbxs[0]?.prefix ?? ''}${device}` : device
}

/**
 * The number by which a PBX rings a desk. Two PBXs may have the same numbers, and a desk has one extension here: so where
 * it is another there, the name of its device tells it.
 * @param desk with its devices as the floor names them
 * @returns null for a desk that has no device on this PBX
 */
export function numberOn(
  { extension, interfaces }: Pick<DeskInfo, 'extension' | 'interfaces'>,
  prefix: NamePrefix,
): string | null {
  if (prefix === '') return extension
  const here = interfaces.filter((device) => device.startsWith(prefix))
  const numbers = here.flatMap(
    (device) => /^[A-Za-z0-9]+\/(\d{2,6})/.exec(device.slice(prefix.length))?.[1] ?? [],
  )
  if (here.length === 0) return null
  return numbers.includes(extension) ? extension : (numbers[0] ?? extension)
}

/** The extension of the desk where a device stands; null when it stands at none. */
export function deskWith(desks: Iterable<DeskInfo>, device: string): string | null {
  for (const { extension, interfaces } of desks) if (interfaces.includes(device)) return extension
  return null
}

/**
 * Where the phone of a desk is.
 * @returns null for a device that is no PJSIP endpoint, or of no PBX of ours
 */
export function phonePlace(
  device: string,
  pbxs: readonly (Named & { SIP_WS_URL: string })[],
): { pbx: string; endpoint: string; url: string } | null {
  const named = floorDevice(device, pbxs)
  const pbx = pbxs.find(({ prefix }) => named.startsWith(prefix))
  const endpoint = /^PJSIP\/([\w.-]+)$/.exec(named.slice(pbx?.prefix.length ?? 0))?.[1]
  return pbx === undefined || endpoint === undefined ? null : { pbx: pbx.name, endpoint, url: pbx.SIP_WS_URL }
}

/**
 * The phone by which somebody at a desk takes and makes calls now.
 * @param desk with its devices as the floor names them
 * @param browser the browser phone of the desk, as the directory names it
 * @returns null where there is none
 */
export function phoneInUse(
  desk: Pick<DeskInfo, 'interfaces'> | undefined,
  kind: PhoneKind,
  browser: string | null,
  pbxs: readonly Named[],
): { device: string; pbx: string } | null {
  const web = browser === null ? null : floorDevice(browser, pbxs)
  const fits = (device: string) => (kind === 'browser' ? device === web : device !== web)
  const device = desk?.interfaces.find(fits)
  const pbx = device === undefined ? undefined : pbxs.find(({ prefix }) => device.startsWith(prefix))
  return device === undefined || pbx === undefined ? null : { device, pbx: pbx.name }
}
