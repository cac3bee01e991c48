import type { Handlers } from '../http/mount.ts'
import type { GuideKeeper } from './guides.ts'

/**
 * How guides are asked for and written over HTTP.
 * @param around the queues that the PBXs have now, and what the center's numbers stand for
 */
export function guideRoutes(
  guides: GuideKeeper,
  around: { queues: () => Iterable<string>; numbers: () => readonly { number: string; label: string }[] },
): Pick<Handlers, 'guides.list' | 'guides.set' | 'guides.remove'> {
  return {
    'guides.list': () => ({
      guides: guides.list(),
      queues: [...around.queues()].sort(),
      numbers: around.numbers().map(({ number, label }) => ({ number, label })),
    }),
    'guides.set': ({ params, body, caller }) =>
      guides.set(params.guideId, body.guide, body.version, caller.personId),
    'guides.remove': async ({ params, query, caller }) => {
      await guides.remove(params.guideId, Number(query.version), caller.personId)
      return null
    },
  }
}
