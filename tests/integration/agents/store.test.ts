import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  createAgentStore,
  intervalsCollection,
  type AgentStore,
  type IntervalDocument,
} from '../../../server/agents/model.ts'
import { createRules, type Rules } from '../../../server/agents/rules.ts'
import type { Interval } from '../../../server/agents/status.ts'
import { ensureIndexes } from '../../../server/database/schema.ts'
import { rules as seed } from '../../unit/agents/support.ts'
import { openOffice, type Office } from '../people/support.ts'

let office: Office
let boss: string
let store: AgentStore
let changes = 0
const misfits: string[] = []

beforeAll(async () => {
  office = await openOffice('agents')
  boss = await office.add('boss', { roles: ['admin'] })
  store = createAgentStore(office.database, (id) => misfits.push(id))
  await ensureIndexes(office.database.connection)
})
afterAll(() => office.close())

/** A server that starts now, on the database as it is. */
async function start(): Promise<Rules> {
  const rules = createRules({
    store: store.rules,
    seed,
    audit: office.people.audit,
    onChange: () => (changes += 1),
  })
  await rules.load()
  return rules
}

const interval = (beganAt: number, more: Partial<Interval> = {}): Interval => ({
  extension: '201',
  personId: 'nina',
  state: 'ready',
  reason: null,
  beganAt,
  endedAt: beganAt + 1_000,
  by: 'agent',
  byPersonId: 'nina',
  ...more,
})

describe('what agents spent in a status', () => {
  it('is kept once, however often it is given, and is never changed', async () => {
    const lunch = { reasonId: 'lunch', text: null, paid: false, limitMs: null }
    const given = [interval(1_000), interval(2_000, { state: 'break', reason: lunch })]
    await store.keepIntervals(given)
    await store.keepIntervals([...given, interval(1_000, { endedAt: 999_999 }), interval(3_000)])
    const kept = await office.database
      .collection<IntervalDocument>(intervalsCollection)
      .find()
      .sort({ beganAt: 1 })
      .toArray()
    expect(kept.map(({ beganAt, endedAt }) => [beganAt, endedAt])).toEqual([
      [1_000, 2_000],
      [2_000, 3_000],
      [3_000, 4_000],
    ])
    expect(kept[1]).toEqual({
      _id: '201:2000',
      extension: '201',
      personId: 'nina',
      state: 'break',
      reasonId: 'lunch',
      reasonText: null,
      paid: false,
      beganAt: 2_000,
      endedAt: 3_000,
      by: 'agent',
      byPersonId: 'nina',
    })
  })
})

describe('the rules of status', () => {
  it('are seeded once, changed by whoever looked at the newest, and hold at once', async () => {
    const rules = await start()
    expect(rules.current()).toEqual(seed)
    const before = changes
    const shorter = {
      ...seed,
      wrapUpSeconds: 5,
      queues: [{ queue: 'support', wrapUpSeconds: 90, autoAnswer: true, signIn: false }],
    }
    await rules.change(shorter, 0, boss)
    expect(rules.current()).toEqual(shorter)
    expect(changes).toBe(before + 1)
    await expect(rules.change(seed, 0, boss)).rejects.toMatchObject({ code: 'edit.outdated' })
    // another start, with another environment, finds what was changed
    expect((await start()).read()).toEqual({ version: 1, rules: shorter })
    const { entries } = await office.people.readAudit({ kind: 'changes' })
    const entry = entries.find(({ action }) => action === 'statusRules.changed')
    expect(entry?.actor).toBe('Person boss')
    expect(entry?.details).toContainEqual({ field: 'wrapUpSeconds', before: '20', after: '5' })
    expect(misfits).toEqual([])
  })
})
