import { journeyInbound } from './inbound.ts'

/** Goes a journey on the real parts. @param say told how far it is @returns the line of results */
type GoJourney = (say: (line: string) => void) => Promise<{ ok: boolean }>

const journeys = new Map<string, GoJourney>([['inbound', journeyInbound]])

const go = journeys.get(process.argv[2] ?? '')
if (!go) {
  process.stderr.write(`npm run journey -- ${[...journeys.keys()].join(' | ')}\n`)
  process.exit(2)
}
const result = await go((line) => process.stderr.write(`${line}\n`))
process.stdout.write(`${JSON.stringify(result)}\n`)
process.exit(result.ok ? 0 : 1)
