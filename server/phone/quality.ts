import { mosOf, type Measured } from '../../shared/call-quality.ts'
import { ProblemError } from '../../shared/problems.ts'
import { createAllowance } from '../allowance.ts'
import type { EntryBody } from '../history/entries.ts'
import type { History } from '../history/history.ts'

/** A talk ends now and then; a browser that reports more is none of ours. */
const allowance = { burst: 10, perSecond: 0.2 }

/**
 * Keeps how talks sounded on browser phones, with their calls.
 * @param history where calls are
 */
export function createQualityKeeper(
  history: Pick<History, 'readCall' | 'requireRoom'> & { append: (entries: EntryBody[]) => void },
) {
  const asking = new Map<string, (now: number) => boolean>()
  return {
    /**
     * Keeps what a person’s browser measured in a call of theirs. The score is reckoned here.
     * @throws ProblemError `call.unknown`, `call.not_yours` for who did not talk in it, `request.throttled`,
     *   `history.spool_full`, `database.unreachable`
     */
    keep: async (personId: string, callId: string, measured: Measured): Promise<null> => {
      const allowed = asking.get(personId) ?? createAllowance(allowance)
      asking.set(personId, allowed)
      if (!allowed(Date.now())) throw new ProblemError('request.throttled')
      const call = await history.readCall(callId)
      if (call === null) throw new ProblemError('call.unknown')
      if (!call.contacts.some((contact) => contact.personId === personId))
        throw new ProblemError('call.not_yours')
      history.requireRoom()
      const talk = { ...measured, personId, mos: mosOf(measured) }
      history.append([{ kind: 'quality', callId, talk }])
      return null
    },
  }
}
