import { spawnSync } from 'node:child_process'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { startAsterisk, type LabAsterisk } from '../../lab/asterisk/asterisk.ts'
import { agentExtensions, crowdExtensions } from '../../lab/asterisk/running.ts'
import { checkPbx } from '../../server/asterisk/check/check.ts'
import { createPbxLink, type RunningLink } from '../../server/asterisk/link.ts'
import { pbxCheckSchema, type PbxCheck, type PbxFindingCode } from '../../shared/pbx-check.ts'

let pbx: LabAsterisk
let isChanged = false
beforeAll(async () => {
  pbx = await startAsterisk()
})
afterEach(async () => {
  if (isChanged) await pbx.reload()
  isChanged = false
})
afterAll(() => pbx.stop())

const desks = [
  ...agentExtensions.map((it) => ({ extension: it, interfaces: [`PJSIP/${it}`, `PJSIP/${it}-web`] })),
  ...crowdExtensions.map((it) => ({ extension: it, interfaces: [`PJSIP/${it}`] })),
]

async function check(
  more: {
    secret?: string
    /** Empty: no user of its own. */
    systemSecret?: string
    desks?: typeof desks
    celTable?: string
    queueLogFile?: string
    sipUrl?: string
  } = {},
): Promise<PbxCheck> {
  const { host, port, username, secret } = pbx.ami
  const found = await checkPbx({
    pbx: {
      name: 'lab',
      prefix: '',
      AMI_HOST: host,
      AMI_PORT: port,
      AMI_USERNAME: username,
      AMI_SECRET: more.secret ?? secret,
      AMI_SYSTEM_USERNAME: pbx.systemAmi.username,
      AMI_SYSTEM_SECRET: more.systemSecret ?? pbx.systemAmi.secret,
      PBX_TRUNKS: ['PJSIP/trunk'],
      CEL_TABLE: more.celTable ?? '',
      QUEUE_LOG_FILE: more.queueLogFile ?? '',
      SIP_WS_URL: more.sipUrl ?? `ws://${pbx.ws.host}:${pbx.ws.port}/ws`,
    },
    desks: more.desks ?? desks,
    now: Date.now,
  })
  return pbxCheckSchema.parse(found)
}

async function spoil(file: string, how: (text: string) => string): Promise<void> {
  isChanged = true
  await pbx.change(file, (text) => {
    const changed = how(text)
    expect(changed).not.toBe(text)
    return changed
  })
}

const codes = ({ findings }: PbxCheck) => findings.map(({ code }) => code)
const found = (report: PbxCheck, code: PbxFindingCode) => report.findings.find((each) => each.code === code)
const state = ({ features }: PbxCheck, name: string) =>
  features.find(({ feature }) => feature === name)?.state

describe('the company’s own PBX', () => {
  it('lacks nothing, and its queues and phones are told with the desks that they belong to', async () => {
    const report = await check()

    expect(report.findings.filter(({ level }) => level !== 'advice')).toEqual([])
    expect(report).toMatchObject({ reached: true, version: expect.stringMatching(/^22\./) as string })
    expect(report.reads?.toSorted()).toEqual(['agent', 'call', 'dialplan', 'system', 'user'])
    expect(report.queues.map(({ name }) => name)).toEqual(['collections', 'returns', 'sales', 'support'])
    const [, second] = report.queues.find(({ name }) => name === 'collections')?.members ?? []
    expect([second?.form, second?.membership].includes('static')).toBe(true)
    expect(report.queues.flatMap(({ members }) => members.map(({ desk }) => desk))).not.toContain(null)
    expect(report.devices.find(({ device }) => device === 'PJSIP/201-web')).toMatchObject({
      kind: 'browser',
      desk: '201',
    })
    expect(report.devices.find(({ device }) => device === 'PJSIP/trunk')?.kind).toBe('trunk')
  })

  it('is told to a person and as JSON by one command, which asks nothing else', () => {
    const { host, port, username, secret } = pbx.ami
    const environment = {
      PATH: process.env['PATH'],
      AMI_HOST: host,
      AMI_PORT: String(port),
      AMI_USERNAME: username,
      AMI_SECRET: secret,
      AMI_SYSTEM_SECRET: pbx.systemAmi.secret,
      DESKS: desks.map(({ extension, interfaces }) => `${extension}=${interfaces.join('+')}`).join(','),
      SIP_WS_URL: `ws://${pbx.ws.host}:${pbx.ws.port}/ws`,
    }
    const run = (...options: string[]) =>
      spawnSync('node', ['--import', 'tsx', 'server/asterisk/check/cli.ts', ...options], {
        env: environment,
        encoding: 'utf8',
      })
    const person = run()
    expect(person.status, person.stdout + person.stderr).toBe(0)
    expect(person.stdout).toContain('nothing is missing')
    expect(person.stdout).toContain('✓ The card comes while the phone rings')
    expect(person.stdout).not.toContain(secret)
    const json = run('--json', '--pbx', 'main')
    expect(pbxCheckSchema.array().parse(JSON.parse(json.stdout))).toMatchObject([
      { pbx: 'main', reached: true },
    ])
  })
})

describe('the server’s link', () => {
  const links: RunningLink[] = []
  afterEach(async () => {
    for (const link of links.splice(0)) await link.stop()
  })
  const live = async (node: string) => {
    const link = createPbxLink({
      ...pbx.ami,
      pbx: 'lab',
      node,
      onEvents: () => undefined,
      onState: () => undefined,
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    })
    links.push(link)
    link.start()
    await vi.waitFor(() => expect(link.state().state).toBe('live'), { timeout: 10_000 })
    return link
  }
  const notices = (link: RunningLink) =>
    link.notices().map(({ code, values }) => ({ code, nodes: values['nodes'] }))

  it('finds nothing to say of this PBX; a second one on it is heard, and hears', async () => {
    const front = await live('front')
    expect(front.notices()).toEqual([])

    const back = await live('back')

    await vi.waitFor(() => {
      expect(notices(front)).toEqual([{ code: 'pbx.second_ringcard', nodes: 'back' }])
      expect(notices(back)).toEqual([{ code: 'pbx.second_ringcard', nodes: 'front' }])
    })
  })

  it('says at once that no call would be seen, though all else is well', async () => {
    await spoil('manager.conf', (text) => text.replace('read = call,agent,user', 'read = agent,user'))
    const link = await live('front')
    await vi.waitFor(() => expect(notices(link)).toMatchObject([{ code: 'pbx.no_call_events' }]))
  })
})

describe('a PBX that is not ready', () => {
  it('whose AMI user does not hear calls: the whole line to put in its place', async () => {
    await spoil('manager.conf', (text) => text.replace('read = call,agent,user', 'read = agent,user'))
    const report = await check()
    expect(found(report, 'readClasses')).toMatchObject({
      values: { classes: 'call' },
      fix: { file: 'manager.conf', section: 'ringcard', lines: ['read = system,agent,user,dialplan,call'] },
    })
    expect([state(report, 'pop'), state(report, 'ivr')]).toEqual(['missing', 'ready'])
  })

  it('whose AMI user may do little: what for, and by which class', async () => {
    await spoil('manager.conf', (text) => text.replace(/^write = .*$/m, 'write = reporting'))
    const report = await check()
    expect(found(report, 'writeClasses')?.values).toEqual({
      actions:
        'Setvar, BlindTransfer, Atxfer, PlayDTMF, Hangup, Park, MixMonitorMute, UserEvent, QueuePause, QueueAdd, QueueRemove, Originate',
      classes: 'call, user, agent, originate',
    })
    expect([state(report, 'dialplan'), state(report, 'status')]).toEqual(['missing', 'missing'])
    expect(state(report, 'pop')).toBe('ready')
  })

  it('that gives the class system to nobody, to a user with another secret, or to the one that may originate too', async () => {
    const nobody = await check({ systemSecret: '' })
    expect(found(nobody, 'systemClass')).toMatchObject({
      values: { user: 'ringcard', actions: 'DBPut, PJSIPNotify' },
      fix: {
        section: null,
        lines: expect.arrayContaining(['[ringcard-system]', 'write = system']) as unknown,
      },
    })
    expect([state(nobody, 'browserPhone'), state(nobody, 'dialling')]).toEqual(['missing', 'missing'])
    expect(found(await check({ systemSecret: 'another' }), 'systemRefused')?.values).toEqual({
      user: 'ringcard-system',
    })
    await spoil('manager.conf', (text) =>
      text.replace(/^write = call,.*$/m, 'write = call,reporting,user,agent,originate,system'),
    )
    const both = await check()
    expect(found(both, 'runsPrograms')?.fix).toMatchObject({
      section: 'ringcard',
      lines: ['write = call,agent,user,reporting,originate'],
    })
    expect(state(both, 'browserPhone')).toBe('partly')
  })

  it('without a place for the secrets of browser phones, and without the way to them', async () => {
    await spoil('sorcery.conf', (text) => text.replace(/^auth = astdb.*$/m, ''))
    const report = await check({ sipUrl: '' })
    expect(found(report, 'sorceryAuth')?.fix).toMatchObject({
      file: 'sorcery.conf',
      section: 'res_pjsip',
      lines: ['auth = astdb,ringcard', 'auth = config,pjsip.conf,criteria=type=auth'],
    })
    expect(found(report, 'sipUrl')?.fix?.file).toBe('settings')
    expect(state(report, 'browserPhone')).toBe('missing')
  })

  it('without times and channel variables: figures and withheld numbers are not safe', async () => {
    await spoil('manager.conf', (text) =>
      text.replace(/^timestampevents.*$/m, '').replace(/^channelvars.*$/m, 'channelvars = QUEUESTATUS,MINE'),
    )
    const report = await check()
    expect(codes(report)).toEqual(expect.arrayContaining(['timestamps', 'presentation', 'account']))
    expect(found(report, 'presentation')?.fix?.lines).toEqual([
      'channelvars = QUEUESTATUS,MINE,CALLERID(pres),RINGCARD_ACCOUNT,RINGCARD_ATTESTATION',
    ])
    expect([state(report, 'withheld'), state(report, 'figures')]).toEqual(['missing', 'missing'])
  })

  it('without a filter: the lines that keep two thirds of the events away', async () => {
    await spoil('manager.conf', (text) => text.replace(/^eventfilter.*$/gm, ''))
    const lines = found(await check(), 'eventFilter')?.fix?.lines ?? []
    expect(lines).toContain('eventfilter(action(exclude),name(VarSet)) =')
  })

  it('without queues', async () => {
    await spoil('queues.conf', () => '[general]\n')
    const report = await check()
    expect(found(report, 'noQueues')?.fix).toMatchObject({ file: 'queues.conf' })
    expect(report.queues).toEqual([])
    expect(state(report, 'queues')).toBe('missing')
  })

  it('with members as FreePBX writes them, and one that names no device: whose they are, and which is nobody’s', async () => {
    await spoil(
      'queues.conf',
      () => `[general]
[100]
strategy = ringall
member => Local/201@from-queue/n,0,Nina,hint:201@hints
member => Local/299@from-queue/n,0,Nobody,hint:299@hints
member => Local/205@agent-phones/n
`,
    )
    const report = await check()
    expect(
      report.queues[0]?.members.toSorted((a, b) => a.interface.localeCompare(b.interface)),
    ).toMatchObject([
      { interface: 'Local/201@from-queue/n', form: 'freepbx', name: 'Nina', desk: '201' },
      { interface: 'Local/205@agent-phones/n', form: 'localKept', desk: '205' },
      { interface: 'Local/299@from-queue/n', form: 'freepbx', desk: null },
    ])
    expect(found(report, 'memberUnknown')).toMatchObject({
      values: { member: 'Local/299@from-queue/n', queues: '100' },
      fix: { file: 'settings', lines: ['DESKS=299=PJSIP/299'] },
    })
    expect(found(report, 'memberState')?.fix?.lines).toEqual([
      'member => Local/205@agent-phones/n,0,,PJSIP/205',
    ])
  })

  it('with phones that stand at no desk, and a desk with a phone that is not there', async () => {
    const report = await check({ desks: [{ extension: '201', interfaces: ['PJSIP/201', 'PJSIP/old'] }] })
    expect(found(report, 'deskDevice')?.values).toEqual({ desk: '201', device: 'PJSIP/old' })
    expect(report.findings.filter(({ code }) => code === 'deviceUnknown').length).toBeGreaterThan(5)
  })

  it('without keys, parking lot, browser phones and a whole record', async () => {
    await spoil('features.conf', (text) => text.replace(/^(atxfer|parkcall) = .*$/gm, ''))
    await spoil('cel.conf', (text) => text.replace('events = ALL', 'events = HANGUP'))
    await spoil('cdr.conf', (text) => text.replace('newcdrcolumns = yes', 'newcdrcolumns = no'))
    await spoil('cel_custom.conf', (text) => text.replace('linkedid,', ''))
    const report = await check()
    expect(codes(report)).toEqual(
      expect.arrayContaining(['transferCodes', 'parkCode', 'celOff', 'celFields', 'cdrLinked']),
    )
    expect(state(report, 'reconstruction')).toBe('missing')
    // CEL in a table needs no file
    expect(codes(await check({ celTable: 'cel' }))).not.toContain('celFields')
  })

  it('whose queue_log goes to a table, while its file is read: the line that has the file written', async () => {
    await spoil('logger.conf', (text) => text.replace(/^queue_log_to_file.*$/m, ''))
    const path = join(pbx.description.root, pbx.description.inside, 'etc', 'extconfig.conf')
    await writeFile(path, '[settings]\nqueue_log => pgsql,asterisk,queue_log\n')
    const report = await check({ queueLogFile: pbx.files.queueLog }).finally(() => rm(path))
    expect(found(report, 'queueLogInTable')?.fix?.lines).toEqual(['queue_log_to_file = yes'])
    expect(state(report, 'reconstruction')).toBe('missing')
  })

  it('that refuses the login: a whole user, ready to paste', async () => {
    const report = await check({ secret: 'not-the-right-one' })
    expect(report).toMatchObject({ reached: false, version: null, queues: [] })
    expect(codes(report)).toEqual(['refused'])
    const lines = report.findings[0]?.fix?.lines ?? []
    expect(lines[0]).toBe('[ringcard]')
    expect(lines).toContain('read = call,agent,user,system,dialplan')
    expect(JSON.stringify(report)).not.toContain('not-the-right-one')
  })
})
