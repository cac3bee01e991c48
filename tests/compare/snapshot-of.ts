import { createCounters, createTranslator, type Translator } from '../../server/asterisk/translate.ts'
import type { AmiConnection } from '../../server/asterisk/connection.ts'
import { mergeSnapshot } from '../../server/asterisk/merge-snapshot.ts'
import { readLists } from '../../server/asterisk/snapshot.ts'
import type { Block } from '../../lab/traces/blocks.ts'
import type { PbxEvent } from '../../server/floor/events.ts'

/**
 * Asks for the lists as the server does after each connect, and makes of them what it makes.
 * @param answer what the PBX says to an action: the items of the list, or the one block
 * @param now our clock, ms
 * @returns the snapshot, then which phones can be reached
 */
export async function connect(
  answer: (action: string) => readonly Block[],
  translator: Translator,
  now: number,
): Promise<PbxEvent[]> {
  const connection: AmiConnection = {
    action: (name) => Promise.resolve(answer(name)[0] ?? {}),
    list: (name) =>
      Promise.resolve(
        answer(name).filter(({ event }) => typeof event === 'string' && !event.endsWith('Complete')),
      ),
    silentMs: () => 0,
    close: () => undefined,
  }
  const lists = await readLists(connection, translator, {
    pbx: 'lab',
    prefix: '',
    now: () => now,
    ours: (at) => at,
    notice: () => undefined,
    startedAbout: () => null,
    listMs: 1_000,
    queueTries: 1,
    queuePauseMs: 0,
    onOdd: (message) => {
      throw new Error(message)
    },
  })
  return mergeSnapshot('lab', lists, { events: [], departed: new Map() })
}

/** A translator for one connection to the lab's PBX. */
export function newTranslator(
  now: () => number,
  askDeviceState: (device: string) => void = () => undefined,
): Translator {
  return createTranslator({
    pbx: 'lab',
    now,
    counters: createCounters(),
    onOdd: () => undefined,
    // Answered an instant later in life; the next event of the channel tells it as well.
    askPresentation: () => undefined,
    askDeviceState,
    keepPin: () => 'kept',
  })
}
