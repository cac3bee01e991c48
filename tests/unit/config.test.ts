import { readFileSync } from 'node:fs'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { freshMasterKey } from '../../lab/master-key.ts'
import { ConfigError, readConfig, readPbxConfig, settings, settingsTable } from '../../server/config.ts'

const required = {
  MONGODB_URI: 'mongodb://127.0.0.1/ringcard',
  AMI_SECRET: 'a secret',
  MASTER_KEY: freshMasterKey(),
}

function problemsOf(environment: Record<string, string>): readonly string[] {
  try {
    readConfig(environment)
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
  return []
}

describe('settings', () => {
  it('need the database and the PBX’s secret; everything else has a default', () => {
    const config = readConfig(required)
    expect(config).toMatchObject({
      HTTP_HOST: '127.0.0.1',
      HTTP_PORT: 8080,
      TRUST_PROXY: false,
      HOME_COUNTRY: 'DE',
      pbxs: [
        {
          name: 'main',
          prefix: '',
          AMI_HOST: '127.0.0.1',
          AMI_PORT: 5038,
          AMI_SECRET: 'a secret',
          PBX_TRUNKS: ['PJSIP/trunk'],
          HOME_COUNTRY: 'DE',
        },
      ],
      DESKS: [],
      SHORT_ABANDON_SECONDS: 5,
    })
  })

  it('that are missing or malformed are all told at once, one line each, saying what to do', () => {
    const problems = problemsOf({
      HTTP_PORT: 'eighty',
      PUBLIC_ORIGIN: 'calls.example.com',
      HOME_COUNTRY: 'XX',
    })
    expect(problems.map((line) => line.split(' ')[0])).toEqual([
      'MONGODB_URI',
      'AMI_SECRET',
      'MASTER_KEY',
      'HOME_COUNTRY',
      'HTTP_PORT',
      'PUBLIC_ORIGIN',
    ])
    for (const line of problems) expect(line).not.toContain('\n')
    expect(problems[0]).toContain('is missing: set it in the environment')
    expect(problems[4]).toContain('must be a whole number')
  })

  it('take a master key of 32 bytes in base64, and older ones behind it', () => {
    const [key, older] = [freshMasterKey(), freshMasterKey()]
    const { MASTER_KEY } = readConfig({ ...required, MASTER_KEY: `${key}, ${older}` })
    expect(MASTER_KEY.ids()).toHaveLength(2)
    for (const MASTER_KEY of ['secret', key.slice(4), `${key},x`, ',', key.replace(/=$/, '')]) {
      expect(problemsOf({ ...required, MASTER_KEY })).toEqual([
        expect.stringContaining('MASTER_KEY must be 32 bytes in base64'),
      ])
    }
  })

  it('name where the record of a PBX is: a file or a table, never both, and only PostgreSQL', () => {
    const table = { CEL_TABLE: 'asterisk.cel', RECORD_DATABASE_URI: 'postgresql://r:hunter2@db/asterisk' }
    expect(readConfig({ ...required, ...table }).pbxs[0]).toMatchObject({ ...table, QUEUE_LOG_TABLE: '' })
    const refused = [
      [{ ...table, CEL_FILE: '/cel.csv' }, 'CEL_FILE and CEL_TABLE do not go together'],
      [
        { ...table, QUEUE_LOG_TABLE: 'q', QUEUE_LOG_FILE: '/q' },
        'QUEUE_LOG_FILE and QUEUE_LOG_TABLE do not go together',
      ],
      [{ CEL_TABLE: 'cel' }, 'CEL_TABLE needs RECORD_DATABASE_URI'],
      [{ ...table, CEL_TABLE: '', QUEUE_LOG_TABLE: 'q' }, 'QUEUE_LOG_TABLE needs CEL_TABLE or CEL_FILE'],
      [{ ...table, CEL_TABLE: '' }, 'RECORD_DATABASE_URI needs CEL_TABLE'],
      [{ ...table, CEL_TABLE: 'cel; drop table x' }, 'CEL_TABLE must be the name of a table'],
      [{ ...table, RECORD_DATABASE_URI: 'mysql://r:hunter2@db/x' }, 'PostgreSQL is the only database'],
    ] as const
    for (const [environment, words] of refused) {
      const problems = problemsOf({ ...required, ...environment })
      expect(problems).toEqual([expect.stringContaining(words)])
      expect(problems.join()).not.toContain('hunter2')
    }
  })

  it('name the record of each PBX of several', () => {
    const { pbxs } = readConfig({
      ...required,
      PBX_NAMES: 'berlin,kyiv',
      AMI_HOST_KYIV: '10.0.0.2',
      CEL_FILE_BERLIN: '/cel.csv',
      CEL_TABLE_KYIV: 'cel',
      RECORD_DATABASE_URI_KYIV: 'postgres://db/asterisk',
    })
    expect(pbxs.map(({ CEL_FILE, CEL_TABLE }) => [CEL_FILE, CEL_TABLE])).toEqual([
      ['/cel.csv', ''],
      ['', 'cel'],
    ])
  })

  it('never repeat a value, which may be a secret', () => {
    const problems = problemsOf({
      ...required,
      MONGODB_URI: 'postgres://anna:hunter2@db/x',
      METRICS_TOKEN: 'short',
    })
    expect(problems).toHaveLength(2)
    expect(problems.join()).not.toMatch(/hunter2|short/)
  })

  it('that are empty count as not set', () => {
    expect(problemsOf({ MONGODB_URI: ' ', AMI_SECRET: '' })).toHaveLength(3)
    expect(readConfig({ ...required, HTTP_PORT: '' }).HTTP_PORT).toBe(8080)
  })

  it.each([
    ['0.0.0.0.0:x', 'HTTP_PORT'],
    ['65536', 'HTTP_PORT'],
    ['-1', 'AMI_PORT'],
    ['1e3', 'SESSION_HOURS'],
    ['0', 'SESSION_HOURS'],
    ['loud', 'LOG_LEVEL'],
    ['https://calls.example.com/', 'PUBLIC_ORIGIN'],
    ['yes please', 'TRUST_PROXY'],
    ['Support', 'DIALLED_LABELS'],
  ])('refuse %j for %s', (value, name) => {
    expect(problemsOf({ ...required, [name]: value })).toHaveLength(1)
  })

  it('name desks in short', () => {
    const { DESKS } = readConfig({
      ...required,
      DESKS: '201=PJSIP/201+PJSIP/201-web, 205=Local/205@agent-phones/n',
    })
    expect(DESKS).toEqual([
      { extension: '201', interfaces: ['PJSIP/201', 'PJSIP/201-web'] },
      { extension: '205', interfaces: ['Local/205@agent-phones/n'] },
    ])
  })

  it('name desks in a file', async () => {
    const file = join(await mkdtemp(join(tmpdir(), 'ringcard-desks-')), 'desks.json')
    await writeFile(file, JSON.stringify([{ extension: '201', interfaces: ['PJSIP/201'] }]))
    expect(readConfig({ ...required, DESKS: file }).DESKS).toHaveLength(1)
  })

  it.each([
    ['201', 'extension=DEVICE'],
    ['anna=PJSIP/201', 'extension=DEVICE'],
    ['201=PJSIP', 'like PJSIP/201'],
    ['201=PJSIP/201\r\nAction: Logoff', 'like PJSIP/201'],
    ['201=PJSIP/201,201=PJSIP/202', 'twice'],
    ['/nowhere/desks.json', 'cannot be read (ENOENT)'],
  ])('refuse the desks %j', (DESKS, reason) => {
    expect(problemsOf({ ...required, DESKS })).toEqual([expect.stringContaining(reason)])
  })

  it('label dialled numbers', () => {
    const { DIALLED_LABELS } = readConfig({
      ...required,
      DIALLED_LABELS: '+493023125101=Support, +493023125102=Sales',
    })
    expect(DIALLED_LABELS.get('+493023125102')).toBe('Sales')
  })
})

describe('several PBXs', () => {
  const two = {
    MONGODB_URI: required.MONGODB_URI,
    MASTER_KEY: required.MASTER_KEY,
    PBX_NAMES: 'berlin, kyiv-2',
    AMI_HOST_BERLIN: '10.0.0.10',
    AMI_SECRET_BERLIN: 'one',
    AMI_HOST_KYIV_2: '10.0.1.10',
    AMI_SECRET_KYIV_2: 'two',
    HOME_COUNTRY_KYIV_2: 'ua',
    PBX_TRUNKS: 'PJSIP/carrier',
    PBX_TRUNKS_KYIV_2: 'PJSIP/gsm',
  }

  it('each have what is said for them, else what is said for all', () => {
    const { pbxs, HOME_COUNTRY } = readConfig(two)
    expect(pbxs).toMatchObject([
      { name: 'berlin', prefix: 'berlin/', AMI_HOST: '10.0.0.10', AMI_SECRET: 'one', AMI_PORT: 5038 },
      { name: 'kyiv-2', prefix: 'kyiv-2/', AMI_HOST: '10.0.1.10', AMI_SECRET: 'two', HOME_COUNTRY: 'UA' },
    ])
    expect(pbxs.map(({ PBX_TRUNKS }) => PBX_TRUNKS)).toEqual([['PJSIP/carrier'], ['PJSIP/gsm']])
    expect(HOME_COUNTRY).toBe('DE')
  })

  it.each([
    [{ PBX_NAME: 'berlin' }, 'PBX_NAME does not go with PBX_NAMES'],
    [{ PBX_NAMES: 'Berlin, kyiv-2' }, 'PBX_NAMES must be names'],
    [{ PBX_NAMES: 'berlin, kyiv-2, berlin' }, 'PBX_NAMES names a PBX twice'],
    [{ AMI_SECRET_KYIV_2: '' }, 'AMI_SECRET_KYIV_2 is missing'],
    [{ AMI_PORT_KYIV_2: 'x' }, 'AMI_PORT_KYIV_2 must be a whole number'],
    [{ AMI_HOST_KIEV: '10.0.1.11' }, 'AMI_HOST_KIEV is of no PBX'],
    [{ AMI_HOST_KYIV_2: '10.0.0.10' }, 'AMI_HOST_BERLIN and AMI_HOST_KYIV_2 lead to the same place'],
    [{ PBX_NAMES: '', AMI_SECRET: 'x' }, 'AMI_HOST_BERLIN is of no PBX'],
  ])('refuse %j', (changed, reason) => {
    expect(problemsOf({ ...two, ...changed }).join('\n')).toContain(reason)
  })

  it('say once what is wrong for all of them', () => {
    expect(problemsOf({ ...two, AMI_PORT: 'x' })).toHaveLength(1)
  })
})

describe('the settings of a command that only asks the PBX', () => {
  it('need no database', () => {
    const { pbxs, DESKS } = readPbxConfig({ AMI_SECRET: 'a secret', DESKS: '201=PJSIP/201' })
    expect(pbxs).toMatchObject([{ name: 'main', AMI_SECRET: 'a secret' }])
    expect(DESKS).toHaveLength(1)
  })
})

/** Without the spaces and dashes by which a formatter fills the columns of a table. */
const unpadded = (text: string) => text.replace(/ +/g, ' ').replace(/-{3,}/g, '---')

describe('the list of settings', () => {
  it.each(['docs/operations.md', 'README.md'])(
    'in %s is what the server reads (npm run docs writes it)',
    (file) => {
      expect(unpadded(readFileSync(file, 'utf8'))).toContain(unpadded(settingsTable()))
    },
  )

  it('has no default for a secret', () => {
    const secrets = Object.values<{ secret?: true; default?: string }>(settings).filter((one) => one.secret)
    expect(secrets.filter((one) => (one.default ?? '') !== '')).toEqual([])
    expect(secrets).not.toEqual([])
  })
})
