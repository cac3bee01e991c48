import type { AskableFact, ExpectedAnswer } from '../../shared/verification.ts'
import type { StoredCustomer } from './model.ts'

/** The right answers to what a caller may be asked, as far as they are known. */
export function answersOf(customer: StoredCustomer): ReadonlyMap<AskableFact, ExpectedAnswer> {
  const answers = new Map<AskableFact, ExpectedAnswer>()
  const text = (fact: AskableFact, known: string | null | undefined) => {
    if (known != null && known !== '') answers.set(fact, { kind: 'text', text: known })
  }
  if (customer.birthDate != null) answers.set('birthDate', { kind: 'date', date: customer.birthDate })
  text('postcode', customer.postcode)
  text('accountNumber', customer.accountNumber)
  text('email', customer.emails[0]?.address)
  const [last] = [...customer.purchases].sort((one, other) => other.at - one.at)
  if (last) answers.set('lastPurchase', { kind: 'money', ...last.amount })
  return answers
}
