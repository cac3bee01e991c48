import { describe, expect, it } from 'vitest'
import { guideFields, guideFrom } from '../../../client/admin/guides/guide-fields.ts'
import { filledGreeting } from '../../../client/guide/greeting.ts'
import { guideIdSchema } from '../../../shared/guide-routes.ts'
import { guideSchema } from '../../../shared/guides.ts'

describe('a greeting', () => {
  const names = { customer: 'Olena', agent: 'Nina' }
  it.each([
    ['Good day, {customer}, this is {agent}.', 'Good day, Olena, this is Nina.', 'Good day, this is Nina.'],
    ['{customer}, hello!', 'Olena, hello!', 'hello!'],
    ['Hello {customer}!', 'Hello Olena!', 'Hello!'],
    ['Hello.', 'Hello.', 'Hello.'],
  ])('%s', (greeting, known, unknown) => {
    expect(filledGreeting(greeting, names)).toBe(known)
    expect(filledGreeting(greeting, { ...names, customer: null })).toBe(unknown)
  })

  it('takes a name as it is, whatever stands in it', () => {
    const customer = '$& {agent} <b>'
    expect(filledGreeting('Hello {customer}, {agent}', { customer, agent: 'Nina' })).toBe(
      'Hello $& {agent} <b>, Nina',
    )
  })
})

describe('a guide as it is typed', () => {
  const typed = {
    greeting: ' Good day ',
    points: 'First\n\n  Second ',
    links: 'Prices | https://handbook.example/prices\nhttps://handbook.example/a|b',
  }

  it('is lines, and links with their names', () => {
    expect(guideFrom(typed)).toEqual({
      greeting: 'Good day',
      points: ['First', 'Second'],
      links: [
        { label: 'Prices', url: 'https://handbook.example/prices' },
        { label: 'https://handbook.example/a', url: 'b' },
      ],
    })
    expect(guideFrom({ ...typed, links: 'https://handbook.example/prices' }).links).toEqual([
      { label: 'handbook.example/prices', url: 'https://handbook.example/prices' },
    ])
    const guide = guideFrom({ ...typed, links: 'Prices | https://handbook.example/prices' })
    expect(guideFrom(guideFields(guide))).toEqual(guide)
  })

  it.each(['javascript:alert(1)', 'data:text/html,x', 'ftp://x.example', 'https://', '//x.example'])(
    'leads nowhere but to the web: %s',
    (url) => {
      expect(guideSchema.safeParse({ greeting: '', points: [], links: [{ label: 'x', url }] }).success).toBe(
        false,
      )
    },
  )

  it.each([
    ['everybody', true],
    ['queue:support', true],
    ['number:493023125101', true],
    ['number:+49', false],
    ['queue:', false],
    ['else', false],
  ])('is for %s: %s', (id, is) => {
    expect(guideIdSchema.safeParse(id).success).toBe(is)
  })
})
