import { spawn } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rm } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * A folder that holds a small Debian sid with the packages a peer needs (Debian stable has neither Asterisk nor
 * DocumentDB), to be entered by chroot. Built once, kept in the user's cache folder under a hash of its recipe.
 */
export interface DebianRootRecipe {
  /** A short name for the cache folder, e.g. `asterisk`. */
  name: string
  /** Packages of Debian sid, without their recommended ones. */
  packages: readonly string[]
  /** Paths inside the root that are left out, as dpkg globs, beside manuals and translations. */
  leaveOut?: readonly string[]
}

type Progress = (line: string) => void

const SUITE = 'sid'
const ALWAYS_LEFT_OUT = ['/usr/share/doc/*', '/usr/share/man/*', '/usr/share/info/*', '/usr/share/locale/*']

/** An answer other than 0 from a program of the host, with the end of what it said. */
class ProgramFailed extends Error {
  constructor(program: string, status: number | null, said: string) {
    super(`${program} failed (${status ?? 'killed'}):\n${said.trim().split('\n').slice(-8).join('\n')}`)
  }
}

/** Where roots are kept: `$XDG_CACHE_HOME/ringcard`, or `~/.cache/ringcard`. */
export function cacheFolder(): string {
  const base = process.env.XDG_CACHE_HOME
  return join(base !== undefined && base.startsWith('/') ? base : join(homedir(), '.cache'), 'ringcard')
}

/** Why no Debian root can be built or entered on this machine, or `undefined` if it can. */
export async function whyNoDebianRoot(): Promise<string | undefined> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'it needs root on Debian'
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '')
  return /^ID=debian$/m.test(release) ? undefined : 'it needs Debian'
}

/**
 * What building this root would do to the machine, as sentences without a full stop, so that it can be said before it is
 * done. Empty if the root is in the cache already.
 */
export function planDebianRoot(recipe: DebianRootRecipe): string[] {
  const folder = folderOf(recipe)
  if (existsSync(folder)) return []
  const build = `build a Debian ${SUITE} folder with ${recipe.packages.join(', ')} in ${folder}`
  return existsSync('/usr/bin/mmdebstrap') ? [build] : ['install the Debian package mmdebstrap', build]
}

/**
 * Installs packages of the machine's own Debian, those that are missing alone.
 * @throws if this is not Debian, not root, or apt fails.
 */
export async function installHostPackages(packages: readonly string[], onProgress: Progress): Promise<void> {
  const missing: string[] = []
  for (const name of packages) {
    const state = await run('dpkg-query', ['-W', '-f=${Status}', name]).catch(() => '')
    if (!state.endsWith(' installed')) missing.push(name)
  }
  if (missing.length === 0) return
  const reason = await whyNoDebianRoot()
  if (reason !== undefined) throw new Error(`Cannot install ${missing.join(', ')}: ${reason}.`)
  onProgress(`Installing ${missing.join(', ')} (Debian packages) …`)
  const wait = ['-q', '-o', 'DPkg::Lock::Timeout=120']
  await run('apt-get', [...wait, 'update'])
  await run('apt-get', [...wait, 'install', '-y', '--no-install-recommends', ...missing])
}

/**
 * Gives the root of a recipe, building it first if the cache does not hold it (half a minute or so). Two processes that
 * ask at once build it once; a build that was cut off is never adopted.
 * @returns its folder, and the milliseconds that building took (0 if it was there).
 * @throws if this is not Debian, not root, the mirror cannot be reached or a package does not install.
 */
export async function buildDebianRoot(
  options: DebianRootRecipe & { onProgress?: Progress },
): Promise<{ folder: string; builtMs: number }> {
  const onProgress = options.onProgress ?? (() => undefined)
  const folder = folderOf(options)
  if (existsSync(folder)) return { folder, builtMs: 0 }

  const reason = await whyNoDebianRoot()
  if (reason !== undefined) throw new Error(`Cannot build a Debian root for ${options.name}: ${reason}.`)
  const started = performance.now()
  await installHostPackages(['mmdebstrap'], onProgress)
  await mkdir(cacheFolder(), { recursive: true })
  const mirror = await debianMirror()
  const aptOptions = ['--aptopt=APT::Install-Recommends "false"']
  if (await releaseExpired(mirror, onProgress)) aptOptions.push('--aptopt=Acquire::Check-Valid-Until "false"')

  onProgress(`Building a Debian ${SUITE} folder with ${options.packages.join(', ')} (about a minute, once) …`)
  const patterns = [...ALWAYS_LEFT_OUT, ...(options.leaveOut ?? [])]
  await buildUnderLock(folder, mirror, onProgress, [
    ...['--variant=apt', '--format=directory', ...aptOptions],
    ...patterns.map((pattern) => `--dpkgopt=path-exclude=${pattern}`),
    `--include=${options.packages.join(',')}`,
  ])
  return { folder, builtMs: Math.round(performance.now() - started) }
}

function folderOf(recipe: DebianRootRecipe): string {
  const text = JSON.stringify([SUITE, recipe.packages, ALWAYS_LEFT_OUT, recipe.leaveOut ?? []])
  return join(cacheFolder(), `${recipe.name}-${createHash('sha256').update(text).digest('hex').slice(0, 12)}`)
}

/**
 * The lock is held by the building shell itself, not by us: if we are killed, the build goes on to its end under the
 * lock, and the next process finds the folder whole. What lies under the temporary name is always somebody's remains.
 */
async function buildUnderLock(
  folder: string,
  mirror: string,
  onProgress: Progress,
  options: readonly string[],
): Promise<void> {
  const script = `
    target=$1; mirror=$2; shift 2
    if [ -e "$target" ]; then exit 0; fi
    if grep -qF " $target.part/" /proc/mounts; then echo "E: $target.part has mounts inside: unmount them" >&2; exit 1; fi
    rm -rf --one-file-system "$target.part"
    mmdebstrap "$@" ${SUITE} "$target.part" "$mirror"
    mv -T "$target.part" "$target"`
  const waiting = setTimeout(() => onProgress('… another process may be building it; still at it'), 90_000)
  try {
    await run('flock', [`${folder}.lock`, 'sh', '-euc', script, 'sh', folder, mirror, ...options], (line) => {
      if (/^I: (running|downloading|installing|success)/.test(line)) onProgress(`  ${line.slice(3)}`)
    })
  } finally {
    clearTimeout(waiting)
  }
}

/** The mirror that this machine's apt takes Debian from, as apt itself understands its configuration. */
async function debianMirror(): Promise<string> {
  const list = await run('apt-get', [
    'indextargets',
    '--format',
    '$(REPO_URI) $(LABEL)',
    'Created-By: Packages',
  ])
  const lines = list.split('\n').filter((line) => /^https?:/.test(line))
  const mirror =
    lines.find((line) => line.endsWith(' Debian')) ?? lines.find((line) => /\/debian\/? /.test(line))
  if (mirror === undefined) throw new Error('apt names no Debian mirror: see /etc/apt/sources.list.d.')
  return mirror.split(' ')[0] ?? ''
}

/** A frozen copy of sid has a release file past its date: apt refuses it unless told otherwise, so we tell and say so. */
async function releaseExpired(mirror: string, onProgress: Progress): Promise<boolean> {
  const file = join(tmpdir(), `ringcard-release-${randomUUID()}`)
  try {
    await run('/usr/lib/apt/apt-helper', [
      'download-file',
      `${mirror.replace(/\/$/, '')}/dists/${SUITE}/InRelease`,
      file,
    ])
    const until = /^Valid-Until: (.+)$/m.exec(await readFile(file, 'utf8'))?.[1]
    const expired = until !== undefined && Date.parse(until) < Date.now()
    if (expired)
      onProgress(`The mirror's copy of Debian ${SUITE} was valid until ${until}: its date is not checked.`)
    return expired
  } finally {
    await rm(file, { force: true })
  }
}

/** Runs a program to its end; gives its standard output. @throws ProgramFailed */
async function run(program: string, args: readonly string[], onErrorLine?: Progress): Promise<string> {
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C.UTF-8' },
  })
  let output = ''
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text
    if (onErrorLine) for (const line of text.split('\n')) onErrorLine(line)
  })
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  if (status !== 0) throw new ProgramFailed(program, status, said || output)
  return output
}
