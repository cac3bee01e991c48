import { expect, it } from 'vitest'
import { takeOutOfCalls } from '../../../server/customers/erase.ts'
import type { MatchedCall } from '../../../server/customers/matching.ts'
import { newCustomer } from '../../../server/customers/model.ts'
import { candidateOf } from '../../../server/customers/ranking.ts'

it('a customer who is erased is in no call that is kept: theirs is nobody’s, elsewhere they were not weighed', () => {
  const [olena, hans] = ['olena', 'hans'].map((_id) => newCustomer({ _id, name: _id }))
  if (!olena || !hans) throw new Error('nobody')
  const call = (
    callId: string,
    customer: MatchedCall['customer'],
    ...weighed: (typeof olena)[]
  ): MatchedCall => {
    const candidates = weighed.map((each) => candidateOf(each, 'sameNumber'))
    const match = { outcome: 'several' as const, by: 'sameNumber' as const, candidates }
    return { callId, number: null, numberKey: null, match, customer, decided: false, decidedBy: null }
  }
  const others = call('others', hans, hans)
  const kept = new Map(
    [call('hers', olena, olena, hans), call('weighed', null, olena, hans), others].map((each) => [
      each.callId,
      each,
    ]),
  )

  const changed = takeOutOfCalls(
    { all: () => [...kept.values()], set: (each) => void kept.set(each.callId, each) },
    'olena',
  )

  expect(changed.map(({ callId }) => callId)).toEqual(['hers', 'weighed'])
  expect(kept.get('hers')).toMatchObject({ customer: null, match: { outcome: 'none', candidates: [] } })
  expect(kept.get('weighed')?.match.candidates).toMatchObject([{ customerId: 'hans' }])
  expect(kept.get('others')).toBe(others)
})
