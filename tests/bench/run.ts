import { parseArgs } from 'node:util'

/** Measures, and returns the line of figures. @param say told how far it is */
type Bench = (short: boolean, say: (line: string) => void) => Promise<object>

const benches = new Map<string, () => Promise<Bench>>([
  ['pop', async () => (await import('./pop.ts')).benchPop],
  ['ingest', async () => (await import('./ingest.ts')).benchIngest],
  ['spool', async () => (await import('./spool.ts')).benchSpool],
  ['desk', async () => (await import('./desk.ts')).benchDesk],
  ['match', async () => (await import('./match.ts')).benchMatch],
])

const { values, positionals } = parseArgs({ allowPositionals: true, options: { short: { type: 'boolean' } } })
const load = benches.get(positionals[0] ?? '')
if (!load) {
  console.error(`npm run bench -- ${[...benches.keys()].join(' | ')} [--short]`)
  process.exit(2)
}
const bench = await load()
console.log(JSON.stringify(await bench(values.short === true, (line) => console.error(line))))
process.exit(0)
