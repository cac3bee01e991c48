import { describe, expect, it } from 'vitest'
import { preferredAgentOf } from '../../../server/customers/preferred-agent.ts'
import { customer, day, hour, now, talk } from './support.ts'

const talkWith = (byPersonId: string, at: number) => ({ ...talk(at), by: null, byPersonId })

describe('the agent whom a customer would rather have', () => {
  it('is who talked with them last, wherever the talk stands in the timeline', () => {
    const recent = [
      talkWith('lev', now - 3 * day),
      talkWith('nina', now - hour),
      talkWith('petra', now - day),
    ]
    expect(preferredAgentOf(customer('olena', { recent }), now)).toBe('nina')
  })

  it('is not somebody who did anything but talk', () => {
    const dispute = { ...talkWith('lev', now - hour), kind: 'dispute' as const }
    const recent = [dispute, talkWith('nina', now - day)]
    expect(preferredAgentOf(customer('olena', { recent }), now)).toBe('nina')
  })

  it('is forgotten after thirty days', () => {
    const known = (daysAgo: number) => customer('olena', { recent: [talkWith('nina', now - daysAgo * day)] })
    expect(preferredAgentOf(known(30), now)).toBe('nina')
    expect(preferredAgentOf(known(30.001), now)).toBeNull()
  })

  it('is nobody for who never called, and for whom an author unknown to us talked with last', () => {
    expect(preferredAgentOf(customer('new'), now)).toBeNull()
    const recent = [talk(now - hour), talkWith('nina', now - day)]
    expect(preferredAgentOf(customer('olena', { recent }), now)).toBeNull()
  })
})
