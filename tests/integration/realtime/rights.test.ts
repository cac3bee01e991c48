import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Center } from './center.ts'

let center: Center

beforeEach(async () => {
  center = await new Center().start({ paceMs: 20 })
})
afterEach(() => center.stop())

describe('what a person may see', () => {
  it('is all they are sent, whatever they ask for', async () => {
    const agent = await center.open('person-201').has('link')
    const supervisor = await center.open('supervisor').has('link')
    const theirs = [
      'person:person-201',
      'queue:support',
      'parked',
      'tasks:anybody',
      'tasks:queue:support',
      'link',
    ]
    expect(agent.topics).toEqual([theirs])
    const { epoch } = agent.of('link')[0] ?? { epoch: '' }
    for (const asked of [epoch, null]) {
      agent.socket.emit(
        'resume',
        {
          epoch: asked,
          have: {
            floor: 0,
            'person:person-202': 0,
            'queue:sales': 0,
            'tasks:all': 0,
            'tasks:queue:sales': 0,
          },
        },
        () => undefined,
      )
    }
    const customer = center.story.customer()
    center.story.enters('support', customer)
    center.story.rings(customer, '202')
    await supervisor.until(
      () => supervisor.changes('floor').some((c) => c.type === 'floorCall.set' && c.call.stage === 'ringing'),
      'the call on the floor',
    )
    await agent.settled()
    const topics = new Set(agent.received.map((step) => step.topic))
    expect([...topics].sort()).toEqual(theirs.toSorted())
  })

  it('follows a right that is taken away while the console is open, at once', async () => {
    const console = await center.open('supervisor').has('floor')
    center.rights.get('supervisor')?.delete('floor.watch')
    center.realtime.peopleChanged({ type: 'person.changed', personId: 'supervisor' })
    const before = console.of('floor').length
    center.story.customer()
    center.realtime.publish('floor', [{ type: 'floorCall.gone', callId: 'secret' }])
    await console.until(() => console.topics.length === 2, 'the topics left')
    expect(console.meChanged).toBe(1)
    expect(console.topics.at(-1)).toEqual(['person:supervisor', 'tasks:all', 'link'])
    await console.settled()
    expect(console.of('floor')).toHaveLength(before)
  })

  it('follows a right that is given, with a snapshot', async () => {
    const console = await center.open('person-201').has('link')
    center.rights.get('person-201')?.add('floor.watch')
    center.realtime.peopleChanged({ type: 'person.changed', personId: 'person-201' })
    await console.has('floor')
    expect(console.of('floor')[0]?.kind).toBe('snapshot')
  })

  it('shows the names of customers on the floor to those who may read cards only', async () => {
    await center.stop()
    center = await new Center().start({ paceMs: 20, customerOf: () => ({ customerId: 'c1', name: 'Olena' }) })
    const supervisor = await center.open('supervisor').has('floor')
    const admin = await center.open('admin').has('floor')
    center.story.customer()
    const said = (console: typeof admin) => JSON.stringify(console.received)
    const named = (console: typeof admin) =>
      console.changes('floor').flatMap((c) => (c.type === 'floorCall.set' ? [c.call.customerName] : []))
    await supervisor.until(() => named(supervisor).length > 0, 'a call')
    await admin.until(() => named(admin).length > 0, 'a call')
    expect(new Set(named(supervisor))).toEqual(new Set(['Olena']))
    expect(new Set(named(admin))).toEqual(new Set([null]))
    // Nor, in whatever form, who it is that calls.
    expect(said(supervisor)).toContain('+4930231251')
    expect(said(admin)).not.toMatch(/30231251|Olena/)
  })

  it('is known to every console of theirs: each is told that rights or desk are others, and nobody else is', async () => {
    const tabs = [await center.open('person-201').has('link'), await center.open('person-201').has('link')]
    const other = await center.open('supervisor').has('link')
    // A right that opens no topic is one all the same.
    center.rights.get('person-201')?.delete('card.notes')
    center.realtime.peopleChanged({ type: 'person.changed', personId: 'person-201' })
    for (const tab of tabs) await tab.until(() => tab.meChanged === 1, 'told of the right')
    center.desks.delete('201')
    center.realtime.peopleChanged({ type: 'desk.changed', extension: '201', personId: null })
    for (const tab of tabs) await tab.until(() => tab.meChanged === 2, 'told of the desk')
    await other.settled()
    expect(other.meChanged).toBe(0)
  })

  it('goes with the desk: who takes it gets its calls, who left it gets them no more', async () => {
    const first = await center.open('person-201').has('person:person-201')
    const second = await center.open('marketing').has('person:marketing')
    center.rights.get('marketing')?.add('desk.use')
    const customer = center.story.customer()
    center.story.enters('support', customer)
    const phone = center.story.rings(customer, '201')
    center.desks.set('201', 'marketing')
    center.realtime.peopleChanged({ type: 'desk.changed', extension: '201', personId: 'marketing' })
    await second.has('queue:support')
    const newest = second.of('person:marketing').findLast(({ kind }) => kind === 'snapshot')
    expect(newest?.changes).toMatchObject([
      { type: 'agent.set', agent: { extension: '201', state: 'ringing' } },
      { type: 'deskCall.set', call: { state: 'ringing' } },
      { type: 'day.set' },
    ])
    await first.until(() => first.topics.length === 2, 'topics without the queue')
    const left = first.of('person:person-201').findLast(({ kind }) => kind === 'snapshot')
    expect(left?.changes.map(({ type }) => type)).toEqual(['day.set'])
    await first.settled()
    const before = first.received.length
    center.story.answers(customer, phone, '201')
    await second.until(
      () =>
        second
          .changes('person:marketing')
          .some((c) => c.type === 'deskCall.set' && c.call.state === 'talking'),
      'the answered call',
    )
    await first.settled()
    expect(first.received).toHaveLength(before)
  })

  it('follows the queues of the extension', async () => {
    const console = await center.open('person-201').has('queue:support')
    center.story.member('sales', 'PJSIP/201')
    await console.has('queue:sales')
    center.story.happens({ type: 'member.removed', queue: 'support', interface: 'PJSIP/201' })
    await console.until(() => console.topics.at(-1)?.includes('queue:support') === false, 'no support')
    expect(console.topics.at(-1)).toEqual([
      'person:person-201',
      'queue:sales',
      'parked',
      'tasks:anybody',
      'tasks:queue:sales',
      'link',
    ])
  })
})

describe('a session that has ended', () => {
  it('closes its consoles within a second, with the reason, and no others', async () => {
    const mine = await center.open('person-201').has('link')
    const tab = await center.open('person-201').has('link')
    const other = await center.open('person-202').has('link')
    center.revoked.add('person-201')
    const at = performance.now()
    center.realtime.peopleChanged({
      type: 'session.ended',
      sessionId: 'session-of-person-201',
      personId: 'person-201',
      reason: 'revoked',
    })
    center.realtime.publish('person:person-201', [{ type: 'floorCall.gone', callId: 'too late' }])
    for (const console of [mine, tab]) {
      await console.until(() => console.closedBecause !== null, 'closed')
      expect(console.signedOut).toEqual(['revoked'])
      expect(JSON.stringify(console.received)).not.toContain('too late')
    }
    expect(performance.now() - at).toBeLessThan(1_000)
    expect((await other.settled()).ok).toBe(true)
    expect(center.realtime.status()).toMatchObject({ consoles: 1, signedOut: 2 })
    const again = center.open('person-201')
    await again.until(() => again.refused !== null, 'refused')
    expect(again.refused?.code).toBe('session.required')
  })

  it('closes a console that does not read, too', async () => {
    const console = await center.open('person-201').has('link')
    const engine = console.socket.io.engine as { transport?: { ws?: { pause?: () => void } } }
    engine.transport?.ws?.pause?.()
    center.realtime.peopleChanged({
      type: 'session.ended',
      sessionId: 'session-of-person-201',
      personId: 'person-201',
      reason: 'expired',
    })
    await vi.waitFor(() => expect(center.realtime.status().consoles).toBe(0))
    await vi.waitFor(
      () =>
        new Promise<void>((resolve, reject) => {
          center.server.getConnections((_error, count) => {
            if (count === 0) resolve()
            else reject(new Error(`${count} connections are open`))
          })
        }),
      { timeout: 1_000 },
    )
  })
})
