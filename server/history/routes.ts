import type { CallRecord } from '../../shared/api.ts'
import type { Right } from '../../shared/people.ts'
import { ProblemError } from '../../shared/problems.ts'
import type { Queries } from './queries.ts'

/** The handlers of `calls.read`. */
export function historyRoutes(history: Pick<Queries, 'readCall'>) {
  return {
    /**
     * `calls.read`: with `history.all` any call, with `history.own` one that the person was offered or talked in.
     * @throws ProblemError `call.unknown`, `right.missing`, `database.unreachable`
     */
    readCall: async (
      person: { personId: string; rights: readonly Right[] },
      callId: string,
    ): Promise<CallRecord> => {
      const seesAll = person.rights.includes('history.all')
      if (!seesAll && !person.rights.includes('history.own')) throw new ProblemError('right.missing')
      const call = await history.readCall(callId)
      if (!call) throw new ProblemError('call.unknown')
      const mine = [...call.offers, ...call.contacts].some((part) => part.personId === person.personId)
      if (!seesAll && !mine) throw new ProblemError('right.missing')
      return call
    },
  }
}
