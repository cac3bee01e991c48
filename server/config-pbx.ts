import { pbxNamePattern, type NamePrefix } from '../shared/pbx-names.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** The PBXs that the settings name, before their own settings are read. */
export interface NamedPbxs {
  names: readonly string[]
  /** Whether they were named in PBX_NAMES: then each has settings of its own, and its names carry it. */
  several: boolean
}

/**
 * Which PBXs there are.
 * @param said values of PBX_NAME and PBX_NAMES, undefined where not set
 * @param problems gets a line for each thing that is wrong
 */
export function namePbxs(
  said: { name: string | undefined; names: string | undefined },
  fallback: string,
  problems: string[],
): NamedPbxs {
  if (said.names === undefined) return { names: [said.name ?? fallback], several: false }
  if (said.name !== undefined) problems.push('PBX_NAME does not go with PBX_NAMES: name every PBX there.')
  const names = said.names
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
  if (names.length === 0 || !names.every((name) => pbxNamePattern.test(name)))
    problems.push('PBX_NAMES must be names of 1 to 20 lower-case letters, digits or dashes, with commas.')
  if (new Set(names).size < names.length) problems.push('PBX_NAMES names a PBX twice.')
  return { names, several: true }
}

/** What ends the names of a PBX's own settings: `AMI_HOST_BERLIN`. */
export function suffixOf(pbx: string): string {
  return `_${pbx.toUpperCase().replaceAll('-', '_')}`
}

/** What stands before the names of a PBX. */
export function prefixOf(pbx: string, { several }: NamedPbxs): NamePrefix {
  return several ? `${pbx}/` : ''
}

/**
 * Settings of a PBX that nobody named, as by a slip of the pen: it would go unheard, and nobody would be told.
 * @param settings the names of the settings that a PBX may have for itself
 */
export function strayProblems(
  environment: Environment,
  settings: readonly string[],
  { names, several }: NamedPbxs,
): string[] {
  const pattern = new RegExp(`^(?:${settings.join('|')})(_[A-Z0-9_]+)$`)
  const known = new Set(several ? names.map(suffixOf) : [])
  return Object.keys(environment)
    .filter((name) => (environment[name] ?? '').trim() !== '')
    .filter((name) => {
      const suffix = pattern.exec(name)?.[1]
      return suffix !== undefined && !known.has(suffix)
    })
    .map((name) => `${name} is of no PBX: name it in PBX_NAMES, or take the setting away.`)
}

/** Two PBXs at one address are one PBX, whose calls would be counted twice. */
export function sameAddressProblems(
  pbxs: readonly { name: string; AMI_HOST: string; AMI_PORT: number }[],
): string[] {
  return pbxs.flatMap((pbx, index) => {
    const other = pbxs
      .slice(0, index)
      .find((one) => one.AMI_HOST === pbx.AMI_HOST && one.AMI_PORT === pbx.AMI_PORT)
    if (!other) return []
    const [one, two] = [other, pbx].map(({ name }) => `AMI_HOST${suffixOf(name)}`)
    return [`${one} and ${two} lead to the same place: each PBX has an address of its own.`]
  })
}

/** Where the record of a PBX is, as the settings have it. */
type RecordPlaces = Readonly<
  Record<'CEL_FILE' | 'CEL_TABLE' | 'QUEUE_LOG_FILE' | 'QUEUE_LOG_TABLE' | 'RECORD_DATABASE_URI', string>
>

/** A record is in a file or in a table; which, nobody may have to guess. */
export function recordProblems(pbxs: readonly RecordPlaces[]): string[] {
  const problems = pbxs.flatMap((pbx) => [
    ...(['CEL', 'QUEUE_LOG'] as const)
      .filter((record) => pbx[`${record}_FILE`] !== '' && pbx[`${record}_TABLE`] !== '')
      .map(
        (record) => `${record}_FILE and ${record}_TABLE do not go together: a record is read from one place.`,
      ),
    ...(['CEL_TABLE', 'QUEUE_LOG_TABLE'] as const)
      .filter((table) => pbx[table] !== '' && pbx.RECORD_DATABASE_URI === '')
      .map((table) => `${table} needs RECORD_DATABASE_URI: where the table is.`),
    ...(pbx.QUEUE_LOG_TABLE !== '' && pbx.CEL_FILE === '' && pbx.CEL_TABLE === ''
      ? ['QUEUE_LOG_TABLE needs CEL_TABLE or CEL_FILE: queue_log alone tells no calls.']
      : []),
  ])
  const isUsed = pbxs.some((pbx) => pbx.CEL_TABLE !== '' || pbx.QUEUE_LOG_TABLE !== '')
  if (!isUsed && pbxs.some((pbx) => pbx.RECORD_DATABASE_URI !== ''))
    problems.push(
      'RECORD_DATABASE_URI needs CEL_TABLE, and QUEUE_LOG_TABLE: without them nothing is read there.',
    )
  return [...new Set(problems)]
}
