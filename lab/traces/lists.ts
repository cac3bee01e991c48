import { LabAmi, type AmiAccess, type AmiBlock } from '../asterisk/ami.ts'
import type { TakenLists } from './trace.ts'

/** The lists that the server asks for after a connect. BridgeInfo is asked for every bridge besides. */
const lists = [
  'CoreShowChannels',
  'QueueStatus',
  'BridgeList',
  'ParkedCalls',
  'DeviceStateList',
  'ExtensionStateList',
]

/** Asks for the lists as the server does. */
export async function startLists(ami: LabAmi): Promise<Record<string, string>> {
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

/** What is heard meanwhile. */
export interface Hearing {
  /** Milliseconds after the start of the recording. */
  nowMs: () => number
  /** How many events have come so far. */
  heard: () => Promise<number>
}

/**
 * Asks for the lists, again and again until no event came meanwhile: then they are of one instant.
 * @throws where the PBX is not quiet for long enough
 */
export async function quietLists(access: AmiAccess, hearing: Hearing): Promise<TakenLists> {
  // A session of its own: the answers must not stand among the events.
  const asker = await LabAmi.open(access)
  try {
    for (let tries = 0; tries < 20; tries++) {
      const before = await hearing.heard()
      const atMs = hearing.nowMs()
      const answers = { Ping: text(await asker.action('Ping')), ...(await startLists(asker)) }
      if ((await hearing.heard()) === before) return { atMs, answers }
    }
    throw new Error('no quiet moment for lists')
  } finally {
    asker.close()
  }
}

function text(blocks: readonly AmiBlock[]): string {
  return blocks
    .map((block) => `${block.map(([key, value]) => `${key}: ${value}`).join('\r\n')}\r\n\r\n`)
    .join('')
}
