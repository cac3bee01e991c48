import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { buildAsteriskRoot } from '../lab/asterisk/root.ts'
import { prepareChromium } from '../lab/chromium.ts'

/**
 * `npm test`: sets up what the suite needs on a bare machine, runs the vitest projects that are named after it, by default all
 * but the long one, and ends with one line `N passed, N failed`. Exit status 0 only when nothing failed and something passed.
 */
const named = process.argv.slice(2)
const projects = named.length > 0 ? named : ['unit', 'integration', 'lab', 'browser']
const root = fileURLToPath(new URL('..', import.meta.url))
const report = `${root}.artifacts/tests.json`

function say(line: string): void {
  process.stderr.write(`${line}\n`)
}

function run(command: string, args: string[], environment: Record<string, string> = {}): number {
  const env = { ...process.env, ...environment }
  return spawnSync(command, args, { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'] }).status ?? 1
}

const began = Date.now()
mkdirSync(`${root}.artifacts`, { recursive: true })
// The result of an earlier run must not be taken for this one's.
rmSync(report, { force: true })
await buildAsteriskRoot({ onProgress: say })
prepareChromium()
if (run('npm', ['run', '--silent', 'build']) !== 0) process.exit(1)
say(`Set-up took ${Math.round((Date.now() - began) / 1000)} s.`)

// Servers of the tests start from what has just been built.
const status = run(
  'npx',
  [
    ...['vitest', 'run', '--reporter=default', '--reporter=json', `--outputFile=${report}`],
    ...projects.flatMap((project) => ['--project', project]),
  ],
  { RINGCARD_BUILT: '1' },
)
if (!existsSync(report)) {
  say('vitest ended without a report.')
  process.stdout.write('0 passed, 1 failed\n')
  process.exit(1)
}
const { numPassedTests, numFailedTests, numFailedTestSuites } = JSON.parse(readFileSync(report, 'utf8')) as {
  numPassedTests: number
  numFailedTests: number
  numFailedTestSuites: number
}
// A file that could not even be read has no tests that failed; a suite with failed tests is counted by them.
const failed = numFailedTests > 0 || status === 0 ? numFailedTests : Math.max(1, numFailedTestSuites)
process.stdout.write(`${numPassedTests} passed, ${failed} failed\n`)
process.exit(status === 0 && numPassedTests > 0 ? 0 : 1)
