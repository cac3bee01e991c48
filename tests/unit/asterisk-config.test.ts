import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const config = join(root, 'lab/asterisk/config')
const renderer = join(root, 'lab/asterisk/render.sh')
const compose = readFileSync(join(root, 'docker-compose.yml'), 'utf8')

/** The lines of one service in docker-compose.yml. */
function service(name: string): string {
  return new RegExp(`^  ${name}:\\n((?:    .*\\n|\\n)+)`, 'm').exec(compose)?.[1] ?? ''
}

/** What the container of a service finds in its environment, with a value of ours for each variable of the host. */
function environmentOf(name: string): Record<string, string> {
  const block = /^ {4}environment:\n((?: {6}.*\n)+)/m.exec(service(name))?.[1] ?? ''
  return Object.fromEntries(
    [...block.matchAll(/^ {6}([A-Z][A-Z0-9_]*): (.+)$/gm)].map(([, key = '', value = '']) => [
      key,
      value
        .replace(/^"(.*)"$/, '$1')
        .replace(/\$\{([A-Z0-9_]+):\?\}/g, (_, from: string) =>
          from.endsWith('ADDRESS') ? '203.0.113.7' : `secret-of-${from.toLowerCase()}`,
        ),
    ]),
  )
}

/** What container-start.sh adds: the folders of the image. */
const folders = Object.fromEntries(
  ['ETC', 'LIB', 'LOG', 'SPOOL', 'RUN', 'CACHE', 'MUSIC', 'MODULE'].map((name) => [
    `${name}_DIR`,
    `/x/${name}`,
  ]),
)

let out = ''
beforeEach(() => {
  out = mkdtempSync(join(tmpdir(), 'ringcard-config-'))
})
afterEach(() => {
  rmSync(out, { recursive: true, force: true })
})

async function render(environment: Record<string, string>): Promise<{ code: number; stderr: string }> {
  try {
    await promisify(execFile)('sh', [renderer, config, join(out, 'etc')], {
      env: { PATH: process.env['PATH'], ...environment },
    })
    return { code: 0, stderr: '' }
  } catch (error) {
    const { code, stderr } = error as { code: number; stderr: string }
    return { code, stderr }
  }
}

describe('Asterisk’s configuration in containers', () => {
  it('has every placeholder filled by what docker-compose.yml gives', async () => {
    expect(await render({ ...folders, ...environmentOf('asterisk') })).toEqual({ code: 0, stderr: '' })
    const names = readdirSync(join(out, 'etc'))
    expect(names.sort()).toEqual(readdirSync(config).sort())
    for (const name of names)
      expect(readFileSync(join(out, 'etc', name), 'utf8')).not.toMatch(/@[A-Z][A-Z0-9_]*@/)
  })

  it('is not written at all when a value is missing, and the value is named', async () => {
    const { code, stderr } = await render({ ...folders, ...environmentOf('asterisk'), AMI_SECRET: '' })
    expect(code).not.toBe(0)
    expect(stderr).toContain('AMI_SECRET is not set')
    expect(existsSync(join(out, 'etc'))).toBe(false)
  })

  it.each([
    ['a line break', 'a\npermit = 0.0.0.0/0.0.0.0'],
    ['a comment', 'a;b'],
  ])('refuses a value with %s, which would change what a line means', async (_, value) => {
    const { code, stderr } = await render({ ...folders, ...environmentOf('asterisk'), AMI_SECRET: value })
    expect(code).not.toBe(0)
    expect(stderr).toContain('AMI_SECRET holds a character that is not allowed')
  })

  it('leaves a value alone that looks like a placeholder', async () => {
    await render({
      ...folders,
      ...environmentOf('asterisk'),
      AMI_SECRET: 'x@SIP_PORT@y&',
    })
    expect(readFileSync(join(out, 'etc/manager.conf'), 'utf8')).toContain('secret = x@SIP_PORT@y&')
  })

  it('has the manager listen for the app alone, on the internal network, unpublished', async () => {
    await render({ ...folders, ...environmentOf('asterisk') })
    const manager = readFileSync(join(out, 'etc/manager.conf'), 'utf8')
    expect(manager).toMatch(/^bindaddr = 172\.30\.77\.10$/m)
    for (const name of ['deny', 'permit'])
      expect([...manager.matchAll(new RegExp(`^${name} = (.*)$`, 'gm'))].map((match) => match[1])).toEqual(
        Array(2).fill(name === 'deny' ? '0.0.0.0/0.0.0.0' : '172.30.77.20/255.255.255.255'),
      )
    expect(service('app')).toContain('manager: { ipv4_address: 172.30.77.20 }')
    expect(compose).toMatch(/^ {2}manager:\n {4}internal: true$/m)
    const published = /^ {4}ports:\n((?: {6}.*\n)+)/m.exec(service('asterisk'))?.[1] ?? ''
    expect(published).toContain('5060')
    expect(published).not.toContain('5038')
  })

  it('has no users but the server’s two, of which none may have a call run a program', async () => {
    await render({ ...folders, ...environmentOf('asterisk') })
    const manager = readFileSync(join(out, 'etc/manager.conf'), 'utf8')
    expect([...manager.matchAll(/^\[(.+)\]/gm)].map((match) => match[1])).toEqual([
      'general',
      'ringcard',
      'ringcard-system',
    ])
    const may = [...manager.matchAll(/^write = (.*)$/gm)].map((match) => match[1]?.split(','))
    expect(may).toEqual([expect.not.arrayContaining(['system']), ['system']])
    expect(readFileSync(join(root, 'lab/asterisk/Dockerfile'), 'utf8')).not.toContain('lab-only')
  })

  it('gives no secret a default', () => {
    expect(compose).not.toMatch(/\$\{\w+(:-|-|\})/)
    const variables = [...compose.matchAll(/\$\{(\w+):\?\}/g)].map((match) => match[1])
    expect(variables).toContain('AMI_SECRET')
    expect(variables).toContain('SECRET_206')
  })

  it('has no secret of a browser phone in any file, and looks for it where the server puts it', async () => {
    await render({ ...folders, ...environmentOf('asterisk') })
    const pjsip = readFileSync(join(out, 'etc/pjsip.conf'), 'utf8')
    expect(pjsip).toMatch(/^auth = 201-web$/m)
    expect(pjsip).not.toMatch(/^username = .*-web$/m)
    const sorcery = readFileSync(join(out, 'etc/sorcery.conf'), 'utf8')
    expect([...sorcery.matchAll(/^auth = (.*)$/gm)].map((match) => match[1])).toEqual([
      'astdb,ringcard',
      'config,pjsip.conf,criteria=type=auth',
    ])
  })

  it('has SIP over WebSocket listen for the app alone, unpublished', async () => {
    await render({ ...folders, ...environmentOf('asterisk') })
    expect(readFileSync(join(out, 'etc/http.conf'), 'utf8')).toMatch(/^bindaddr = 172\.30\.77\.10$/m)
    expect(compose).toContain('SIP_WS_URL: ws://172.30.77.10:8088/ws')
    expect(service('asterisk')).not.toContain('8088:8088')
  })
})

describe('the renderer', () => {
  it('says how it is used', async () => {
    const file = join(out, 'no-folder')
    writeFileSync(file, '')
    const failed = await promisify(execFile)('sh', [renderer, file, out]).catch(
      (error: unknown) => error as { code: number; stderr: string },
    )
    expect(failed).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('usage: render.sh SRC DEST') as string,
    })
  })
})
