import { describe, expect, it } from 'vitest'
import { castCustomers } from '../../../lab/seed/cast.ts'
import { cardFor, whyBox } from '../../../server/customers/card.ts'
import { cardSchema } from '../../../shared/customers.ts'
import { defaultRoleRights, rights } from '../../../shared/people.ts'
import { closedParts, defaultVerification, type Level } from '../../../shared/verification.ts'
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

const nobody = () => null
/** What is closed at a level, as a company starts with it. */
const closedAt = (level: Level) => closedParts(defaultVerification, level)

describe('the card', () => {
  const [olena] = castCustomers(now).filter(({ _id }) => _id === 'cast-kovalchuk')
  if (!olena) throw new Error('Olena is missing from the cast.')

  it('is whole for an agent, notes woven into the timeline', () => {
    const card = cardFor(olena, defaultRoleRights.agent, now, nobody, closedAt('none'))
    expect(cardSchema.parse(card)).toEqual(card)
    expect(card?.notes).toHaveLength(2)
    const times = card?.timeline.map(({ at }) => at) ?? []
    expect(times).toEqual([...times].sort((one, other) => other - one))
    expect(card?.timeline.map(({ kind }) => kind)).toContain('note')
  })

  it('shows somebody without the right to purchases and notes nothing of either, anywhere', () => {
    const card = cardFor(olena, defaultRoleRights.marketing, now, nobody, closedAt('none'))
    expect(card).not.toHaveProperty('purchases')
    expect(card).not.toHaveProperty('notes')
    expect(card?.timeline.map(({ kind }) => kind)).toEqual(['call', 'call', 'event'])
    expect(card?.why.map(({ kind }) => kind)).toEqual(['promise', 'lastTalk'])
  })

  it('is not shown at all without the right to read cards', () => {
    const without = rights.filter((right) => right !== 'card.read')
    expect(cardFor(olena, without, now, nobody, closedAt('none'))).toBeNull()
  })
})

describe('who wrote and who talked', () => {
  const written = { at: now, text: 'Wants rye flour', by: null }
  const known = customer('noted', {
    notes: [
      { ...written, noteId: 'ours', byPersonId: 'nina' },
      { ...written, noteId: 'imported', by: 'Marta Z.' },
    ],
    recent: [{ ...talk(now - hour), by: null, byPersonId: 'nina' }, talk(now - day)],
  })

  it('is named as they are called now; an author who is none of our people, as they were written down', () => {
    const card = cardFor(
      known,
      defaultRoleRights.agent,
      now,
      (id) => (id === 'nina' ? 'Nina Weiss' : null),
      closedAt('none'),
    )
    expect(card?.notes?.map(({ by, byPersonId }) => [by, byPersonId])).toEqual([
      ['Nina Weiss', 'nina'],
      ['Marta Z.', null],
    ])
    expect(card?.timeline.map(({ kind, by, byPersonId }) => [kind, by, byPersonId])).toEqual([
      ['note', 'Nina Weiss', 'nina'],
      ['note', 'Marta Z.', null],
      ['call', 'Nina Weiss', 'nina'],
      ['call', 'Nina', null],
    ])
  })

  it('is not told of somebody who was erased; what they wrote stays', () => {
    const card = cardFor(known, defaultRoleRights.agent, now, nobody, closedAt('none'))
    expect(card?.notes?.[0]).toMatchObject({ text: 'Wants rye flour', by: null, byPersonId: 'nina' })
  })
})

describe('what is sensitive', () => {
  const uwe = customer('uwe', {
    openBusiness: [
      { kind: 'invoice', title: 'Invoice 1977 over 2 310 €', at: now - 19 * day },
      { kind: 'invoice', title: 'Invoice 1980 over 77 €', at: now - 9 * day },
      { kind: 'dispute', title: 'Two pallets came damaged', at: now - day },
    ],
    debts: [{ what: 'Invoice 1977', amount: { minor: 231_000, currency: 'EUR' }, dueAt: now - 19 * day }],
    payment: { method: 'Direct debit', account: '•••• 4512' },
    preferences: [
      { label: 'Delivery', value: 'Ramp 2' },
      { label: 'In trust', value: 'Sells the shop in May', sensitive: true },
    ],
    birthDate: '1971-09-03',
    postcode: '23552',
    pin: { hash: 'c0ffee', wrong: 0, lockedUntil: null },
  })
  const cardAt = (level: Level, rights = defaultRoleRights.agent) =>
    cardFor(uwe, rights, now, nobody, closedAt(level))

  it('is not on the card of an unverified caller, in no part of it; that there is something is', () => {
    const card = cardAt('none')
    const text = JSON.stringify(card)
    for (const secret of [
      '1977',
      '1980',
      '231',
      '2 310',
      '4512',
      'Direct debit',
      'In trust',
      'Sells the shop',
    ])
      expect(text).not.toContain(secret)
    expect(card?.closed).toEqual([
      { part: 'debts', count: 1, opensAt: 'basic' },
      { part: 'paymentData', count: 1, opensAt: 'full' },
      { part: 'marked', count: 1, opensAt: 'basic' },
    ])
    expect(cardSchema.parse(card)).toEqual(card)
  })

  it('shows in the why box as one line without words, however much it is', () => {
    expect(cardAt('none')?.why).toEqual([
      { kind: 'dispute', text: 'Two pallets came damaged', at: now - day, overdue: false },
      { kind: 'invoice', text: '', at: null, overdue: false, closed: true },
    ])
  })

  it('opens with the level that the company says, and not before', () => {
    const basic = cardAt('basic')
    expect(basic).toMatchObject({ debts: [{ what: 'Invoice 1977' }] })
    expect(basic).not.toHaveProperty('payment')
    expect(basic?.closed?.map(({ part }) => part)).toEqual(['paymentData'])
    expect(basic?.preferences.map(({ label }) => label)).toEqual(['Delivery', 'In trust'])
    expect(cardAt('full')).toMatchObject({ payment: { account: '•••• 4512' } })
    expect(cardAt('full')).not.toHaveProperty('closed')
  })

  it('is open to who may see it without, and what is of money to nobody who may not see purchases', () => {
    expect(cardAt('none', defaultRoleRights.supervisor)).toMatchObject({ debts: [{ what: 'Invoice 1977' }] })
    const marketing = cardAt('full', defaultRoleRights.marketing)
    expect(marketing).not.toHaveProperty('debts')
    expect(marketing).not.toHaveProperty('payment')
    expect(cardAt('none', defaultRoleRights.marketing)?.closed?.map(({ part }) => part)).toEqual(['marked'])
  })

  it('never has what the caller is asked, nor the PIN', () => {
    const text = JSON.stringify(cardAt('full', rights))
    for (const secret of ['1971-09-03', '23552', 'c0ffee']) expect(text).not.toContain(secret)
  })
})
