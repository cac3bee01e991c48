import { describe, expect, test } from 'vitest'
import { applyDelta, applySnapshot, type TopicState } from '../../../client/realtime/topic-state.ts'
import type { Change, Delta } from '../../../shared/realtime.ts'
import { defaultVerification } from '../../../shared/verification.ts'
import { olena, olenaVerified, popOf, ringing, verifiedByPin } from '../../browser/support/cast.ts'

const now = 1_763_900_000_000
const call = ringing(now)
const pop = popOf(olena(now))

const step = (seq: number, changes: Change[] = [], epoch = 'a'): Delta => ({
  topic: 'person:nina',
  epoch,
  seq,
  at: now + seq,
  changes,
})
const rings: Change[] = [
  { type: 'deskCall.set', call },
  { type: 'pop.set', callId: call.callId, pop },
]
function applied(before: TopicState | undefined, delta: Delta): TopicState {
  const result = applyDelta(before, delta)
  if (result.kind !== 'applied') throw new Error(`expected the step to be applied, it was ${result.kind}`)
  return result.state
}

describe('the steps of a topic', () => {
  test('given a snapshot, the next step is applied and the state before it stays as it was', () => {
    const before = applySnapshot(undefined, step(4))
    const after = applied(before, step(5, rings))
    expect(after.deskCalls.get(call.callId)).toEqual(call)
    expect(after.pops.get(call.callId)).toEqual(pop)
    expect(after.seq).toBe(5)
    expect(before.deskCalls.size).toBe(0)
  })

  test('a step that was already applied changes nothing', () => {
    expect(applyDelta(applySnapshot(undefined, step(4)), step(4, rings)).kind).toBe('old')
  })

  test('a missing step, another start of the server, or a topic never seen is a gap', () => {
    const known = applySnapshot(undefined, step(4))
    expect(applyDelta(known, step(6)).kind).toBe('gap')
    expect(applyDelta(known, step(5, [], 'b')).kind).toBe('gap')
    expect(applyDelta(undefined, step(1)).kind).toBe('gap')
  })

  test('a snapshot drops what was known of the topic', () => {
    const before = applySnapshot(
      undefined,
      step(1, [
        {
          type: 'queue.set',
          queue: {
            name: 'old',
            waiting: 1,
            longestWaitSince: now,
            agentsFree: 0,
            agentsSignedIn: 0,
            ringing: [],
          },
        },
      ]),
    )
    expect(applySnapshot(before, step(9, [], 'b')).queues.size).toBe(0)
  })
})

describe('a call that leaves the desk', () => {
  test('goes with its card, and what it was is kept with the reason', () => {
    const before = applySnapshot(undefined, step(1, rings))
    const after = applied(
      before,
      step(2, [{ type: 'deskCall.gone', callId: call.callId, reason: 'answeredElsewhere' }]),
    )
    expect(after.deskCalls.size).toBe(0)
    expect(after.pops.size).toBe(0)
    expect(after.left).toEqual({ call, pop, reason: 'answeredElsewhere', at: now + 2 })
  })

  test('is kept without what was opened by verifying the caller', () => {
    const verified = popOf(olenaVerified(now), verifiedByPin(now))
    const opened = applied(
      applySnapshot(undefined, step(1, rings)),
      step(2, [{ type: 'pop.set', callId: call.callId, pop: verified }]),
    )
    const moved = applied(
      opened,
      step(3, [{ type: 'deskCall.gone', callId: call.callId, reason: 'movedOn' }]),
    )
    const vanished = applySnapshot(opened, step(8, [], 'b'))
    for (const { left } of [moved, vanished]) {
      expect(left?.pop).toMatchObject({ card: { name: 'Olena Kovalchuk' }, verification: { state: 'over' } })
      expect(JSON.stringify(left)).not.toMatch(/Invoice 1490|4512|second shop/)
    }
  })

  test('is kept without what this centre has opened by verifying, whatever parts those are, and says what there is', () => {
    const opens = {
      ...defaultVerification.opens,
      debts: 'none',
      purchases: 'basic',
      payments: 'full',
    } as const
    const card = olenaVerified(now)
    const paid = card.timeline.filter(({ kind }) => kind === 'payment')
    expect(paid.length).toBeGreaterThan(0)
    const verified = popOf(card, verifiedByPin(now), { opens })
    const opened = applied(
      applySnapshot(undefined, step(1, rings)),
      step(2, [{ type: 'pop.set', callId: call.callId, pop: verified }]),
    )
    const { left } = applied(
      opened,
      step(3, [{ type: 'deskCall.gone', callId: call.callId, reason: 'movedOn' }]),
    )
    const kept = left?.pop?.card
    expect(kept).not.toHaveProperty('purchases')
    expect(kept).not.toHaveProperty('payment')
    expect(kept?.timeline.map(({ kind }) => kind)).not.toContain('payment')
    expect(kept?.debts).toEqual(card.debts)
    expect(kept?.closed).toEqual([
      { part: 'paymentData', count: 1, opensAt: 'full' },
      { part: 'payments', count: paid.length, opensAt: 'full' },
      { part: 'purchases', count: card.purchases?.length, opensAt: 'basic' },
      { part: 'marked', count: 1, opensAt: 'basic' },
    ])
  })

  test('keeps what is open to this person without verifying anybody', () => {
    const pop = { ...popOf(olenaVerified(now), verifiedByPin(now)) }
    delete pop.closesAfter
    const opened = applySnapshot(
      undefined,
      step(1, [...rings, { type: 'pop.set', callId: call.callId, pop }]),
    )
    const { left } = applySnapshot(opened, step(8, [], 'b'))
    expect(left?.pop?.card).toEqual(pop.card)
  })

  test('when it comes back to this desk it is no longer one that left', () => {
    const gone = applied(
      applySnapshot(undefined, step(1, rings)),
      step(2, [{ type: 'deskCall.gone', callId: call.callId, reason: 'notAnswered' }]),
    )
    expect(applied(gone, step(3, rings)).left).toBeNull()
  })

  test('while nobody was connected, a call that was talked to keeps its card as an ended one', () => {
    const talking = { ...call, state: 'talking' as const, answeredAt: now }
    const before = applySnapshot(
      undefined,
      step(1, [{ type: 'deskCall.set', call: talking }, ...rings.slice(1)]),
    )
    const { left } = applySnapshot(before, step(8, [], 'b'))
    expect(left).toMatchObject({ call: { state: 'ended', endedAt: now + 8 }, pop, reason: 'ended' })
  })

  test('who was calling can still be said after the end', () => {
    const gone = applied(
      applySnapshot(undefined, step(1, rings)),
      step(2, [{ type: 'deskCall.gone', callId: call.callId, reason: 'ended' }]),
    )
    const other = popOf({ ...olena(now), name: 'Petro' })
    const after = applied(gone, step(3, [{ type: 'pop.set', callId: call.callId, pop: other }]))
    expect(after.left?.pop?.card?.name).toBe('Petro')
    expect(after.pops.size).toBe(0)
  })
})

describe('my calls of today', () => {
  const hour = 3_600_000
  const today = (callId: string, at: number): Change => ({
    type: 'today.set',
    call: {
      callId,
      at,
      direction: 'inbound',
      party: call.party,
      customerId: null,
      customerName: null,
      queue: 'support',
      outcome: 'answered',
      reconstructed: null,
      talkMs: 60_000,
      result: null,
      owed: false,
    },
  })

  test('of the day before are gone when a new day begins, on a console that stays open', () => {
    const before = applySnapshot(
      undefined,
      step(1, [
        { type: 'day.set', day: { since: now - 20 * hour, earlier: 'complete' } },
        today('evening', now - hour),
      ]),
    )
    expect([...before.today.keys()]).toEqual(['evening'])
    const after = applied(
      before,
      step(2, [{ type: 'day.set', day: { since: now, earlier: 'complete' } }, today('first', now + 1)]),
    )
    expect([...after.today.keys()]).toEqual(['first'])
  })
})

describe('a call that has ended', () => {
  const ended = { ...call, state: 'ended' as const, answeredAt: now, endedAt: now + 9 }
  const next = { ...call, callId: 'next', offeredAt: now + 10 }
  const after = applied(
    applySnapshot(undefined, step(1, rings)),
    step(2, [{ type: 'deskCall.set', call: ended }]),
  )

  test('stays with its card until the next one comes', () => {
    expect([...after.deskCalls.values()]).toEqual([ended])
    expect(after.pops.get(call.callId)).toEqual(pop)
    const later = applied(after, step(3, [{ type: 'deskCall.set', call: next }]))
    expect([...later.deskCalls.values()]).toEqual([next])
    expect(later.pops.size).toBe(0)
  })

  test('is gone with its card once who called is erased, kept or not', () => {
    const gone: Change = { type: 'deskCall.gone', callId: call.callId, reason: 'erased' }
    const erased = applied(after, step(3, [gone]))
    expect([erased.deskCalls.size, erased.pops.size, erased.left]).toEqual([0, 0, null])

    const movedOn: Change = { type: 'deskCall.gone', callId: call.callId, reason: 'notAnswered' }
    const kept = applied(applySnapshot(undefined, step(1, rings)), step(2, [movedOn]))
    expect(kept.left?.pop).toEqual(pop)
    expect(applied(kept, step(3, [gone])).left).toBeNull()
  })

  test('is gone too from a console that was cut while who called was erased', () => {
    const party = { number: null, display: '', name: null, withheld: false, erased: true }
    const day: Change = {
      type: 'today.set',
      call: {
        ...{
          callId: call.callId,
          at: now,
          direction: 'inbound',
          party,
          customerId: null,
          customerName: null,
        },
        ...({
          queue: 'support',
          outcome: 'answered',
          reconstructed: null,
          talkMs: 1,
          result: null,
          owed: false,
        } as const),
      },
    }
    expect(applySnapshot(after, step(9, [day])).left).toBeNull()
    expect(applySnapshot(after, step(9)).left?.call.callId).toBe(call.callId)
  })

  test('does not come back when the next one moves on', () => {
    const later = applied(
      after,
      step(3, [
        { type: 'deskCall.set', call: next },
        { type: 'deskCall.gone', callId: 'next', reason: 'answeredElsewhere' },
      ]),
    )
    expect(later.deskCalls.size).toBe(0)
    expect(later.left?.call.callId).toBe('next')
  })
})
