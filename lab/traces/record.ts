import { readFile } from 'node:fs/promises'
import { agentExtensions, type RunningAsterisk } from '../asterisk/running.ts'
import { header, LabAmi, type AmiBlock } from '../asterisk/ami.ts'
import { waitUntil } from '../asterisk/process.ts'
import { writeTrace, type Trace, type TracePiece } from './trace.ts'

/** The lists that the server asks for after a connect. BridgeInfo is asked for every bridge besides. */
const lists = [
  'CoreShowChannels',
  'QueueStatus',
  'BridgeList',
  'ParkedCalls',
  'DeviceStateList',
  'ExtensionStateList',
]

/**
 * Records what a manager session hears while something happens, and the rows Asterisk writes of it.
 * It ends when no channel is left and the rows have been written.
 * @param run what is to happen, on real peers
 * @param options `user` whose rights and filter apply (the server's by default); `folder` to write to, null to write nothing
 * @throws when Asterisk wrote no CEL row (then nothing happened, or its records are off), or a secret is in the trace
 */
export async function recordTrace(
  asterisk: RunningAsterisk,
  name: string,
  run: () => Promise<void>,
  options: { user?: Trace['user']; folder?: string | null } = {},
): Promise<Trace> {
  const user = options.user ?? 'ringcard'
  let startedAt = 0
  const pieces: TracePiece[] = []
  let rest = Buffer.alloc(0)
  const ami = await LabAmi.open(user === 'ringcard' ? asterisk.ami : asterisk.controlAmi, (bytes) => {
    if (startedAt === 0) return
    const atMs = Math.round((performance.timeOrigin + performance.now() - startedAt) * 1000) / 1000
    rest = Buffer.concat([rest, bytes])
    for (let end = rest.indexOf('\r\n\r\n'); end >= 0; end = rest.indexOf('\r\n\r\n')) {
      pieces.push({ atMs, text: rest.subarray(0, end + 4).toString('utf8') })
      rest = rest.subarray(end + 4)
    }
  })
  try {
    await ami.waitFor('FullyBooted', (block) => header(block, 'Event') === 'FullyBooted')
    const start = await startLists(ami)
    const before = await recordSizes(asterisk)
    startedAt = performance.timeOrigin + performance.now()
    await run()
    await settle(asterisk)
    // An answer to a Ping has everything before it in front of it.
    await ami.action('Ping')
    if (rest.length > 0) pieces.push({ atMs: pieces.at(-1)?.atMs ?? 0, text: rest.toString('utf8') })
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
      startedAt,
      start,
      pieces: pieces.filter((piece) => !/^Response: Success\r\nActionID: lab-/.test(piece.text)),
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
    ami.close()
  }
}

async function startLists(ami: LabAmi): Promise<Record<string, string>> {
  const start: Record<string, string> = {}
  for (const action of ['CoreStatus', 'CoreSettings']) start[action] = text(await ami.action(action))
  for (const action of lists) start[action] = text(await ami.action(action, {}, { list: true }))
  const bridges = [...(start['BridgeList'] ?? '').matchAll(/^BridgeUniqueid: (.+)$/gm)].map(
    (match) => match[1] ?? '',
  )
  for (const bridge of bridges) {
    // A bridge may end between the list and the question.
    const info = await ami
      .action('BridgeInfo', { BridgeUniqueid: bridge.trim() }, { list: true })
      .catch(() => [])
    start[`BridgeInfo ${bridge.trim()}`] = text(info)
  }
  return start
}

function text(blocks: readonly AmiBlock[]): string {
  return blocks
    .map((block) => `${block.map(([key, value]) => `${key}: ${value}`).join('\r\n')}\r\n\r\n`)
    .join('')
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
  await waitUntil(
    'every channel to be gone',
    async () => (await asterisk.cli('core show channels count')).includes('0 active channels'),
    { timeoutMs: 60_000, everyMs: 200 },
  )
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
  for (const extension of agentExtensions) {
    secrets.push(asterisk.secretOf(extension), asterisk.secretOf(`${extension}-web`))
  }
  const all = JSON.stringify(trace)
  if (secrets.some((secret) => all.includes(secret)))
    throw new Error(`${trace.name}: a secret is in the trace`)
}
