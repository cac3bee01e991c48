import { fileURLToPath } from 'node:url'
import { startVitest } from 'vitest/node'
import { startDatabase } from '../../lab/database/database.ts'

/**
 * `npm run test:database`: holds a database against MongoDB's documented behaviour, as far as the product relies on it.
 * `MONGODB_URI=… npm run test:database` tests that server; without it, the one that the lab would take. Words after
 * `--` choose test files.
 */
const database = await startDatabase({ onProgress: (line) => console.log(line) })
console.log(`Under test: ${database.describe} (${database.took})`)
process.env.CONFORMANCE_URI = database.uri

const config = fileURLToPath(new URL('./vitest.config.ts', import.meta.url))
const vitest = await startVitest('test', process.argv.slice(2), { config, watch: false })
const outcomes = { passed: 0, failed: 0, skipped: 0, pending: 0 }
for (const file of vitest.state.getTestModules()) {
  for (const test of file.children.allTests()) outcomes[test.result().state] += 1
}
const errors = vitest.state.getUnhandledErrors().length
await vitest.close()
await database.stop()

console.log(`${outcomes.passed} passed, ${outcomes.failed + errors} failed`)
const untried = outcomes.skipped + outcomes.pending
process.exitCode = outcomes.passed > 0 && outcomes.failed + errors + untried === 0 ? 0 : 1
