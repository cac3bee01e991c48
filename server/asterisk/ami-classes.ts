import type { AmiConnection } from './connection.ts'
import { AmiError } from './errors.ts'
import { field } from './fields.ts'

/** The classes by which manager.conf says what a user hears (`read`) and may do (`write`). */
const classes = [
  'system',
  'call',
  'log',
  'verbose',
  'command',
  'agent',
  'user',
  'config',
  'dtmf',
  'reporting',
  'cdr',
  'dialplan',
  'originate',
  'agi',
  'cc',
  'aoc',
  'test',
  'security',
  'message',
] as const
export type AmiClass = (typeof classes)[number]

/**
 * Reads one line of a configuration file of the PBX, by the dialplan function AST_CONFIG: nothing is changed by it. It is
 * what the file says now, which counts after a reload.
 * @param index which of several lines of that name, from 0
 * @returns null where there is no such line, or the AMI user may not ask (class call or reporting in `write`)
 * @throws AmiError other than that we may not ask
 */
export async function readConfigLine(
  connection: Pick<AmiConnection, 'action'>,
  file: string,
  section: string,
  name: string,
  index?: number,
): Promise<string | null> {
  const place = [file, section, name, ...(index === undefined ? [] : [String(index)])].join(',')
  return readVariable(connection, `AST_CONFIG(${place})`)
}

/**
 * Reads a variable or function without a channel.
 * @returns null where it is empty, or the AMI user may not ask
 * @throws AmiError other than that we may not ask
 */
export async function readVariable(
  connection: Pick<AmiConnection, 'action'>,
  variable: string,
): Promise<string | null> {
  try {
    const value = field(await connection.action('Getvar', { Variable: variable }), 'value') ?? ''
    return value === '' ? null : value
  } catch (error) {
    if (error instanceof AmiError && error.code === 'ami.refused_action') return null
    throw error
  }
}

/**
 * The classes that a line of manager.conf names.
 * @returns null where it names none: then it is not such a line, or unknown
 */
export function classesIn(line: string | null): ReadonlySet<AmiClass> | null {
  const words = (line ?? '').split(',').map((word) => word.trim().toLowerCase())
  if (words.includes('all')) return new Set(classes)
  const named = classes.filter((each) => words.includes(each))
  return named.length === 0 ? null : new Set(named)
}

/** What an AMI user hears, as manager.conf says; null where that cannot be read. @throws AmiError */
export async function readHeardClasses(
  connection: Pick<AmiConnection, 'action'>,
  username: string,
): Promise<ReadonlySet<AmiClass> | null> {
  return classesIn(await readConfigLine(connection, 'manager.conf', username, 'read'))
}
