import { spawnSync } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const outputs = ['dist/client/index.html', 'dist/server/main.js']

/**
 * Builds server and console into `dist/` unless what is there is newer than every source.
 * @throws Error with the build's own words when it fails
 */
export function buildIfNeeded(onProgress: (line: string) => void): void {
  const built = Math.min(...outputs.map((file) => modified(join(root, file))))
  const changed = Math.max(
    ...['client', 'server', 'shared', 'package-lock.json'].map((name) => newestIn(join(root, name))),
  )
  if (built > changed) return
  onProgress('Building the server and the console …')
  const { status, stdout, stderr } = spawnSync('npm', ['run', '--silent', 'build'], {
    cwd: root,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`The build failed:\n${stdout}${stderr}`)
}

function modified(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0
}

function newestIn(path: string): number {
  const entry = statSync(path)
  if (!entry.isDirectory()) return entry.mtimeMs
  return Math.max(0, ...readdirSync(path).map((name) => newestIn(join(path, name))))
}
