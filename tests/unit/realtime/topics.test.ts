import { describe, expect, it } from 'vitest'
import { createSlices } from '../../../server/realtime/slices.ts'
import { topicsFor } from '../../../server/realtime/topics.ts'
import { defaultRoleRights, type Role } from '../../../shared/people.ts'
import type { Delta } from '../../../shared/realtime.ts'

const queues = { mine: ['support'], all: ['collections', 'sales', 'support'] }
const roomsOf = (role: Role, extension: string | null) => [
  ...topicsFor({ personId: 'p', rights: new Set(defaultRoleRights[role]), extension }, queues).values(),
]

describe('the rooms of a role', () => {
  it('are one’s own and one’s queues for an agent at a desk, and no queue without a desk', () => {
    expect(roomsOf('agent', '201')).toEqual([
      'person:p',
      'queue:support',
      'parked+names',
      'tasks:anybody',
      'tasks:queue:support',
      'link',
    ])
    expect(roomsOf('agent', null)).toEqual(['person:p', 'tasks:anybody', 'link'])
  })

  it('are the whole floor for a supervisor, with names and the links in detail', () => {
    expect(roomsOf('supervisor', null)).toEqual([
      'person:p',
      'queue:collections',
      'queue:sales',
      'queue:support',
      'floor+names',
      'parked+names',
      'tasks:all',
      'link+detail',
    ])
  })

  it('are the floor without names for an administrator, who may not read cards', () => {
    expect(roomsOf('admin', null)).toContain('floor')
    expect(roomsOf('admin', null)).not.toContain('floor+names')
    expect(roomsOf('admin', null).filter((room) => room.startsWith('tasks:'))).toEqual([])
  })

  it('are only one’s own for marketing, even at a desk', () => {
    expect(roomsOf('marketing', '201')).toEqual(['person:p', 'link'])
  })
})

describe('a shared room', () => {
  const delta = (seq: number): Delta => ({ topic: 'floor', epoch: 'e', seq, at: 0, changes: [] })

  it('is sent part by part, in order, after a person’s own card', async () => {
    const sent: string[] = []
    const slices = createSlices({
      emit: (room, { seq }) => sent.push(`${room} ${seq}`),
      size: (room) => (room === 'floor/0' || room === 'floor/3' || room === 'person:p' ? 1 : 0),
    })
    slices.send('floor', delta(1))
    slices.send('floor', delta(2))
    slices.send('person:p', delta(7))
    expect(sent).toEqual(['person:p 7'])
    await expect.poll(() => sent).toHaveLength(5)
    expect(sent.slice(1)).toEqual(['floor/0 1', 'floor/3 1', 'floor/0 2', 'floor/3 2'])
    expect(slices.size('floor')).toBe(2)
  })
})
