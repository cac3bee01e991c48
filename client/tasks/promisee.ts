import type { FollowUp } from '../../shared/dispositions.ts'
import type { ResultTarget } from '../results/results.ts'
import type { Promisee } from './tasks.ts'

/**
 * Whom something is promised to that the result of a call starts.
 * @param name of the follow-up, as the reader calls it: what it is about, to begin with
 */
export function promiseeOf(target: ResultTarget, { kind }: Pick<FollowUp, 'kind'>, name: string): Promisee {
  const { callId, about, whom } = target
  return {
    key: callId,
    about,
    callId,
    customerId: whom?.customerId ?? null,
    number: whom?.number ?? null,
    kind: kind === 'task' ? 'task' : 'callback',
    reason: name,
  }
}
