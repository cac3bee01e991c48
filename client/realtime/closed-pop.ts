import type { Pop } from '../../shared/customers.ts'

/**
 * A pop as it may be kept once its call has left this desk: what was opened by verifying the caller is closed again. The
 * server closes it for all who still show the call; here nobody tells us any more.
 */
export function closedPop(pop: Pop | null): Pop | null {
  if (pop?.verification === undefined || pop.verification.level === 'none' || pop.card === null) return pop
  const card = { ...pop.card }
  delete card.debts
  delete card.payment
  card.preferences = card.preferences.filter(({ sensitive }) => sensitive !== true)
  return { ...pop, card, verification: { state: 'over', level: 'none', by: null, pin: null } }
}
