import { describe, expect, it } from 'vitest'
import { castCustomers } from '../../../lab/seed/cast.ts'
import { cardFor, whyBox } from '../../../server/customers/card.ts'
import { cardSchema } from '../../../shared/customers.ts'
import { defaultRoleRights, rights } from '../../../shared/people.ts'
import { customer, day, hour, now, promise, talk } from './support.ts'

describe('why somebody calls', () => {
  it('says at most three things, the most pressing first', () => {
    // given a customer of whom much is open
    const olena = customer('olena', {
      promises: [promise(now + 2 * hour), promise(now - day), promise(now - 9 * day, false)],
      openBusiness: [
        { kind: 'order', title: 'Order 1', at: now - day },
        { kind: 'dispute', title: 'Invoice 1482', at: now - 2 * day },
      ],
      recent: [talk(now - 5 * day)],
    })
    // when the box is made, then the broken promise comes first, the kept one not at all
    expect(whyBox(olena, now)).toMatchObject([
      { kind: 'promise', overdue: true, at: now - day },
      { kind: 'promise', overdue: false, at: now + 2 * hour },
      { kind: 'dispute', text: 'Invoice 1482' },
    ])
  })

  it('puts a promise of next week behind open business, and the last talk at the end', () => {
    const jonas = customer('jonas', {
      promises: [promise(now + 7 * day)],
      openBusiness: [{ kind: 'invoice', title: 'Invoice 7', at: now - day }],
      recent: [talk(now - 5 * day, 'Asked for early delivery'), talk(now - 9 * day)],
    })
    expect(whyBox(jonas, now).map(({ kind, text }) => [kind, text])).toEqual([
      ['invoice', 'Invoice 7'],
      ['promise', 'Call back'],
      ['lastTalk', 'Asked for early delivery'],
    ])
  })

  it('takes the last talk that somebody wrote about', () => {
    const jonas = customer('jonas', {
      recent: [talk(now - hour, ''), talk(now - 9 * day, 'Wants rye flour')],
    })
    expect(whyBox(jonas, now)).toMatchObject([{ kind: 'lastTalk', text: 'Wants rye flour' }])
  })

  it('says nothing of somebody new', () => {
    expect(whyBox(customer('new'), now)).toEqual([])
  })
})

describe('the card', () => {
  const [olena] = castCustomers(now).filter(({ _id }) => _id === 'cast-kovalchuk')
  if (!olena) throw new Error('Olena is missing from the cast.')

  it('is whole for an agent, notes woven into the timeline', () => {
    const card = cardFor(olena, defaultRoleRights.agent, now)
    expect(cardSchema.parse(card)).toEqual(card)
    expect(card?.notes).toHaveLength(2)
    const times = card?.timeline.map(({ at }) => at) ?? []
    expect(times).toEqual([...times].sort((one, other) => other - one))
    expect(card?.timeline.map(({ kind }) => kind)).toContain('note')
  })

  it('shows somebody without the right to purchases and notes nothing of either, anywhere', () => {
    const card = cardFor(olena, defaultRoleRights.marketing, now)
    expect(card).not.toHaveProperty('purchases')
    expect(card).not.toHaveProperty('notes')
    expect(card?.timeline.map(({ kind }) => kind)).toEqual(['call', 'call', 'event'])
    expect(card?.why.map(({ kind }) => kind)).toEqual(['promise', 'lastTalk'])
  })

  it('is not shown at all without the right to read cards', () => {
    const without = rights.filter((right) => right !== 'card.read')
    expect(cardFor(olena, without, now)).toBeNull()
  })
})
