import type { AuditAction } from '../../shared/administration.ts'
import { ProblemError } from '../../shared/problems.ts'
import type { Versioned } from '../database/versioned.ts'
import { detailsOf, type Audit, type AuditValue } from './audit.ts'

/** Where entries are kept: as `createVersioned` makes it. */
interface EditedStore<T> {
  loadAll: () => Promise<Versioned<T>[]>
  versions: () => Promise<ReadonlyMap<string, number>>
  add: (id: string, value: T) => Promise<Versioned<T> | null>
  change: (id: string, version: number, value: T) => Promise<Versioned<T>>
  remove: (id: string, version: number) => Promise<void>
}

export interface EditedOptions<T> {
  store: EditedStore<T>
  audit: Audit
  actions: { set: AuditAction; removed: AuditAction }
  /** An entry as the audit keeps it. */
  told: (value: T) => Readonly<Record<string, AuditValue>>
  /** What the audit calls an entry; its id where this is left out. */
  subjectOf?: (value: T) => string
  /** Something is not what it was. */
  onChange?: () => void
  /** An entry was written by somebody; before the audit is. */
  onWritten?: (written: Versioned<T>, actorId: string) => Promise<void>
}

/** After how long what belongs to a write that was done is tried again, ms. */
const againMs = 5_000

export type Edited<T> = ReturnType<typeof createEdited<T>>

/** Entries that people edit, held in memory as the database has them; who changed what is kept in the audit. */
export function createEdited<T>(options: EditedOptions<T>) {
  const { store, audit, actions, told } = options
  let entries = new Map<string, Versioned<T>>()

  /** Counts what was written here, so that what was read before does not take its place. */
  let writes = 0

  async function load(): Promise<void> {
    let began = writes
    let stored = await store.loadAll()
    while (began !== writes) {
      began = writes
      stored = await store.loadAll()
    }
    entries = new Map(stored.map((one) => [one.id, one]))
    options.onChange?.()
  }

  /** What was there at the last look: one that cannot be read stays unknown, and is not read again for that. */
  let lookedLast = ''

  /** Reads what another server wrote, if any did. @throws ProblemError `database.unreachable` */
  async function follow(): Promise<void> {
    const versions = await store.versions()
    const looked = JSON.stringify([...versions].sort())
    if (looked === lookedLast) return
    const isAsKnown =
      versions.size === entries.size &&
      [...entries.values()].every(({ id, version }) => versions.get(id) === version)
    if (!isAsKnown) await load()
    lookedLast = looked
  }

  /** What was written stands, whatever becomes of this: it is tried again until the database has it. */
  async function keepAfter(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error
      setTimeout(() => void keepAfter(work), againMs).unref()
    }
  }

  /** Writes; when somebody was faster, perhaps on another server, what they wrote is read before it is told. */
  async function write<R>(work: () => Promise<R>): Promise<R> {
    try {
      return await work()
    } catch (error) {
      if (error instanceof ProblemError && error.code === 'edit.outdated') await load()
      throw error
    }
  }

  async function note(
    action: AuditAction,
    actorId: string,
    id: string,
    before: T | undefined,
    after: T | undefined,
  ): Promise<void> {
    const text = (value: T | undefined) => (value === undefined ? {} : told(value))
    const details = detailsOf(text(before), text(after))
    const one = after ?? before
    const subject = one === undefined ? id : (options.subjectOf?.(one) ?? id)
    await audit(
      action,
      actorId,
      subject,
      details.map(({ field }) => field),
      details,
    )
  }

  return {
    /** Loads everything. Needs the database. */
    load,

    follow,

    all: (): Versioned<T>[] => [...entries.values()],

    get: (id: string): Versioned<T> | undefined => entries.get(id),

    count: (): number => entries.size,

    /**
     * @param version the one that was looked at; null where there is none yet
     * @throws ProblemError `edit.outdated`, also when somebody was faster in writing the first; `database.unreachable`
     */
    set: async (id: string, value: T, version: number | null, actorId: string): Promise<Versioned<T>> => {
      const before = entries.get(id)?.value
      const written = await write(async () => {
        const done = version === null ? await store.add(id, value) : await store.change(id, version, value)
        if (done === null) throw new ProblemError('edit.outdated')
        return done
      })
      writes += 1
      entries.set(id, written)
      options.onChange?.()
      await keepAfter(async () => options.onWritten?.(written, actorId))
      await keepAfter(() => note(actions.set, actorId, id, before, written.value))
      return written
    },

    /** @throws ProblemError `edit.outdated`, `database.unreachable` */
    remove: async (id: string, version: number, actorId: string): Promise<void> => {
      const before = entries.get(id)?.value
      await write(() => store.remove(id, version))
      writes += 1
      entries.delete(id)
      options.onChange?.()
      await keepAfter(() => note(actions.removed, actorId, id, before, undefined))
    },
  }
}
