import { afterEach, describe, expect, it, vi } from 'vitest'
import { readTrace } from '../../../lab/traces/trace.ts'
import type { MatchedCall } from '../../../server/customers/matching.ts'
import { callExplainer } from '../../../server/history/reading.ts'
import { defaultRoleRights, type Role } from '../../../shared/people.ts'
import { desks, replay } from '../../compare/replay.ts'
import { showParty } from '../../unit/history/support.ts'
import { endNodes, found, openNode, type TestNode } from './node.ts'

afterEach(endNodes)

const candidate = {
  customerId: 'olena',
  name: 'Olena',
  company: null,
  city: null,
  tier: 'gold' as const,
  reason: 'sameNumber' as const,
  lastContactAt: null,
}

const nameOf = (personId: string) => `Agent ${personId.replace('person-', '')}`

/** A node on which a call has been: offered to 201, who did not answer, and taken by 202. The caller is Olena. */
async function afterTheCall(): Promise<{ node: TestNode; callId: string; ask: Ask }> {
  const node = await openNode()
  node.customers.answer = (call) => {
    const matched: MatchedCall = {
      ...found(call, 'olena'),
      match: { outcome: 'one', by: 'sameNumber', candidates: [candidate] },
    }
    const { number, account } = call
    if (account !== null || number === null) return Promise.resolve(matched)
    const e164 = `+${number.replace(/^\+/, '')}`
    return Promise.resolve({
      ...matched,
      number: { e164, display: e164, nationalTail: null, complete: true },
    })
  }
  const { events } = replay(await readTrace('second-agent-answers'))
  for (const event of events) node.pipeline.take(event)
  await vi.waitFor(() => expect(node.popped).not.toEqual([]))
  const callId = node.popped[0] ?? ''
  const { explainCall } = callExplainer({
    history: node.history,
    explain: {
      showParty,
      extensionOf: (device) => desks.find(({ interfaces }) => interfaces.includes(device))?.extension ?? null,
      nameOf,
      inputDays: 30,
    },
    named: (those) =>
      Promise.resolve(those.map((one) => ({ ...one, customerName: `Customer ${one.customerId ?? ''}` }))),
  })
  const ask: Ask = (personId, role) => explainCall({ personId, rights: defaultRoleRights[role] }, callId)
  return { node, callId, ask }
}
type Ask = (personId: string, role: Role) => ReturnType<ReturnType<typeof callExplainer>['explainCall']>

describe('why this card, asked of the server', () => {
  it('a supervisor is told who was weighed, on which phones it rang, and what came of it', async () => {
    const { ask } = await afterTheCall()

    const why = await ask('lev', 'supervisor')

    expect(why.current).toBe(true)
    expect(why.lookups.at(-1)).toMatchObject({
      outcome: 'one',
      candidates: [{ customerId: 'olena', name: 'Customer olena', reason: 'sameNumber' }],
    })
    expect(why.lookups.at(-1)?.number?.e164).toMatch(/^\+\d+$/)
    expect(why.legs.map(({ extension }) => extension)).toEqual([null, '201', '202'])
    const texts = why.lines.map(({ text }) => text)
    expect(texts).toContain('matched')
    expect(texts.filter((text) => text === 'offerMade')).toHaveLength(2)
    expect(texts).toContain('callEnded')
  })

  it('an agent is told of a call that they were offered, and of no other', async () => {
    const { ask } = await afterTheCall()

    expect(await ask('person-201', 'agent')).toMatchObject({ end: 'customerHungUp' })
    await expect(ask('person-205', 'agent')).rejects.toMatchObject({ code: 'right.missing' })
  })

  it('who may not read cards is told neither number nor customer', async () => {
    const { node, callId, ask } = await afterTheCall()
    const number = (await node.history.readCall(callId))?.party.number ?? 'none'

    const why = JSON.stringify(await ask('ada', 'admin'))

    expect(number.length).toBeGreaterThan(6)
    expect(why).not.toContain(number)
    expect(why).not.toContain('olena')
    expect(why).toContain('offerMade')
  })

  it('a call that nobody knows of is unknown; with the database away that is said', async () => {
    const { node, ask } = await afterTheCall()
    const { explainCall } = callExplainer({
      history: node.history,
      explain: { showParty, extensionOf: () => null, nameOf, inputDays: 30 },
      named: (those) => Promise.resolve([...those]),
    })
    const lev = { personId: 'lev', rights: defaultRoleRights.supervisor }
    await expect(explainCall(lev, 'lab:1.1')).rejects.toMatchObject({ code: 'call.unknown' })

    node.store.faults.away = true

    await expect(ask('lev', 'supervisor')).rejects.toMatchObject({ code: 'database.unreachable' })
  })

  it('a card that only changed is no new look-up; one that came to something else is', async () => {
    const { node, callId, ask } = await afterTheCall()
    const before = (await ask('lev', 'supervisor')).lookups.length
    const matched = node.customers.callOf(callId)
    if (!matched) throw new Error('The look-up is not kept.')

    node.pipeline.cardChanged(matched)
    expect((await ask('lev', 'supervisor')).lookups).toHaveLength(before)

    node.pipeline.cardChanged({
      ...matched,
      match: { outcome: 'none', by: null, candidates: [] },
      customer: null,
    })
    expect((await ask('lev', 'supervisor')).lookups).toHaveLength(before + 1)
  })
})
