import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { compare, idsIn } from './compare.ts'
import { readTold, signedIn } from './told.ts'
import { readWritten } from './written.ts'

/**
 * Holds a running Ringcard against the Asterisk that it listens to, by that Asterisk's files and Ringcard's API:
 *
 *   RINGCARD_PASSWORD=… npx tsx tests/lab/comparer/main.ts --url http://localhost:8080 --name petra --log /var/log/asterisk
 *
 * Prints each difference, then how often each written rule was needed. Exit status 1 when there are differences.
 */
const { values } = parseArgs({
  options: {
    url: { type: 'string', default: 'http://localhost:8080' },
    name: { type: 'string' },
    pbx: { type: 'string', default: 'main' },
    log: { type: 'string', default: '/var/log/asterisk' },
    phones: { type: 'string' },
    threshold: { type: 'string', default: '5' },
  },
})
const password = process.env['RINGCARD_PASSWORD']
if (values.name === undefined || password === undefined) {
  process.stderr.write('Say who signs in by --name, and their password by RINGCARD_PASSWORD.\n')
  process.exit(2)
}
const ask = await signedIn(values.url, values.name, password)
const written = await readWritten({
  queueLog: join(values.log, 'queue_log'),
  cdr: join(values.log, 'cdr-csv/Master.csv'),
  cel: join(values.log, 'cel-custom/cel.csv'),
  phones: values.phones ?? null,
})
const told = await readTold(ask, values.pbx, { from: 0, to: Date.now() / 1000 + 86_400 }, idsIn(written))
const circumstances = { thresholdSeconds: Number(values.threshold), unheard: [], clockSet: [] }
const { differences, ...found } = compare(written, told, circumstances)
for (const { callId, at, what } of differences) process.stdout.write(`${callId} ${String(at)}: ${what}\n`)
process.stdout.write(`${JSON.stringify({ ...found, differences: differences.length })}\n`)
process.exit(differences.length === 0 ? 0 : 1)
