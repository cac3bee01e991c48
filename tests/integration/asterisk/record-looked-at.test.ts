import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createPbxLinks, type PbxLinks } from '../../../server/asterisk/links.ts'
import { usualCelColumns } from '../../../server/asterisk/record/cel-rows.ts'
import { startFakeAmi, type FakeAmi } from './support/fake-ami.ts'

let folder: string
let pbx: FakeAmi
let links: PbxLinks
const silent = { info: vi.fn(), warn: vi.fn(), error: vi.fn() }

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'record-'))
  pbx = await startFakeAmi()
  const settings = {
    name: 'lab',
    prefix: '',
    AMI_HOST: '127.0.0.1',
    AMI_PORT: pbx.port,
    AMI_USERNAME: 'ringcard',
    AMI_SECRET: 'right',
    AMI_SYSTEM_USERNAME: 'ringcard-system',
    AMI_SYSTEM_SECRET: '',
    CEL_FILE: join(folder, 'cel.csv'),
    CEL_COLUMNS: usualCelColumns,
    QUEUE_LOG_FILE: join(folder, 'queue_log'),
    CEL_TABLE: '',
    QUEUE_LOG_TABLE: '',
    RECORD_DATABASE_URI: '',
    PBX_TIME_ZONE: '',
  } as const
  links = createPbxLinks([settings], {
    onEvents: () => undefined,
    onState: () => undefined,
    log: silent,
    unheardOf: () => null,
    rememberFloor: () => () => [],
    isDesk: () => false,
    traceFolder: folder,
    lookEveryMs: 20,
  })
  await writeFile(join(folder, 'queue_log'), '')
  links.start()
})
afterEach(async () => {
  await links.stop()
  await pbx.close()
  await rm(folder, { recursive: true })
})

const isTold = () => links.notices().some(({ code }) => code === 'pbx.record_absent')
const state = () => links.health(Date.now())[0]?.record.state

it('a record that is not there is told of until its first row is written, and again when it is taken away', async () => {
  await vi.waitFor(() => expect(isTold()).toBe(true))
  expect(state()).toBe('unreadable')

  await writeFile(join(folder, 'cel.csv'), '')
  await vi.waitFor(() => expect(isTold()).toBe(false))
  expect(state()).toBe('ready')

  await rm(join(folder, 'cel.csv'))
  await vi.waitFor(() => expect(isTold()).toBe(true))
})
