import type { StoredCustomer } from './model.ts'

/** Whom a customer talked to longer ago than this is no reason to ring them first. */
const longestAgoMs = 30 * 24 * 60 * 60 * 1000

/**
 * The agent whom a customer would rather have again: who talked with them last, within 30 days.
 * @param now ms since epoch
 * @returns the person's id; null when nobody of ours talked with them in that time
 */
export function preferredAgentOf(customer: Pick<StoredCustomer, 'recent'>, now: number): string | null {
  const lastTalk = customer.recent
    .filter(({ kind }) => kind === 'call')
    .reduce<StoredCustomer['recent'][number] | null>(
      (last, talk) => (last !== null && last.at >= talk.at ? last : talk),
      null,
    )
  return lastTalk !== null && lastTalk.at >= now - longestAgoMs ? (lastTalk.byPersonId ?? null) : null
}
