import type { OutboxDisk } from './disk.ts'
import type { Sealer } from './sealer.ts'

/** What waits on this computer, by name. */
export type Kept = ReadonlyMap<string, unknown>

/** What one person has waiting on this computer, for as long as they are signed in here. */
export interface Keeper {
  /** All of it as it is now. A new map with each change. */
  kept: () => Kept
  /** Whether what is put is kept on this computer, and not only in this window. */
  isDurable: () => boolean
  /** Keeps something under a name, in place of what was there. */
  put: (id: string, content: unknown) => void
  /** Lets it go: the server has it, or it was thrown away. */
  drop: (id: string) => void
  /** Another window of the same person has changed something: reads it again. */
  readAgain: (id: string) => Promise<void>
  /** Whether another window, which is there to send it, wrote what is kept under a name. */
  isOfAnother: (id: string) => boolean
  /** Resolves when all that was put or dropped so far is on the disk, or could not be. */
  settled: () => Promise<void>
}

export interface KeeperOptions {
  personId: string
  /** Null where nothing can be sealed: then nothing is written. */
  sealer: Sealer | null
  disk: OutboxDisk
  /** What is kept is not what it was. */
  onChange: () => void
  /** It is on the disk: other windows are to read it again. */
  onWritten: (id: string) => void
}

/** Takes up what waits on this computer for a person. What cannot be opened is left where it lies. */
export async function openKeeper(options: KeeperOptions): Promise<Keeper> {
  const { personId, sealer, disk, onChange, onWritten } = options
  const kept = new Map<string, unknown>()
  /** By name: one write at a time, so that the last one stays. */
  const writing = new Map<string, Promise<void>>()
  /** How often each name was changed here: what is read from the disk may be older by the time it comes. */
  const changes = new Map<string, number>()
  /** Names whose content another window wrote last. */
  const ofAnother = new Set<string>()
  let isDurable = sealer !== null
  let shown: Kept = new Map()

  const contextOf = (id: string) => `${personId} ${id}`
  const changed = (): void => {
    shown = new Map(kept)
    onChange()
  }
  const failed = (): void => {
    if (!isDurable) return
    isDurable = false
    onChange()
  }

  function write(id: string, work: (sealer: Sealer) => Promise<void>): void {
    changes.set(id, (changes.get(id) ?? 0) + 1)
    if (sealer === null) return
    const before = writing.get(id) ?? Promise.resolve()
    const mine = before
      .then(() => work(sealer))
      .then(() => onWritten(id), failed)
      .finally(() => {
        if (writing.get(id) === mine) writing.delete(id)
      })
    writing.set(id, mine)
  }

  if (sealer !== null) {
    try {
      for (const { id, iv, box } of await disk.all(personId)) {
        const content = await sealer.open({ iv, box }, contextOf(id))
        if (content !== null) kept.set(id, content)
      }
    } catch {
      isDurable = false
    }
    shown = new Map(kept)
  }

  return {
    kept: () => shown,
    isDurable: () => isDurable,
    put: (id, content) => {
      ofAnother.delete(id)
      kept.set(id, content)
      changed()
      write(id, async (by) => {
        // Typed on meanwhile: the newer one is written behind this one.
        if (kept.get(id) !== content) return
        await disk.put({ personId, id, ...(await by.seal(content, contextOf(id))) })
      })
    },
    drop: (id) => {
      ofAnother.delete(id)
      if (!kept.delete(id)) return
      changed()
      write(id, async () => {
        if (!kept.has(id)) await disk.remove(personId, id)
      })
    },
    readAgain: async (id) => {
      const before = changes.get(id) ?? 0
      const row = sealer === null ? null : await disk.get(personId, id)
      const content = row === null ? null : await sealer?.open(row, contextOf(id))
      if ((changes.get(id) ?? 0) !== before || writing.has(id)) return
      if (content === null || content === undefined) kept.delete(id)
      else {
        kept.set(id, content)
        ofAnother.add(id)
      }
      changed()
    },
    isOfAnother: (id) => ofAnother.has(id),
    settled: async () => {
      while (writing.size > 0) await Promise.all(writing.values())
    },
  }
}
