import { unidentified } from '../../shared/calls.ts'
import { candidateReasonSchema } from '../../shared/customers.ts'
import type { CallExplanation, Lookup } from '../../shared/explanation.ts'
import type { Right } from '../../shared/people.ts'

const strengths = candidateReasonSchema.options

/**
 * An explanation as somebody with these rights may see it: without `card.read` no number, no customer and no device that
 * a number could stand in; without `card.purchases` neither reason nor order tell that business is open.
 */
export function explanationFor(explanation: CallExplanation, rights: readonly Right[]): CallExplanation {
  const lookups = rights.includes('card.purchases')
    ? explanation.lookups
    : explanation.lookups.map(withoutBusiness)
  if (rights.includes('card.read')) return { ...explanation, lookups }
  return {
    ...explanation,
    party: unidentified(explanation.party),
    lookups: lookups.map((lookup) => ({
      ...lookup,
      number: null,
      candidates: lookup.candidates.map(({ reason }) => ({ customerId: null, name: null, reason })),
    })),
    rings: explanation.rings.map((ring) => ({
      ...ring,
      screens: ring.screens.map((screen) => ({ ...screen, customerId: null, customerName: null })),
    })),
    legs: explanation.legs.map((leg) => (leg.kind === 'agent' ? leg : { ...leg, device: null })),
    lines: explanation.lines.map((line) =>
      'number' in line.values ? { ...line, values: { ...line.values, number: '' } } : line,
    ),
  }
}

function withoutBusiness(lookup: Lookup): Lookup {
  const candidates = lookup.candidates
    .map((candidate) =>
      candidate.reason === 'openBusiness' ? { ...candidate, reason: 'sameNumber' as const } : candidate,
    )
    .sort((one, other) => strengths.indexOf(one.reason) - strengths.indexOf(other.reason))
  return { ...lookup, candidates }
}
