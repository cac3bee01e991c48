import { readFile } from 'node:fs/promises'
import { agentExtensions, crowdExtensions, type RunningAsterisk } from '../asterisk/running.ts'
import type { AmiAccess } from '../asterisk/ami.ts'
import { waitUntil } from '../asterisk/process.ts'
import { isQuiet } from '../flows/stage.ts'
import { Ear } from './ear.ts'
import { quietLists, startLists } from './lists.ts'
import { writeTrace, type TakenLists, type Trace } from './trace.ts'

/**
 * Records what a manager session hears while something happens, and the rows Asterisk writes of it.
 * It ends when no channel is left and the rows have been written.
 * @param run what is to happen, on real peers; it may break the session, and does so by stopping Asterisk
 * @param options `user` whose rights and filter apply (the server's by default); `folder` to write to, null to write nothing;
 *   `listsAtMs`: when to ask for the lists in mid-call, ms after the start
 * @throws when Asterisk wrote no CEL row (then nothing happened, or its records are off), or a secret is in the trace
 */
export async function recordTrace(
  asterisk: RunningAsterisk,
  name: string,
  run: (ear: Pick<Ear, 'cut' | 'mend'>) => Promise<void>,
  options: { user?: Trace['user']; folder?: string | null; listsAtMs?: readonly number[] } = {},
): Promise<Trace> {
  const user = options.user ?? 'ringcard'
  const access = user === 'ringcard' ? asterisk.ami : asterisk.controlAmi
  const ear = await Ear.open(access)
  try {
    const start = await startLists(ear.session())
    const before = await recordSizes(asterisk)
    ear.start()
    const [taken] = await Promise.all([takeLists(access, ear, options.listsAtMs ?? []), run(ear)])
    await ear.whenHearing()
    await settle(asterisk)
    const pieces = await ear.stop()
    const rows = async (file: string, from: number) =>
      (await readFile(file))
        .subarray(from)
        .toString('utf8')
        .split('\n')
        .filter((line) => line !== '')
    const trace: Trace = {
      format: 1,
      name,
      asterisk: asterisk.version,
      user,
      startedAt: ear.startedAt,
      start,
      pieces: pieces.filter((piece) => !/^Response: Success\r\nActionID: lab-/.test(piece.text)),
      ...(taken.length === 0 ? {} : { lists: taken }),
      ...(ear.gaps.length === 0 ? {} : { gaps: ear.gaps }),
      queueLog: await rows(asterisk.files.queueLog, before.queueLog),
      cdr: await rows(asterisk.files.cdr, before.cdr),
      cel: await rows(asterisk.files.cel, before.cel),
    }
    if (trace.cel.length === 0)
      throw new Error(`${name}: Asterisk wrote no CEL row, so there is nothing to compare with`)
    refuseSecrets(asterisk, trace)
    if (options.folder !== null) await writeTrace(trace, options.folder)
    return trace
  } finally {
    ear.close()
  }
}

/** Asks for the lists at given moments. */
async function takeLists(access: AmiAccess, ear: Ear, moments: readonly number[]): Promise<TakenLists[]> {
  const taken: TakenLists[] = []
  for (const moment of moments) {
    await waitUntil('the moment to ask for lists', () => ear.nowMs() >= moment, { everyMs: 10 })
    taken.push(await quietLists(access, ear))
  }
  return taken
}

async function recordSizes(
  asterisk: RunningAsterisk,
): Promise<{ queueLog: number; cdr: number; cel: number }> {
  const size = async (file: string) => (await readFile(file).catch(() => Buffer.alloc(0))).length
  const { queueLog, cdr, cel } = asterisk.files
  return { queueLog: await size(queueLog), cdr: await size(cdr), cel: await size(cel) }
}

/** Waits until every channel is gone and the files have stopped growing. */
async function settle(asterisk: RunningAsterisk): Promise<void> {
  await waitUntil('every channel to be gone', () => isQuiet(asterisk), { timeoutMs: 60_000, everyMs: 200 })
  let last = ''
  await waitUntil(
    'the records to be written',
    async () => {
      const now = JSON.stringify(await recordSizes(asterisk))
      const same = now === last
      last = now
      return same
    },
    { everyMs: 300 },
  )
}

function refuseSecrets(asterisk: RunningAsterisk, trace: Trace): void {
  const secrets = [asterisk.ami.secret, asterisk.controlAmi.secret]
  for (const extension of [...agentExtensions, ...crowdExtensions]) secrets.push(asterisk.secretOf(extension))
  const all = JSON.stringify(trace)
  if (secrets.some((secret) => all.includes(secret)))
    throw new Error(`${trace.name}: a secret is in the trace`)
}
