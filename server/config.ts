import { readFileSync } from 'node:fs'
import { isSupportedCountry, type CountryCode } from 'libphonenumber-js/max'
import { z } from 'zod'
import { extensionSchema } from '../shared/people.ts'

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
  schema: z.ZodType
}

const wholeNumber = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, `must be a whole number from ${least} to ${most}`)
    .transform(Number)
    .refine((n) => n >= least && n <= most, `must be from ${least} to ${most}`)
const list = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
)
const originText = z.string().refine((text) => text === '' || originOf(text) === text, {
  message: 'must be an origin such as https://calls.example.com, without a path or a final slash',
})

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
    schema: z.string().regex(/^[^\r\n]+$/, 'must be one line'),
  },
  AMI_HOST: {
    description: 'Where Asterisk’s manager (AMI) listens.',
    default: '127.0.0.1',
    schema: z.string().min(1),
  },
  AMI_PORT: { description: 'Its port.', default: '5038', schema: wholeNumber(1, 65_535) },
  AMI_USERNAME: {
    description: 'The manager user.',
    default: 'ringcard',
    schema: z.string().regex(/^[\w.-]+$/, 'must be letters, digits, dots, dashes'),
  },
  PBX_NAME: {
    description: 'A short name for the PBX. It becomes part of every call’s id, so keep it for ever.',
    default: 'main',
    schema: z.string().regex(/^[a-z0-9-]{1,20}$/, 'must be 1 to 20 lower-case letters, digits or dashes'),
  },
  PBX_TRUNKS: {
    description: 'Asterisk’s device names of the trunks to the outside, with commas: `PJSIP/trunk`.',
    default: 'PJSIP/trunk',
    schema: list,
  },
  HOME_COUNTRY: {
    description: 'ISO 3166 country of the trunks: how numbers without a country code are understood.',
    default: 'DE',
    schema: z
      .string()
      .transform((text) => text.toUpperCase())
      .refine(
        (text): text is CountryCode => isSupportedCountry(text),
        'must be a country code such as DE or GB',
      ),
  },
  IGNORED_NUMBERS: {
    description: 'Numbers never to look up (own switchboard, test lines), with commas.',
    default: '',
    schema: list,
  },
  DIALLED_LABELS: {
    description: 'What a dialled number stands for: `+493023125101=Support, +493023125102=Sales`.',
    default: '',
    schema: pairs('number=label', /^\+?\d{2,15}$/).transform((entries) => new Map(entries)),
  },
  DESKS: {
    description:
      'Desks to add or bring up to date at start: `201=PJSIP/201+PJSIP/201-web, 202=PJSIP/202`, or the path of a JSON file `[{"extension":"201","interfaces":["PJSIP/201"]}]`.',
    default: '',
    schema: z.string().transform(readDesks),
  },
  SHORT_ABANDON_SECONDS: {
    description: 'A caller who hangs up sooner than this after entering a queue is counted apart.',
    default: '5',
    schema: wholeNumber(0, 120),
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
    description: 'Folder for the archive: one compressed file for each month. It holds what callers said.',
    default: '.data/archive',
    schema: z.string().min(1),
  },
  LOG_LEVEL: {
    description: 'How much is logged: error, warn, info or debug.',
    default: 'info',
    schema: z.enum(['silent', 'error', 'warn', 'info', 'debug'], {
      error: 'must be error, warn, info, debug or silent',
    }),
  },
} as const satisfies Record<string, Setting>

export type SettingName = keyof typeof settings
/** Every setting, validated, by its name. */
export type Config = { [N in SettingName]: z.output<(typeof settings)[N]['schema']> }

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
  const problems: string[] = []
  const values = Object.entries<Setting>(settings).map(([name, setting]) => {
    const text = environment[name]?.trim()
    const given = text === undefined || text === '' ? setting.default : text
    if (given === undefined) {
      problems.push(`${name} is missing: set it in the environment. ${setting.description}`)
      return [name, undefined]
    }
    const result = setting.schema.safeParse(given)
    if (!result.success) {
      const reasons = result.error.issues.map((issue) => issue.message).join('; ')
      problems.push(`${name} ${reasons}.`)
    }
    return [name, result.data]
  })
  if (problems.length > 0) throw new ConfigError(problems)
  return Object.fromEntries(values) as Config
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
  .regex(/^[A-Za-z0-9]+\/[\w.@/-]{1,80}$/, 'has a device that is not like PJSIP/201')
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
