import type { Guide } from '../../shared/guides.ts'
import type { StoredGuide } from '../../shared/guide-routes.ts'
import type { Versioned } from '../database/versioned.ts'
import type { Audit } from '../people/audit.ts'
import { createEdited } from '../people/edited.ts'
import type { GuideStore } from './model.ts'

export interface GuidesOptions {
  store: GuideStore
  audit: Audit
}

export type GuideKeeper = ReturnType<typeof createGuides>

const outward = ({ id, version, value }: Versioned<Guide>): StoredGuide => ({
  guideId: id,
  version,
  guide: value,
})

/** What agents are told to say: one guide for everybody, and for queues and numbers that need another. */
export function createGuides({ store, audit }: GuidesOptions) {
  const guides = createEdited({
    ...{ store, audit, told: textOf },
    actions: { set: 'guide.set', removed: 'guide.removed' },
  })

  return {
    load: guides.load,
    follow: guides.follow,

    list: (): StoredGuide[] => guides.all().map(outward),

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
      const found = ids.map(guides.get).find((one) => one !== undefined)
      return found?.value ?? null
    },

    /** As `Edited.set`. */
    set: async (id: string, guide: Guide, version: number | null, actorId: string): Promise<StoredGuide> =>
      outward(await guides.set(id, guide, version, actorId)),

    remove: guides.remove,
  }
}

/** A guide as the audit keeps it. */
function textOf({ greeting, points, links }: Guide): Record<string, string | string[]> {
  const said = { greeting, points, links: links.map(({ label, url }) => `${label} ${url}`) }
  return Object.fromEntries(Object.entries(said).filter(([, text]) => text.length > 0))
}
