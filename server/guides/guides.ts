import type { AuditAction, AuditDetail } from '../../shared/administration.ts'
import type { Guide } from '../../shared/guides.ts'
import type { StoredGuide } from '../../shared/guide-routes.ts'
import { ProblemError } from '../../shared/problems.ts'
import type { Versioned } from '../database/versioned.ts'
import { detailsOf } from '../people/audit.ts'
import type { GuideStore } from './model.ts'

export interface GuidesOptions {
  store: GuideStore
  /** Keeps who changed what. */
  audit: (
    action: AuditAction,
    actorId: string,
    subjectId: string,
    changed: string[],
    details: AuditDetail[],
  ) => Promise<void>
}

export type GuideKeeper = ReturnType<typeof createGuides>

/** What agents are told to say: one guide for everybody, and for queues and numbers that need another. */
export function createGuides({ store, audit }: GuidesOptions) {
  let guides = new Map<string, Versioned<Guide>>()

  const outward = ({ id, version, value }: Versioned<Guide>): StoredGuide => ({
    guideId: id,
    version,
    guide: value,
  })

  async function reload(): Promise<void> {
    guides = new Map((await store.loadAll()).map((one) => [one.id, one]))
  }

  /** Writes; when somebody was faster, perhaps on another server, what they wrote is read before it is told. */
  async function write<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      if (error instanceof ProblemError && error.code === 'edit.outdated') await reload()
      throw error
    }
  }

  return {
    /** Loads everything. Needs the database. */
    load: reload,

    list: (): StoredGuide[] => [...guides.values()].map(outward),

    /**
     * What to say in a call: by the number that was dialled, else by the queue, else to everybody.
     * @returns null where nothing is written
     */
    guideFor: ({ queue, dialled }: { queue: string | null; dialled: string | null }): Guide | null => {
      const digits = dialled?.replace(/\D/g, '') ?? ''
      const ids = [
        ...(digits === '' ? [] : [`number:${digits}`]),
        ...(queue === null ? [] : [`queue:${queue}`]),
        'everybody',
      ]
      const found = ids.map((id) => guides.get(id)).find((one) => one !== undefined)
      return found?.value ?? null
    },

    /**
     * @param version null where there is none yet
     * @throws ProblemError `edit.outdated`, also when somebody was faster in writing the first
     */
    set: async (id: string, guide: Guide, version: number | null, actorId: string): Promise<StoredGuide> => {
      const before = guides.get(id)
      const stored = await write(async () => {
        const done = version === null ? await store.add(id, guide) : await store.change(id, version, guide)
        if (done === null) throw new ProblemError('edit.outdated')
        return done
      })
      guides.set(id, stored)
      const details = detailsOf(before === undefined ? {} : textOf(before.value), textOf(guide))
      await audit(
        'guide.set',
        actorId,
        id,
        details.map(({ field }) => field),
        details,
      )
      return outward(stored)
    },

    /** @throws ProblemError `edit.outdated` */
    remove: async (id: string, version: number, actorId: string): Promise<void> => {
      const before = guides.get(id)
      await write(() => store.remove(id, version))
      guides.delete(id)
      const details = detailsOf(before === undefined ? {} : textOf(before.value), {})
      await audit(
        'guide.removed',
        actorId,
        id,
        details.map(({ field }) => field),
        details,
      )
    },
  }
}

/** A guide as the audit keeps it. */
function textOf({ greeting, points, links }: Guide): Record<string, string | string[]> {
  const said = { greeting, points, links: links.map(({ label, url }) => `${label} ${url}`) }
  return Object.fromEntries(Object.entries(said).filter(([, text]) => text.length > 0))
}
