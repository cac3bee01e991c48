import { journeyDesk } from './desk.ts'
import { journeyInbound } from './inbound.ts'
import { journeyKilled } from './killed.ts'
import { journeyStatus } from './status.ts'
import { journeyTruth } from './truth/truth.ts'

/**
 * Goes a journey on the real parts.
 * @param say told how far it is
 * @param args what was said after the journey's name
 * @returns the line of results
 */
type GoJourney = (say: (line: string) => void, args: readonly string[]) => Promise<{ ok: boolean }>

const journeys = new Map<string, GoJourney>([
  ['inbound', journeyInbound],
  ['desk', journeyDesk],
  ['truth', journeyTruth],
  ['killed', journeyKilled],
  ['status', journeyStatus],
])

const [name = '', ...args] = process.argv.slice(2)
const go = journeys.get(name)
if (!go) {
  process.stderr.write(`npm run journey -- ${[...journeys.keys()].join(' | ')}\n`)
  process.exit(2)
}
const say = (line: string) => process.stderr.write(`${line}\n`)
// Whoever reads the line of results learns also of a journey that could not begin.
const result = await go(say, args).catch((cause: unknown) => {
  const error = cause instanceof Error ? cause : new Error(String(cause))
  say(error.stack ?? error.message)
  return { journey: name, ok: false, error: error.message }
})
process.stdout.write(`${JSON.stringify(result)}\n`)
process.exit(result.ok ? 0 : 1)
