/**
 * How names tell the PBXs apart where several are configured: `berlin/support` is Berlin's queue, `kyiv/PJSIP/201` a phone
 * in Kyiv. With one PBX names are as Asterisk has them. Ids always carry it: `berlin:1764000000.12`.
 */
export interface PbxScoped {
  pbx: string | null
  name: string
}

/** A short name for a PBX, as the settings give it. */
export const pbxNamePattern = /^[a-z0-9-]{1,20}$/

/** What stands before each name of a PBX; empty where names are Asterisk's own. */
export type NamePrefix = '' | `${string}/`

/**
 * Takes a name apart.
 * @param pbxs the names of the PBXs whose names are told apart; none where there is one PBX
 * @returns `pbx` null for a name without one
 */
export function splitPbx(name: string, pbxs: readonly string[]): PbxScoped {
  const slash = name.indexOf('/')
  const first = name.slice(0, Math.max(0, slash))
  return pbxs.includes(first) ? { pbx: first, name: name.slice(slash + 1) } : { pbx: null, name }
}

/** The PBX of an id: what stands before its first colon. */
export function pbxOfId(id: string): string {
  return id.slice(0, Math.max(0, id.indexOf(':')))
}
