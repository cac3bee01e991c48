import { createHash, randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { access, mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { run, runOrFail, whenProcessEnds } from './process.ts'

/** Told in plain words what is being done and why. */
export type Progress = (message: string) => void

/** What the installation is made of: its hash names the cache folder, so a change here builds a new one. */
const recipe = {
  suite: 'sid',
  variant: 'apt',
  packages: ['asterisk', 'asterisk-config', 'asterisk-modules', 'asterisk-core-sounds-en-gsm'],
  layout: 1,
}

/** Where the lab keeps what is dear to make: `$XDG_CACHE_HOME/ringcard`, or `~/.cache/ringcard`. */
export function cacheFolder(): string {
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'ringcard')
}

/** The programs of Debian that the lab needs on the host, by package. Named so that the demo can say it beforehand. */
export const hostPackages: Readonly<Record<string, string>> = { mmdebstrap: 'mmdebstrap', sipp: 'sip-tester' }

/**
 * The packages of {@link hostPackages} that are not there yet.
 */
export async function missingHostPackages(): Promise<string[]> {
  const missing: string[] = []
  for (const [program, name] of Object.entries(hostPackages)) {
    const found = await run('sh', ['-c', 'command -v "$1"', 'sh', program])
    if (found.code !== 0) missing.push(name)
  }
  return missing
}

/**
 * Installs what the lab needs on the host, if it is missing.
 * @throws with a line that says what to do if this is not a Debian machine or we are not root
 */
export async function ensureHostPackages(onProgress: Progress): Promise<void> {
  const missing = await missingHostPackages()
  if (missing.length === 0) return
  const command = `apt-get install -y --no-install-recommends ${missing.join(' ')}`
  if (process.getuid?.() !== 0) throw new Error(`The lab needs ${missing.join(' and ')}. As root: ${command}`)
  onProgress(`installing on this machine: ${missing.join(', ')}`)
  const env = { DEBIAN_FRONTEND: 'noninteractive' }
  const install = ['install', '-y', '-q', '--no-install-recommends', ...missing]
  if ((await run('apt-get', install, { timeoutMs: 300_000, env })).code === 0) return
  await runOrFail('apt-get', ['update', '-q'], { timeoutMs: 300_000, env })
  await runOrFail('apt-get', install, { timeoutMs: 300_000, env })
}

/**
 * The folder that holds Asterisk 22, built on first use (about half a minute, 350 MB) and kept.
 * Two processes may build at once: each builds under a name of its own, and the first to finish gives the folder its name.
 * @param folder the cache folder
 */
export async function asteriskRoot(onProgress: Progress, folder = cacheFolder()): Promise<string> {
  if (process.getuid?.() !== 0)
    throw new Error('The lab’s Asterisk runs in a root folder of its own: start it as root.')
  await ensureHostPackages(onProgress)
  const hash = createHash('sha256').update(JSON.stringify(recipe)).digest('hex').slice(0, 12)
  const root = join(folder, `asterisk-${hash}`)
  if (await exists(join(root, 'srv/ringcard'))) return root

  await mkdir(folder, { recursive: true })
  const building = `${root}.building-${String(process.pid)}-${randomBytes(3).toString('hex')}`
  const forget = whenProcessEnds(() => {
    rmSync(building, { recursive: true, force: true })
  })
  try {
    await build(building, onProgress)
    try {
      await rename(building, root)
    } catch (error) {
      // Somebody else was faster: theirs is as good.
      if (!(await exists(join(root, 'srv/ringcard')))) throw error
    }
  } finally {
    await rm(building, { recursive: true, force: true })
    forget()
  }
  return root
}

async function build(folder: string, onProgress: Progress): Promise<void> {
  const mirror = await debianMirror()
  const options = ['--aptopt=APT::Install-Recommends "false"']
  if (await releaseExpired(mirror, folder)) {
    onProgress(
      `the ${recipe.suite} release file has expired (a frozen copy): its date is not checked, its signature is`,
    )
    options.push('--aptopt=Acquire::Check-Valid-Until "false"')
  }
  onProgress(`building Asterisk in ${folder} (about half a minute, 350 MB)`)
  await runOrFail(
    'mmdebstrap',
    [
      `--variant=${recipe.variant}`,
      ...options,
      `--include=${recipe.packages.join(',')}`,
      recipe.suite,
      folder,
      mirror,
    ],
    { timeoutMs: 900_000, onLine: (line) => onProgress(line.replace(/^I: /, '')) },
  )
  // Names come from files alone: with a failing resolver SIP answers came up to two seconds late.
  await writeFile(join(folder, 'etc/nsswitch.conf'), 'passwd: files\ngroup: files\nhosts: files\n')
  await writeFile(join(folder, 'etc/resolv.conf'), '')
  await writeFile(join(folder, 'etc/hosts'), '127.0.0.1 localhost\n')
  await mkdir(join(folder, 'srv/ringcard'), { recursive: true })
}

/** The mirror that this machine's own apt sources name for its own Debian release. */
export async function debianMirror(etc = '/etc'): Promise<string> {
  const release = await readFile(join(etc, 'os-release'), 'utf8').catch(() => '')
  const codename = /^VERSION_CODENAME="?([a-z]+)/m.exec(release)?.[1]
  const folder = join(etc, 'apt/sources.list.d')
  const names = await readdir(folder).catch(() => [])
  const files = [join(etc, 'apt/sources.list'), ...names.sort().map((name) => join(folder, name))]
  for (const file of files) {
    const text = await readFile(file, 'utf8').catch(() => '')
    for (const { uri, suites } of file.endsWith('.sources') ? deb822(text) : oneLine(text)) {
      if (codename !== undefined && suites.includes(codename)) return uri
    }
  }
  throw new Error(
    'No apt source of this machine names its own Debian release: the lab builds Asterisk on Debian only.',
  )
}

interface AptSource {
  uri: string
  suites: string[]
}

function deb822(text: string): AptSource[] {
  return text.split(/\n\s*\n/).flatMap((stanza) => {
    const field = (name: string) =>
      new RegExp(`^${name}:\\s*(.+)$`, 'm').exec(stanza)?.[1]?.split(/\s+/) ?? []
    const uri = field('URIs')[0]
    return uri !== undefined && field('Types').includes('deb') ? [{ uri, suites: field('Suites') }] : []
  })
}

function oneLine(text: string): AptSource[] {
  return text.split('\n').flatMap((line) => {
    const match = /^deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)/.exec(line)
    return match?.[1] !== undefined && match[2] !== undefined ? [{ uri: match[1], suites: [match[2]] }] : []
  })
}

/** Whether the suite's release file says that it is no longer valid. Fetched by apt's own helper, with apt's settings. */
async function releaseExpired(mirror: string, folder: string): Promise<boolean> {
  const file = `${folder}.release`
  try {
    const url = `${mirror.replace(/\/$/, '')}/dists/${recipe.suite}/InRelease`
    await runOrFail('/usr/lib/apt/apt-helper', ['download-file', url, file], { timeoutMs: 60_000 })
    const until = /^Valid-Until: (.+)$/m.exec(await readFile(file, 'utf8'))?.[1]
    return until !== undefined && Date.parse(until) < Date.now()
  } finally {
    await rm(file, { force: true })
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
