import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { candidatesFor, rank, type CallFacts } from '../../../server/customers/ranking.ts'
import type { Right } from '../../../shared/people.ts'
import { customer, day, hour, now, promise } from './support.ts'

const number = '+493023125123'
const call: CallFacts = { numberKey: number, account: null, dialled: null, byTail: false, now }
const chosen = (at: number) => [{ number, by: 'person', at }]

describe('who is calling', () => {
  it('is nobody known when nobody was found', () => {
    expect(rank([], call)).toEqual({ match: { outcome: 'none', by: null, candidates: [] }, certain: null })
  })

  it('is the only one with this number, recognised by the number alone', () => {
    // given one customer, with a promise due
    const olena = customer('olena', { promises: [promise(now + hour)] })
    // when they alone were found
    const { match, certain } = rank([olena], call)
    // then they are the caller; the promise explains the call, it does not recognise the caller
    expect(match).toMatchObject({ outcome: 'one', by: 'sameNumber' })
    expect(certain).toBe(olena)
  })

  it('is ranked by reason when several share the number, the strongest first', () => {
    const found = [
      customer('plain'),
      customer('dialled', { ourNumbers: ['+493023125102'] }),
      customer('talked', { lastContactAt: now - day }),
      customer('talkedLongAgo', { lastContactAt: now - 9 * day }),
      customer('dispute', { openBusiness: [{ kind: 'dispute', title: 'Invoice', at: now - day }] }),
      customer('promised', { promises: [promise(now - hour)] }),
    ]
    const { match, certain } = rank(found, { ...call, dialled: '+493023125102' })
    expect(match.candidates.map(({ reason }) => reason)).toEqual([
      'promiseDue',
      'openBusiness',
      'lastTalked',
      'dialledNumber',
      'sameNumber',
      'sameNumber',
    ])
    expect(match).toMatchObject({ outcome: 'several', by: 'sameNumber' })
    expect(certain).toBeNull()
  })

  it('is told without open business to whoever may not see what was bought, in the order too', () => {
    const found = [
      customer('talked', { lastContactAt: now - day }),
      customer('dispute', { openBusiness: [{ kind: 'dispute', title: 'Invoice', at: now - day }] }),
    ]
    const { candidates } = rank(found, call).match
    const told = (rights: readonly Right[]) =>
      candidatesFor(candidates, rights).map(({ customerId, reason }) => [customerId, reason])
    expect(told(['card.read', 'card.purchases'])).toEqual([
      ['dispute', 'openBusiness'],
      ['talked', 'lastTalked'],
    ])
    expect(told(['card.read'])).toEqual([
      ['talked', 'lastTalked'],
      ['dispute', 'sameNumber'],
    ])
  })

  it('is the one an agent chose for this number, and the latest choice counts', () => {
    const earlier = customer('earlier', { choices: chosen(now - 2 * day), promises: [promise(now)] })
    const later = customer('later', { choices: chosen(now - day) })
    const { match, certain } = rank([earlier, later], call)
    expect(match).toMatchObject({ outcome: 'one', by: 'chosen' })
    expect(certain).toBe(later)
    expect(match.candidates.map(({ customerId }) => customerId)).toEqual(['later', 'earlier'])
  })

  it('is the owner of the account entered, before anybody chosen for the number', () => {
    const owner = customer('owner', { accountNumber: '950201' })
    const other = customer('other', { choices: chosen(now) })
    const { match, certain } = rank([other, owner], { ...call, account: '950201' })
    expect(match).toMatchObject({ outcome: 'one', by: 'account' })
    expect(certain).toBe(owner)
  })

  it('stays a question when two hold the same account', () => {
    const two = ['one', 'two'].map((id) => customer(id, { accountNumber: '950201' }))
    expect(rank(two, { ...call, account: '950201' }).match).toMatchObject({
      outcome: 'several',
      by: 'account',
    })
  })

  it('is never certain by the last digits alone, even when only one has them', () => {
    const { match, certain } = rank([customer('one', { promises: [promise(now)] })], {
      ...call,
      byTail: true,
    })
    expect(match).toMatchObject({ outcome: 'several', by: 'nationalTail' })
    expect(match.candidates).toHaveLength(1)
    expect(certain).toBeNull()
  })

  it('does not depend on the order in which they were found', () => {
    const people = [
      customer('a'),
      customer('b', { lastContactAt: now }),
      customer('c', { promises: [promise(now)] }),
      customer('d', { promises: [promise(null)] }),
      customer('e', { choices: chosen(now) }),
    ]
    const expected = rank(people, call).match
    fc.assert(
      fc.property(fc.shuffledSubarray(people, { minLength: people.length }), (shuffled) => {
        expect(rank(shuffled, call).match).toEqual(expected)
      }),
    )
  })
})
