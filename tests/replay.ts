import { parseArgs } from 'node:util'
import { readCallTrace, replayCall } from '../lab/traces/call-trace.ts'
import { readTrace, traceNames } from '../lab/traces/trace.ts'
import { differencesInFacts } from './compare/differences-in-facts.ts'
import { narrate, replay } from './compare/replay.ts'

// Replays a trace and says in words what came of it: `npm run replay -- FILE`, a downloaded call, or the name of a recorded one.
const [file] = parseArgs({ allowPositionals: true }).positionals
const say = (line: string) => process.stdout.write(`${line}\n`)

if (file === undefined) {
  process.stderr.write('npm run replay -- FILE, a call that was downloaded, or NAME, a recorded flow\n')
  process.exitCode = 2
} else if (traceNames().includes(file)) {
  for (const line of narrate(replay(await readTrace(file)).facts)) say(line)
} else {
  try {
    const trace = await readCallTrace(file)
    const { events, facts } = replayCall(trace)
    const begin = facts[0]?.at ?? 0
    for (const fact of facts)
      for (const line of narrate([fact]))
        say(`${((fact.at - begin) / 1_000).toFixed(3).padStart(9)} s  ${line}`)
    const differences = differencesInFacts(trace.facts, facts)
    for (const difference of differences) say(`DIFFERENT: ${difference}`)
    say(
      differences.length === 0
        ? `${events.length} events gave the ${facts.length} facts that history holds.`
        : `${events.length} events gave other facts than history holds.`,
    )
    if (!trace.complete) say('The call was not over when it was downloaded, or this is its first part.')
    process.exitCode = differences.length === 0 ? 0 : 1
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = 2
  }
}
