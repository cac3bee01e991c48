import type { Owed } from '../history/results.ts'
import type { Handlers } from '../http/mount.ts'
import type { Dispositions } from './dispositions.ts'

type DispositionRoute =
  Extract<keyof Handlers, `dispositions.${string}`> | 'calls.dispositions' | 'calls.setDisposition'

/**
 * How what came of calls is asked, said and set up over HTTP.
 * @param named fills in the names of customers, for whoever may read cards
 */
export function dispositionRoutes(
  dispositions: Dispositions,
  named: (
    calls: readonly (Owed & { customerName: string | null })[],
  ) => Promise<(Owed & { customerName: string | null })[]>,
): Pick<Handlers, DispositionRoute> {
  return {
    'dispositions.read': () => dispositions.current(),
    'dispositions.edited': () => dispositions.forEditing(),
    'dispositions.change': ({ body, caller }) => dispositions.change(body, caller.personId),
    'dispositions.unfinished': async ({ caller }) => {
      const owed = await dispositions.unfinished(caller.personId)
      const calls = owed.map((call) => ({ ...call, customerName: null }))
      if (caller.rights.has('card.read')) return { calls: await named(calls) }
      return { calls: calls.map((call) => ({ ...call, customerId: null })) }
    },
    'dispositions.counts': async () => ({ people: await dispositions.counts() }),
    'calls.dispositions': ({ params, caller }) => dispositions.read(params.callId, caller.personId),
    'calls.setDisposition': ({ params, body, caller }) =>
      dispositions.set(params.callId, body, caller.personId),
  }
}
