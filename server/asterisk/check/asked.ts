import { classesIn, readConfigLine, readVariable, type AmiClass } from '../ami-classes.ts'
import type { AmiConnection } from '../connection.ts'
import { AmiError } from '../errors.ts'
import { field, optional, type AmiBlock } from '../fields.ts'
import { readVersion } from '../snapshot.ts'
import { actAs, type AmiAccess } from '../system-actions.ts'

/** One queue as the PBX has it. */
export interface AskedQueue {
  name: string
  strategy: string
  members: { interface: string; name: string; stateInterface: string; membership: string }[]
}

/** One phone, or other end of a SIP line. */
export interface AskedDevice {
  device: string
  state: string
  /** Null where it cannot be asked. */
  webrtc: boolean | null
  contacts: number | null
}

/** All that was asked of a PBX. Null is what this AMI user could not learn. */
export interface Asked {
  user: string
  /**
   * The user that has the class `system`, where the settings name one; its actions as {@link actions}, null where it is not
   * let in.
   */
  system: { user: string; actions: ReadonlySet<string> | null; writes: ReadonlySet<AmiClass> | null } | null
  version: string | null
  major: number | null
  /** The names of the actions that the AMI user may use, in lower case. */
  actions: ReadonlySet<string>
  reads: ReadonlySet<AmiClass> | null
  writes: ReadonlySet<AmiClass> | null
  /** How PJSIP looks for secrets (`auth` of sorcery.conf), in its order; none where it reads its own file alone. */
  authFrom: readonly string[]
  /** Lines of the PBX's files by `file section name`; those asked for and not there are not in it. Null: not to be asked. */
  lines: ReadonlyMap<string, string> | null
  queues: readonly AskedQueue[]
  devices: readonly AskedDevice[]
  parkingLots: readonly string[]
  /** Which of the contexts that were asked for the dialplan has; null where it cannot be asked. */
  contexts: ReadonlySet<string> | null
}

/** The filter of lab/asterisk/config/manager.conf has a line by this name with a value: the others have none to be read. */
export const filterLine = 'eventfilter(action(exclude),name(Newexten),header(Application),method(regex))'

/** The lines that are asked for, by file and section. */
const wanted: readonly (readonly [file: string, section: string, names: readonly string[]])[] = [
  ['manager.conf', 'general', ['enabled', 'timestampevents', 'channelvars']],
  ['features.conf', 'featuremap', ['blindxfer', 'atxfer', 'parkcall']],
  ['http.conf', 'general', ['enabled']],
  ['cel.conf', 'general', ['enable', 'events', 'apps']],
  ['cel_custom.conf', 'cel.csv', ['fields']],
  ['cel_pgsql.conf', 'global', ['dbname']],
  ['cdr.conf', 'general', ['enable']],
  ['cdr.conf', 'csv', ['newcdrcolumns']],
  ['logger.conf', 'general', ['queue_log', 'queue_log_to_file']],
  ['extconfig.conf', 'settings', ['queue_log']],
]

/**
 * Asks a PBX how it is set up, by its AMI user alone and without changing anything.
 * @param contexts of the dialplan, by name
 * @param system how the user is reached that has the class `system`; null where there is none of its own
 * @throws AmiError where the line breaks, or the PBX gives no answer
 */
export async function askPbx(
  connection: AmiConnection,
  user: string,
  contexts: readonly string[],
  system: AmiAccess | null,
): Promise<Asked> {
  const { version, major } = await readVersion(connection, () => undefined)
  const actions = await readActions(connection)
  const lines = await readLines(connection, user)
  return {
    user,
    system: system && {
      user: system.username,
      actions: await readSystemActions(system),
      writes: classesIn(await readConfigLine(connection, 'manager.conf', system.username, 'write')),
    },
    version,
    major,
    actions,
    reads: classesIn(lines?.get(`manager.conf ${user} read`) ?? null),
    writes: classesIn(lines?.get(`manager.conf ${user} write`) ?? null),
    authFrom: await readAuthFrom(connection),
    lines,
    queues: queuesOf(await listed(connection, 'QueueStatus')),
    devices: await readDevices(connection),
    parkingLots: (await listed(connection, 'Parkinglots')).flatMap((block) => optional(block, 'name') ?? []),
    contexts: await readContexts(connection, contexts),
  }
}

async function readContexts(
  connection: AmiConnection,
  names: readonly string[],
): Promise<ReadonlySet<string> | null> {
  const there = new Set<string>()
  for (const name of names) {
    const value = await readVariable(connection, `DIALPLAN_EXISTS(${name})`)
    if (value === null) return null
    if (value === '1') there.add(name)
  }
  return there
}

/** ListCommands gives a header for each action that the user may use. */
async function readActions(connection: AmiConnection): Promise<ReadonlySet<string>> {
  return namesIn(await allowed(connection.action('ListCommands'), {}))
}
const namesIn = (answer: AmiBlock): ReadonlySet<string> =>
  new Set(Object.keys(answer).filter((key) => key !== 'response' && key !== 'actionid'))

async function readSystemActions(access: AmiAccess): Promise<ReadonlySet<string> | null> {
  try {
    return namesIn(await allowed(actAs(access, 'ListCommands', {}), {}))
  } catch (error) {
    if (error instanceof AmiError && error.code === 'ami.refused_login') return null
    throw error
  }
}

async function readLines(
  connection: AmiConnection,
  user: string,
): Promise<ReadonlyMap<string, string> | null> {
  const lines = new Map<string, string>()
  const sections = [...wanted, ['manager.conf', user, ['read', 'write', filterLine, 'eventfilter']] as const]
  for (const [file, section, names] of sections) {
    for (const name of names) {
      const value = await readConfigLine(connection, file, section, name)
      if (value !== null) lines.set(`${file} ${section} ${name}`, value)
    }
  }
  // Whoever speaks AMI has a manager.conf: where nothing of it can be read, nothing can.
  return lines.size === 0 ? null : lines
}

/** How many lines of one name are looked at. */
const mostAuthLines = 8

async function readAuthFrom(connection: AmiConnection): Promise<string[]> {
  const found: string[] = []
  while (found.length < mostAuthLines) {
    const line = await readConfigLine(connection, 'sorcery.conf', 'res_pjsip', 'auth', found.length)
    if (line === null) break
    found.push(line.replace(/\s/g, ''))
  }
  return found
}

async function readDevices(connection: AmiConnection): Promise<AskedDevice[]> {
  const blocks = await listed(connection, 'DeviceStateList')
  const named = blocks.flatMap((block) => {
    const device = optional(block, 'device')
    return device !== null && /^(PJSIP|SIP)\//.test(device)
      ? [{ device, state: field(block, 'state') ?? '' }]
      : []
  })
  const devices: AskedDevice[] = []
  for (const { device, state } of named.sort((a, b) => a.device.localeCompare(b.device))) {
    devices.push({ device, state, ...(await readEndpoint(connection, device)) })
  }
  return devices
}

/** What PJSIP says of an endpoint, by dialplan functions, which need no more rights than a channel's variables. */
async function readEndpoint(
  connection: AmiConnection,
  device: string,
): Promise<Pick<AskedDevice, 'webrtc' | 'contacts'>> {
  const endpoint = /^PJSIP\/([\w.@-]+)$/.exec(device)?.[1]
  if (endpoint === undefined) return { webrtc: null, contacts: null }
  const webrtc = await readVariable(connection, `PJSIP_ENDPOINT(${endpoint},webrtc)`)
  const aor = await readVariable(connection, `PJSIP_ENDPOINT(${endpoint},aors)`)
  if (aor === null || !/^[\w.@-]+$/.test(aor))
    return { webrtc: webrtc === null ? null : webrtc === 'yes', contacts: null }
  const contacts = await readVariable(connection, `PJSIP_AOR(${aor},contact)`)
  return { webrtc: webrtc === 'yes', contacts: contacts === null ? 0 : contacts.split(',').length }
}

function queuesOf(blocks: readonly AmiBlock[]): AskedQueue[] {
  const queues = new Map<string, AskedQueue>()
  for (const block of blocks) {
    const name = optional(block, 'queue')
    if (name === null) continue
    const queue = queues.get(name) ?? { name, strategy: '', members: [] }
    queues.set(name, queue)
    if (block.event === 'QueueParams') queue.strategy = field(block, 'strategy') ?? ''
    const interfaceName = optional(block, 'location')
    if (block.event !== 'QueueMember' || interfaceName === null) continue
    queue.members.push({
      interface: interfaceName,
      name: optional(block, 'name') ?? interfaceName,
      stateInterface: optional(block, 'stateinterface') ?? interfaceName,
      membership: field(block, 'membership') ?? '',
    })
  }
  return [...queues.values()].sort((a, b) => a.name.localeCompare(b.name))
}

/** A list; empty where there is nothing to list, no such module, or no right to it. */
async function listed(connection: AmiConnection, name: string): Promise<AmiBlock[]> {
  return allowed(connection.list(name), [])
}

async function allowed<T>(answer: Promise<T>, instead: T): Promise<T> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof AmiError && error.code === 'ami.refused_action') return instead
    throw error
  }
}
