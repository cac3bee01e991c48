import { once } from 'node:events'
import type { EntryBody } from '../../../server/history/entries.ts'
import type { Appended } from '../../../server/history/spool.ts'
import { answeredCall, tick } from '../../unit/history/calls.ts'

/** Waits until whoever started this process has it go on. */
export async function untilTold(): Promise<void> {
  await once(process.stdin, 'data')
}

/** Appends calls as fast as it can for ever, and says on standard output what has been acknowledged: `seq callId`. */
export function appendUntilKilled(run: string, append: (bodies: readonly EntryBody[]) => Appended): void {
  let n = 0
  const some = (): void => {
    for (let batch = 0; batch < 5; batch += 1) {
      const callId = `lab:${run}.${(n += 1)}`
      const { lastSeq } = append([
        { kind: 'input', event: tick() },
        { kind: 'facts', facts: answeredCall(callId) },
      ])
      process.stdout.write(`${lastSeq} ${callId}\n`)
    }
    setTimeout(some, 1)
  }
  some()
}
