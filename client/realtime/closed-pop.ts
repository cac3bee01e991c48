import { closeParts } from '../../shared/closing.ts'
import type { Pop } from '../../shared/customers.ts'

/**
 * A pop as it may be kept once its call has left this desk: what was opened by verifying the caller is closed again. The
 * server closes it for all who still show the call; here nobody tells us any more, so the server names those parts with the
 * pop.
 */
export function closedPop(pop: Pop | null): Pop | null {
  if (pop?.verification === undefined || pop.verification.level === 'none' || pop.card === null) return pop
  const { closesAfter = [], ...kept } = pop
  const card = closeParts(pop.card, new Map(closesAfter.map(({ part, opensAt }) => [part, opensAt])))
  return { ...kept, card, verification: { state: 'over', level: 'none', by: null, pin: null } }
}
