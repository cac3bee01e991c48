import { randomBytes, randomInt } from 'node:crypto'
import { chown, cp, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort, processStart, run, runOrFail } from './process.ts'
import { runsFolder } from './root.ts'
import { agentExtensions, crowdExtensions, type AsteriskDescription } from './running.ts'

const here = fileURLToPath(new URL('.', import.meta.url))

/** A run that is prepared: what describes it, and how its configuration is filled (again). */
export interface PreparedRun {
  description: Omit<AsteriskDescription, 'version'>
  render(): Promise<void>
}

/**
 * Makes the folder of a new run inside the root, with ports, secrets and a filled configuration of its own.
 * @param root the folder that holds Asterisk
 */
export async function prepareRun(root: string): Promise<PreparedRun> {
  const inside = `/${runsFolder}/${randomBytes(4).toString('hex')}`
  const outside = join(root, inside)
  const host = '127.0.0.1'
  const ami = { host, port: await freePort(host, 'tcp'), username: 'ringcard', secret: newSecret() }
  const description = {
    root,
    inside,
    ami,
    systemAmi: { ...ami, username: 'ringcard-system', secret: newSecret() },
    controlAmi: { ...ami, username: 'lab', secret: newSecret() },
    sip: { host, port: await freePort(host, 'udp') },
    ws: { host, port: await freePort(host, 'tcp') },
    trunk: { host: '127.0.0.2', port: await freePort('127.0.0.2', 'udp') },
    secrets: Object.fromEntries(
      [...agentExtensions, ...crowdExtensions].map((extension) => [extension, newSecret()]),
    ),
  }
  for (const folder of [
    'lib/keys',
    'log/cdr-csv',
    'log/cel-custom',
    'spool/monitor',
    'spool/voicemail',
    'spool/tmp',
  ]) {
    await mkdir(join(outside, folder), { recursive: true })
  }
  await writeFile(join(outside, 'owner'), `${String(process.pid)} ${processStart(process.pid) ?? ''}`)
  for (const folder of ['run', 'cache']) await mkdir(join(outside, folder))
  await cp(join(here, 'sounds'), join(outside, 'music'), { recursive: true })

  const environment = await placeholders(description)
  const user = await asteriskUser(root)
  const own = (path: string) => runOrFail('chown', ['-R', user, path])
  const render = async () => {
    for (const [from, to] of [
      ['config', 'etc'],
      ['lab-only', 'etc/manager.d'],
    ] as const) {
      await runOrFail('sh', [join(here, 'render.sh'), join(here, from), join(outside, to)], {
        env: environment,
      })
    }
    await mkdir(join(outside, 'etc/pjsip.d'), { recursive: true })
    await writeFile(join(outside, 'etc/pjsip.d/crowd.conf'), crowdPhones(description.secrets))
    await mkdir(join(outside, 'etc/rtp.d'), { recursive: true })
    await writeFile(join(outside, 'etc/rtp.d/loopback.conf'), loopbackCandidates())
    await own(join(outside, 'etc'))
  }
  await render()
  await own(outside)
  await chown(join(outside, 'owner'), 0, 0)
  return { description, render }
}

/** The values of the configuration's placeholders. */
async function placeholders(run: PreparedRun['description']): Promise<Record<string, string>> {
  const rtpStart = 10_000 + 1000 * randomInt(20)
  const values: Record<string, string> = {
    ETC_DIR: `${run.inside}/etc`,
    LIB_DIR: `${run.inside}/lib`,
    LOG_DIR: `${run.inside}/log`,
    SPOOL_DIR: `${run.inside}/spool`,
    RUN_DIR: `${run.inside}/run`,
    CACHE_DIR: `${run.inside}/cache`,
    MUSIC_DIR: `${run.inside}/music`,
    MODULE_DIR: await moduleFolder(run.root),
    SYSTEM_NAME: 'lab',
    AMI_BIND: run.ami.host,
    AMI_PORT: String(run.ami.port),
    AMI_PERMIT: '127.0.0.1/255.255.255.255',
    AMI_SECRET: run.ami.secret,
    AMI_SYSTEM_SECRET: run.systemAmi.secret,
    AMI_LAB_SECRET: run.controlAmi.secret,
    HTTP_BIND: run.ws.host,
    HTTP_PORT: String(run.ws.port),
    SIP_BIND: run.sip.host,
    SIP_PORT: String(run.sip.port),
    LOCAL_NET: '127.0.0.0/8',
    EXTERNAL_ADDRESS: run.sip.host,
    MEDIA_ADDRESS: run.sip.host,
    BIND_MEDIA: 'yes',
    RTP_START: String(rtpStart),
    RTP_END: String(rtpStart + 999),
    TRUNK_MATCH: run.trunk.host,
    TRUNK_CONTACT: `sip:${run.trunk.host}:${String(run.trunk.port)}`,
    VOICEMAIL_PIN: String(randomInt(100_000, 999_999)),
  }
  for (const [device, secret] of Object.entries(run.secrets)) {
    values[`SECRET_${device}`] = secret
  }
  return values
}

/** Ends and removes runs whose owner is gone: a process killed by SIGKILL cannot clear up behind itself. */
export async function clearDeadRuns(root: string): Promise<void> {
  const runs = join(root, runsFolder)
  for (const id of await readdir(runs)) {
    const folder = join(runs, id)
    const [pid, start] = (await readFile(join(folder, 'owner'), 'utf8').catch(() => '')).split(' ')
    // A run that is being made has no owner file yet for an instant: leave it.
    if (pid === undefined || pid === '' || processStart(Number(pid)) === start) continue
    const [asterisk, asteriskStart] = (await readFile(join(folder, 'pid'), 'utf8').catch(() => '')).split(' ')
    if (asterisk !== undefined && asterisk !== '' && processStart(Number(asterisk)) === asteriskStart) {
      process.kill(Number(asterisk), 'SIGKILL')
    }
    await rm(folder, { recursive: true, force: true })
  }
}

async function asteriskUser(root: string): Promise<string> {
  const line = /^asterisk:[^:]*:(\d+):(\d+):/m.exec(await readFile(join(root, 'etc/passwd'), 'utf8'))
  if (line?.[1] === undefined || line[2] === undefined)
    throw new Error('the root folder has no user asterisk')
  return `${line[1]}:${line[2]}`
}

async function moduleFolder(root: string): Promise<string> {
  const found = await run('sh', ['-c', 'cd "$1" && ls -d usr/lib/*/asterisk/modules', 'sh', root])
  return `/${found.stdout.trim()}`
}

function newSecret(): string {
  return randomBytes(18).toString('base64url')
}

/** The desk phones that only the lab has, written as the others are. */
function crowdPhones(secrets: Readonly<Record<string, string>>): string {
  return crowdExtensions
    .map((it) =>
      [
        `[${it}](desk-phone)\nauth = ${it}\naors = ${it}\ncallerid = "Agent ${it}" <${it}>`,
        `[${it}](desk-address)`,
        `[${it}]\ntype = auth\nauth_type = userpass\nusername = ${it}\npassword = ${secrets[it] ?? ''}\n`,
      ].join('\n'),
    )
    .join('\n')
}

/**
 * Media is bound to loopback, but ICE would offer browsers the addresses of the machine's network cards, where nothing
 * listens. Each is told as loopback instead.
 */
function loopbackCandidates(): string {
  const cards = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])
  const outside = cards.filter(({ internal, family }) => !internal && family === 'IPv4')
  return ['[ice_host_candidates]', ...outside.map(({ address }) => `${address} => 127.0.0.1`), ''].join('\n')
}
