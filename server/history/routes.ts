import type { CallRecord } from '../../shared/api.ts'
import type { Right } from '../../shared/people.ts'
import { ProblemError } from '../../shared/problems.ts'
import type { Queries } from './queries.ts'

/** The handlers of `calls.read`. */
export function historyRoutes(history: Pick<Queries, 'readCall' | 'tookPart'>) {
  return {
    /**
     * `calls.read`: with `history.all` any call, with `history.own` one that the person dialled, was offered or talked in.
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
      if (!seesAll && !(await history.tookPart(callId, person.personId)))
        throw new ProblemError('right.missing')
      return call
    },
  }
}
