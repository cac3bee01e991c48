import { readFileSync } from 'node:fs'
import { isSupportedCountry, type CountryCode } from 'libphonenumber-js/max'
import { z } from 'zod'
import { extensionSchema } from '../shared/people.ts'
import { createMasterKeys, masterKeyLength } from './keys/master-keys.ts'
import { usualCelColumns } from './asterisk/record/cel-rows.ts'
import { isTimeZone } from './asterisk/record/wall-clock.ts'
import { pbxNamePattern, type NamePrefix } from '../shared/pbx-names.ts'
import { taskSettings } from './config-tasks.ts'
import { list, wholeNumber } from './setting-schemas.ts'
import {
  namePbxs,
  prefixOf,
  recordProblems,
  sameAddressProblems,
  strayProblems,
  suffixOf,
} from './config-pbx.ts'

/** Exit status for a configuration that cannot be used (EX_CONFIG of sysexits.h): a supervisor should not retry at once. */
export const exitBadConfig = 78

/** A desk as the setting DESKS seeds it: an extension and Asterisk's names of the devices that ring for it. */
export interface DeskSeed {
  extension: string
  interfaces: string[]
}

interface Setting {
  description: string
  /** As it would be written in the environment; left out when the setting is required. */
  default?: string
  /** Never shown, never logged. */
  secret?: true
  /** Each PBX of PBX_NAMES may have one for itself: `AMI_HOST_BERLIN`. */
  perPbx?: true
  schema: z.ZodType
}

const originText = z.string().refine((text) => text === '' || originOf(text) === text, {
  message: 'must be an origin such as https://calls.example.com, without a path or a final slash',
})

const tableName = z
  .string()
  .regex(
    /^(([A-Za-z_]\w{0,62}\.)?[A-Za-z_]\w{0,62})?$/,
    'must be the name of a table, or schema.table, of letters, digits and _',
  )

const managerName = z.string().regex(/^[\w.-]+$/, 'must be letters, digits, dots, dashes')

const contextSchema = z.string().regex(/^[\w-]{1,79}$/, 'must be the name of a context of the dialplan')

/** Every setting there is, by its name in the environment. README and docs/operations.md list them from here. */
export const settings = {
  MONGODB_URI: {
    description:
      'Where the database is. `w=majority` and the journal are used unless the URI says otherwise.',
    secret: true,
    schema: z
      .string()
      .regex(
        /^mongodb(\+srv)?:\/\/\S+$/,
        'must begin with mongodb:// or mongodb+srv://, as in mongodb://db.example.com/ringcard',
      ),
  },
  AMI_SECRET: {
    description: 'The secret of Asterisk’s manager user.',
    secret: true,
    perPbx: true,
    schema: z.string().regex(/^[^\r\n]+$/, 'must be one line'),
  },
  MASTER_KEY: {
    description:
      'What numbers and names in call history are encrypted under: 32 bytes in base64, made by `openssl rand -base64 32`. Whoever loses it loses them. Older keys may follow with commas, to read what they encrypted.',
    secret: true,
    schema: list.transform((texts, context) => {
      const keys = texts.map((text) => Buffer.from(text, 'base64'))
      const isWhole = (key: Buffer, index: number): boolean =>
        key.length === masterKeyLength && key.toString('base64') === texts[index]
      if (keys.length > 0 && keys.every(isWhole)) return createMasterKeys(keys)
      context.addIssue({
        code: 'custom',
        message:
          'must be 32 bytes in base64, as `openssl rand -base64 32` makes them; older keys after a comma',
      })
      return z.NEVER
    }),
  },
  AMI_HOST: {
    description: 'Where Asterisk’s manager (AMI) listens.',
    default: '127.0.0.1',
    perPbx: true,
    schema: z.string().min(1),
  },
  AMI_PORT: { description: 'Its port.', default: '5038', perPbx: true, schema: wholeNumber(1, 65_535) },
  AMI_USERNAME: {
    description: 'The manager user.',
    default: 'ringcard',
    perPbx: true,
    schema: managerName,
  },
  AMI_SYSTEM_USERNAME: {
    description:
      'A second manager user, which has the class `system` alone; used where AMI_SYSTEM_SECRET is set.',
    default: 'ringcard-system',
    perPbx: true,
    schema: managerName,
  },
  AMI_SYSTEM_SECRET: {
    description:
      'Its secret: it sets the secrets of browser phones and tells desk phones to answer and hold. Empty: the first user needs `system` for that, with which, and `originate`, it can have a call run a program on the PBX.',
    default: '',
    secret: true,
    perPbx: true,
    schema: z.string().regex(/^[^\r\n]*$/, 'must be one line'),
  },
  PBX_NAME: {
    description: 'A short name for the PBX. It becomes part of every call’s id, so keep it for ever.',
    default: 'main',
    schema: z.string().regex(pbxNamePattern, 'must be 1 to 20 lower-case letters, digits or dashes'),
  },
  PBX_NAMES: {
    description:
      'Names of several PBXs instead of PBX_NAME, with commas: `berlin,kyiv`. Each may have settings of its own by its name, as AMI_HOST_BERLIN.',
    default: '',
    schema: list,
  },
  PBX_TRUNKS: {
    description: 'Asterisk’s device names of the trunks to the outside, with commas: `PJSIP/trunk`.',
    default: 'PJSIP/trunk',
    perPbx: true,
    schema: list,
  },
  SIP_WS_URL: {
    description:
      'Where Asterisk takes SIP over WebSocket, as seen from here: `ws://127.0.0.1:8088/ws`. The console’s browser phones are passed on to it. Empty: no browser phones.',
    default: '',
    perPbx: true,
    schema: z
      .string()
      .refine(
        (url) => url === '' || (/^wss?:\/\/[^\s/]+\/\S*$/.test(url) && URL.canParse(url)),
        'must be an address such as ws://127.0.0.1:8088/ws',
      ),
  },
  TRANSFER_CONTEXT: {
    description:
      'The context of the dialplan to which agents send calls: an extension, `queue-NAME`, or a number in international form.',
    default: 'ringcard-transfer',
    perPbx: true,
    schema: contextSchema,
  },
  CONSULT_CONTEXT: {
    description: 'The context of the dialplan in which agents ask somebody before they hand a call on.',
    default: 'ringcard-consult',
    perPbx: true,
    schema: contextSchema,
  },
  DIAL_CONTEXT: {
    description:
      'The context of the dialplan to which an agent’s own phone goes, once it is picked up, for a call from the console.',
    default: 'ringcard-dial',
    perPbx: true,
    schema: contextSchema,
  },
  INTERNATIONAL_PREFIX: {
    description: 'What is dialled on the PBX before the country of an international number.',
    default: '00',
    perPbx: true,
    schema: z.string().regex(/^\d{1,6}$/, 'must be one to six digits'),
  },
  CEL_FILE: {
    description:
      'Asterisk’s channel event log as a file seen from here (cel_custom), such as `/var/log/asterisk/cel-custom/cel.csv`: calls that nobody heard are told from it afterwards. Empty: a gap stays a gap.',
    default: '',
    perPbx: true,
    schema: z.string(),
  },
  CEL_COLUMNS: {
    description:
      'The columns of its rows, in order, as cel_custom.conf names them; empty for the usual ones.',
    default: '',
    perPbx: true,
    schema: list.transform((columns) => (columns.length === 0 ? usualCelColumns : columns)),
  },
  QUEUE_LOG_FILE: {
    description:
      'Asterisk’s queue_log as a file seen from here, such as `/var/log/asterisk/queue_log`: the queues of those calls.',
    default: '',
    perPbx: true,
    schema: z.string(),
  },
  CEL_TABLE: {
    description:
      'Instead of a file, the table of PostgreSQL that cel_pgsql or cel_odbc writes, such as `cel` or `asterisk.cel`.',
    default: '',
    perPbx: true,
    schema: tableName,
  },
  QUEUE_LOG_TABLE: {
    description:
      'Instead of a file, the table of PostgreSQL that Asterisk writes queue_log into by realtime.',
    default: '',
    perPbx: true,
    schema: tableName,
  },
  RECORD_DATABASE_URI: {
    description:
      'Where those tables are: `postgres://user:password@host:5432/asterisk`, of a user who may only read them. No other database than PostgreSQL is read.',
    default: '',
    secret: true,
    perPbx: true,
    schema: z
      .string()
      .refine(
        (uri) => uri === '' || (/^postgres(ql)?:\/\/\S+$/.test(uri) && URL.canParse(uri)),
        'must begin with postgres://, as in postgres://ringcard:…@db.example.com/asterisk: PostgreSQL is the only database that records are read from; of any other, have Asterisk write files (CEL_FILE, QUEUE_LOG_FILE)',
      ),
  },
  PBX_TIME_ZONE: {
    description:
      'IANA time zone of the PBX, such as `Europe/Berlin`: needed where cel.conf has a `dateformat`, and where a table has times without a zone. Empty: that of this process.',
    default: '',
    perPbx: true,
    schema: z
      .string()
      .refine((zone) => zone === '' || isTimeZone(zone), 'must be a time zone such as Europe/Berlin'),
  },
  TRACE_FOLDER: {
    description:
      'Folder for traces that are written when something of a PBX proves to have been missed; numbers and names are replaced in them, and nothing that was typed is in them.',
    default: '.data/traces',
    schema: z.string().min(1),
  },
  HOME_COUNTRY: {
    description:
      'ISO 3166 country of the trunks: how numbers without a country code are understood. Seeds the number plan, which is changed in the console.',
    default: 'DE',
    perPbx: true,
    schema: z
      .string()
      .transform((text) => text.toUpperCase())
      .refine(
        (text): text is CountryCode => isSupportedCountry(text),
        'must be a country code such as DE or GB',
      ),
  },
  IGNORED_NUMBERS: {
    description:
      'Numbers never to look up (own switchboard, test lines), with commas. Seeds the number plan.',
    default: '',
    schema: list,
  },
  DIALLED_LABELS: {
    description:
      'What dialled numbers stand for: `+493023125101=Support, +493023125102=Sales`. Seeds what is changed in the console.',
    default: '',
    schema: pairs('number=label', /^\+?\d{2,15}$/).transform((entries) => new Map(entries)),
  },
  DESKS: {
    description:
      'Desks to add at start, where there are none of that extension; afterwards they are changed in the console: `201=PJSIP/201+PJSIP/201-web, 202=PJSIP/202`, or the path of a JSON file `[{"extension":"201","interfaces":["PJSIP/201"]}]`.',
    default: '',
    schema: z.string().transform(readDesks),
  },
  PIN_KEY: {
    description:
      'The key under which customers’ PINs are hashed: 32 characters or more, kept for ever, with the database but not in it. Empty: no PINs.',
    default: '',
    secret: true,
    schema: z.string().regex(/^(.{32,})?$/, 'must be 32 characters or more, or empty'),
  },
  SHORT_ABANDON_SECONDS: {
    description: 'A caller who hangs up sooner than this after entering a queue is counted apart.',
    default: '5',
    schema: wholeNumber(0, 120),
  },
  WRAP_UP_SECONDS: {
    description:
      'How long an agent has after a queue’s call before the next one is offered; 0 for no time. Seeds the rules of agents’ status, which has it for each queue.',
    default: '20',
    schema: wholeNumber(0, 3_600),
  },
  MISSED_CALLS: {
    description:
      'Whether no more calls are offered to an agent who did not answer one, until they say that they are there: `yes` or `no`. Seeds the rules of agents’ status.',
    default: 'yes',
    schema: z.enum(['yes', 'no'], 'must be yes or no').transform((answer) => answer === 'yes'),
  },
  CONSOLE_GRACE_SECONDS: {
    description:
      'No more calls are offered to an agent whose console has been closed or lost for so long; 0 for never. Seeds the rules of agents’ status.',
    default: '30',
    schema: wholeNumber(0, 3_600),
  },
  TURN_URLS: {
    description:
      'STUN and TURN servers by which the sound of browser phones finds its way to the PBX, with commas: `turn:turn.example.com:3478?transport=udp, turns:turn.example.com:5349`. Empty: directly.',
    default: '',
    schema: list.refine(
      (urls) => urls.every((url) => /^(stun|turns?):[\w.[\]:-]+(\?transport=(udp|tcp))?$/.test(url)),
      'must be addresses such as turn:turn.example.com:3478, with commas',
    ),
  },
  TURN_SECRET: {
    description:
      'What is shared with the TURN server (coturn: `use-auth-secret`, `static-auth-secret`): browsers get credentials that end by themselves, made from it. Empty: none are given.',
    default: '',
    secret: true,
    schema: z.string().regex(/^(\S{16,})?$/, 'must be 16 characters or more without blanks, or empty'),
  },
  TURN_SECONDS: {
    description:
      'How long such credentials are good. New ones are asked for at half of it, so a call may be at least so long.',
    default: '14400',
    schema: wholeNumber(60, 86_400),
  },
  TURN_ONLY: {
    description:
      'Whether the sound of browser phones goes by the TURN server alone, so that their own addresses stay unknown: `yes` or `no`.',
    default: 'no',
    schema: z.enum(['yes', 'no'], 'must be yes or no').transform((answer) => answer === 'yes'),
  },
  TEST_CALL_NUMBER: {
    description:
      'What browser phones dial for a test call: a greeting and an echo in the dialplan. Empty: no test calls.',
    default: '*60',
    schema: z.string().regex(/^([*#0-9]{1,20})?$/, 'must be what can be dialled, such as *60'),
  },
  DEVICE_GRACE_SECONDS: {
    description:
      'No more calls are offered to an agent whose phone in use could not ring for so long: not registered, or without a microphone; 0 for never. Seeds the rules of agents’ status.',
    default: '10',
    schema: wholeNumber(0, 3_600),
  },
  HTTP_HOST: {
    description: 'Address to listen on. Put a TLS proxy before it; only loopback is safe without.',
    default: '127.0.0.1',
    schema: z.string().min(1),
  },
  HTTP_PORT: {
    description: 'Port to listen on; 0 takes a free one.',
    default: '8080',
    schema: wholeNumber(0, 65_535),
  },
  PUBLIC_ORIGIN: {
    description:
      'The address people open, such as `https://calls.example.com`. With https the cookie is Secure and HSTS is sent. Empty: whatever host the request names (development).',
    default: '',
    schema: originText,
  },
  TRUST_PROXY: {
    description:
      'Which proxies may say who the client is: `no`, a number of hops, or addresses and networks with commas (`loopback, 10.0.0.0/8`).',
    default: 'no',
    schema: z
      .string()
      .regex(
        /^(no|[1-9]|[\w.:/]+(\s*,\s*[\w.:/]+)*)$/,
        'must be no, a number of hops, or addresses with commas',
      )
      .transform((text) => (text === 'no' ? false : /^\d$/.test(text) ? Number(text) : text)),
  },
  METRICS_TOKEN: {
    description:
      'Bearer token for `/metrics`. Empty: only a client on this machine may read it, and nobody when TRUST_PROXY is set.',
    default: '',
    secret: true,
    schema: z.string().regex(/^(\S{16,})?$/, 'must be at least 16 characters without spaces, or empty'),
  },
  SESSION_HOURS: {
    description: 'How long a session lasts at most.',
    default: '12',
    schema: wholeNumber(1, 168),
  },
  SESSION_IDLE_MINUTES: {
    description: 'How long a session lasts with no open console and no request.',
    default: '60',
    schema: wholeNumber(1, 1440),
  },
  NODE_NAME: {
    description: 'This server’s name among others on the same database. It names the spool, so keep it.',
    default: 'node1',
    schema: z.string().regex(/^[\w-]{1,64}$/, 'must be letters, digits, _ or -'),
  },
  SPOOL_FOLDER: {
    description: 'Folder of the on-disk spool of call history. On a local disk, one folder for each node.',
    default: '.data/spool',
    schema: z.string().min(1),
  },
  HISTORY_INPUT_DAYS: {
    description: 'How long the raw events behind a call are kept.',
    default: '30',
    schema: wholeNumber(1, 3650),
  },
  HISTORY_ARCHIVE_DAYS: {
    description:
      'Calls and facts older than this leave the database for HISTORY_ARCHIVE_FOLDER, once a day; 0 keeps all.',
    default: '0',
    schema: wholeNumber(0, 36_500),
  },
  HISTORY_ARCHIVE_FOLDER: {
    description:
      'Folder for the archive: one compressed file for each month. What callers said stays encrypted in it.',
    default: '.data/archive',
    schema: z.string().min(1),
  },
  ...taskSettings,
  LOG_LEVEL: {
    description: 'How much is logged: error, warn, info or debug.',
    default: 'info',
    schema: z.enum(['silent', 'error', 'warn', 'info', 'debug'], {
      error: 'must be error, warn, info, debug or silent',
    }),
  },
} as const satisfies Record<string, Setting>

export type SettingName = keyof typeof settings
type Values<N extends SettingName> = { [Name in N]: z.output<(typeof settings)[Name]['schema']> }
type PerPbx = {
  [N in SettingName]: (typeof settings)[N] extends { perPbx: true } ? N : never
}[SettingName]

/** One PBX: its name, what stands before the names that come from it, and its settings. */
export type PbxConfig = { name: string; prefix: NamePrefix } & Values<PerPbx>

/** Every setting, validated, by its name; those that a PBX has for itself stand with it. */
export type Config = Values<Exclude<SettingName, PerPbx | 'PBX_NAME' | 'PBX_NAMES'>> & {
  /** The country of a number that came by no PBX: one that somebody typed, or that was imported. */
  HOME_COUNTRY: CountryCode
  /** At least one. */
  pbxs: readonly PbxConfig[]
}

/** All that is wrong with the settings: one line each, naming the setting and what to do. Values are never repeated. */
export class ConfigError extends Error {
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(problems.join('\n'))
    this.name = 'ConfigError'
    this.problems = problems
  }
}

/**
 * Reads every setting from an environment. An empty variable counts as one that is not set.
 * @throws ConfigError with every problem at once
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  return readSettings(environment, Object.keys(settings) as SettingName[]) as Config
}

/**
 * As {@link readConfig}, for a command that needs the PBXs and the desks, and no database.
 * @throws ConfigError
 */
export function readPbxConfig(
  environment: Readonly<Record<string, string | undefined>>,
): Pick<Config, 'pbxs' | 'DESKS'> {
  const wanted = namesOf(({ perPbx }) => perPbx === true)
  return readSettings(environment, [...wanted, 'DESKS']) as Pick<Config, 'pbxs' | 'DESKS'>
}

const namesOf = (fits: (setting: Setting) => boolean): SettingName[] =>
  (Object.keys(settings) as SettingName[]).filter((name) => fits(settings[name]))

function readSettings(
  environment: Readonly<Record<string, string | undefined>>,
  wanted: readonly SettingName[],
): Record<string, unknown> {
  const problems: string[] = []
  const given = (name: string): string | undefined => environment[name]?.trim() || undefined
  const told = new Set<string>()
  /** @param names where the value may stand, the first that is set counts */
  const read = (setting: Setting, names: readonly string[]): unknown => {
    const name = names.find((each) => given(each) !== undefined) ?? names[0] ?? ''
    const text = given(name) ?? setting.default
    const result = setting.schema.safeParse(text)
    const reasons = result.error?.issues.map((issue) => issue.message).join('; ')
    const problem =
      text === undefined
        ? `${name} is missing: set it in the environment. ${setting.description}`
        : `${name} ${reasons ?? ''}.`
    // What every PBX has from one setting is wrong once.
    if (!result.success && !told.has(problem)) problems.push(problem)
    told.add(problem)
    return result.data
  }
  const named = namePbxs(
    { name: given('PBX_NAME'), names: given('PBX_NAMES') },
    settings.PBX_NAME.default,
    problems,
  )
  const perPbx = namesOf((setting) => setting.perPbx === true)
  const ofEach = new Set<SettingName>(['PBX_NAMES', ...perPbx])
  const pbxs: PbxConfig[] = named.names.map((name) => ({ name, prefix: prefixOf(name, named) }) as PbxConfig)
  const values: Record<string, unknown> = { pbxs }
  for (const name of wanted) {
    if (!ofEach.has(name) || given(name) !== undefined) values[name] = read(settings[name], [name])
    if (!perPbx.includes(name)) continue
    for (const pbx of pbxs) {
      const own = named.several ? [`${name}${suffixOf(pbx.name)}`] : []
      Object.assign(pbx, { [name]: read(settings[name], [...own, name]) })
    }
  }
  problems.push(...strayProblems(environment, perPbx, named))
  if (problems.length === 0) problems.push(...sameAddressProblems(pbxs), ...recordProblems(pbxs))
  if (problems.length > 0) throw new ConfigError(problems)
  const home = given('HOME_COUNTRY') === undefined ? pbxs[0]?.HOME_COUNTRY : values['HOME_COUNTRY']
  return { ...values, HOME_COUNTRY: home }
}

/** The settings as a Markdown table, for README.md and docs/operations.md. */
export function settingsTable(): string {
  const rows = Object.entries<Setting>(settings).map(([name, setting]) => {
    const preset =
      setting.default === undefined ? '**required**' : setting.default === '' ? '–' : `\`${setting.default}\``
    return `| \`${name}\` | ${preset} | ${setting.description}${setting.secret ? ' _Secret._' : ''} |`
  })
  return ['| setting | default | what it is |', '| --- | --- | --- |', ...rows].join('\n')
}

function originOf(text: string): string | null {
  try {
    const url = new URL(text)
    return url.protocol === 'https:' || url.protocol === 'http:' ? url.origin : null
  } catch {
    return null
  }
}

/** `key=value, key=value` as pairs; the key must look like `key`. */
function pairs(form: string, key: RegExp) {
  return list.transform((items, context) =>
    items.map((item): [string, string] => {
      const at = item.indexOf('=')
      const pair: [string, string] = [item.slice(0, at).trim(), item.slice(at + 1).trim()]
      if (at < 1 || pair[1] === '' || !key.test(pair[0])) {
        context.addIssue({ code: 'custom', message: `must be ${form} with commas between` })
      }
      return pair
    }),
  )
}

const interfaceSchema = z
  .string()
  .regex(/^([a-z0-9-]{1,20}\/)?[A-Za-z0-9]+\/[\w.@/-]{1,80}$/, 'has a device that is not like PJSIP/201')
const deskSeedsSchema = z.array(
  z.strictObject({ extension: extensionSchema, interfaces: z.array(interfaceSchema).min(1).max(8) }),
)

function readDesks(text: string, context: z.RefinementCtx): DeskSeed[] {
  const refuse = (message: string) => {
    context.addIssue({ code: 'custom', message })
    return z.NEVER
  }
  let desks: unknown
  if (text.endsWith('.json')) {
    try {
      desks = JSON.parse(readFileSync(text, 'utf8'))
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'not valid JSON'
      return refuse(`names a file that cannot be read (${code})`)
    }
  } else {
    const read = pairs('extension=DEVICE+DEVICE', /^\d{2,6}$/).safeParse(text)
    if (!read.success) return refuse(read.error.issues[0]?.message ?? 'cannot be understood')
    desks = read.data.map(([extension, devices]) => ({
      extension,
      interfaces: devices.split('+').map((device) => device.trim()),
    }))
  }
  const result = deskSeedsSchema.safeParse(desks)
  if (!result.success) return refuse(result.error.issues[0]?.message ?? 'cannot be understood')
  const extensions = result.data.map((desk) => desk.extension)
  const twice = extensions.find((extension, index) => extensions.indexOf(extension) !== index)
  if (twice !== undefined) return refuse(`names desk ${twice} twice`)
  return result.data
}
