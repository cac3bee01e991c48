import { describe, expect, it } from 'vitest'
import { changedFields, rebase } from '../../../client/admin/rebase.ts'

const looked = { name: 'Nina', roles: ['agent'], desk: '201' }

describe('two administrators at the same form', () => {
  it('who changed different fields both get what they wanted', () => {
    const mine = { ...looked, desk: '202' }
    const theirs = { ...looked, roles: ['agent', 'sales'] }
    expect(rebase(looked, mine, theirs)).toEqual({
      fields: { name: 'Nina', roles: ['agent', 'sales'], desk: '202' },
      contested: [],
    })
  })

  it('who changed the same field are told, and the second one’s entry stays in the form', () => {
    const mine = { ...looked, desk: '202' }
    const theirs = { ...looked, desk: '203', name: 'Nina H.' }
    expect(rebase(looked, mine, theirs)).toEqual({
      fields: { name: 'Nina H.', roles: ['agent'], desk: '202' },
      contested: ['desk'],
    })
  })

  it('who did the very same have nothing to settle', () => {
    const mine = { ...looked, desk: '202' }
    expect(rebase(looked, mine, { ...mine })).toEqual({ fields: mine, contested: [] })
  })
})

it('only what was changed is sent', () => {
  expect(changedFields(looked, { ...looked, roles: ['agent'], desk: '' })).toEqual({ desk: '' })
})
