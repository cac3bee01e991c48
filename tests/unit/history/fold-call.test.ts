import { describe, expect, it } from 'vitest'
import type { Fact } from '../../../server/floor/facts.ts'
import { applyEntry } from '../../../server/history/apply-entry.ts'
import type { Entry } from '../../../server/history/entries.ts'
import { foldCall, isCallFact } from '../../../server/history/fold-call.ts'
import { callDocumentSchema, type CallDocument } from '../../../server/history/model.ts'
import { todayCall } from '../../../server/history/views.ts'
import { answeredCall, morning, unansweredDial } from './calls.ts'
import { showParty } from './support.ts'

const fold = (facts: readonly Fact[]): CallDocument | null =>
  facts.filter(isCallFact).reduce<CallDocument | null>(foldCall, null)
const entry = (seq: number, facts: Fact[], node = 'one'): Entry => ({
  seq,
  node,
  at: morning,
  kind: 'facts',
  facts,
})

describe('the document of a call', () => {
  it('tells the whole call: queue, both offers, the talk, the hold, the end', () => {
    const call = callDocumentSchema.parse(fold(answeredCall('lab:1')))
    expect(call).toMatchObject({
      startedAt: morning,
      endedAt: morning + 76_000,
      end: 'customerHungUp',
      cause: 16,
      people: ['anna', 'boris'],
      visits: [
        { queue: 'support', enteredAt: morning + 1000, leftAt: morning + 16_000, outcome: 'answered' },
      ],
      offers: [
        { personId: 'anna', outcome: 'notAnswered' },
        { personId: 'boris', outcome: 'answered' },
      ],
      contacts: [{ personId: 'boris', beganAt: morning + 16_000, endedAt: morning + 76_000, heldMs: 10_000 }],
      holds: [{ by: 'agent', beganAt: morning + 30_000, endedAt: morning + 40_000 }],
    })
  })

  it('names the customer in one field only', () => {
    const { personal, ...rest } = callDocumentSchema.parse(fold(answeredCall('lab:1')))
    expect(personal.number).toBe('+4930231250199')
    expect(JSON.stringify(rest)).not.toMatch(/0231250199|Erika|\+49/)
  })

  it('is a line of each agent’s day, with their own part in it', () => {
    const call = callDocumentSchema.parse(fold(answeredCall('lab:1')))
    expect(todayCall(call, 'anna', morning, showParty)).toMatchObject({ outcome: 'notAnswered', talkMs: 0 })
    expect(todayCall(call, 'boris', morning, showParty)).toMatchObject({
      at: morning + 13_000,
      outcome: 'answered',
      talkMs: 60_000,
    })
  })

  it('that nobody answered belongs to whoever dialled it', () => {
    const call = callDocumentSchema.parse(fold(unansweredDial('lab:1', 'anna')))
    expect(call.people).toEqual(['anna'])
    expect(todayCall(call, 'anna', morning, showParty)).toMatchObject({
      at: morning,
      direction: 'outbound',
      outcome: 'notAnswered',
    })
    expect(todayCall(call, 'boris', morning, showParty)).toBeNull()
  })

  it('comes out the same when its beginning was never heard, as far as the rest tells', () => {
    const call = fold(answeredCall('lab:1').slice(5))
    expect(call).toMatchObject({
      startedAt: morning,
      visits: [{ enteredAt: morning + 1000 }],
      offers: [{ personId: 'boris', madeAt: morning + 13_000, outcome: 'answered' }],
    })
  })

  it('keeps what is known of a part when its beginning is told after its end', () => {
    const facts = answeredCall('lab:1')
    const inOrder = fold(facts)
    const backwards = fold([...facts].reverse())
    expect(backwards?.visits).toEqual(inOrder?.visits)
    expect(backwards?.offers.toReversed()).toEqual(inOrder?.offers)
    expect(backwards?.contacts).toEqual(inOrder?.contacts)
  })

  it('does not change when an entry comes twice, and takes entries of two nodes', () => {
    const calls = new Map<string, CallDocument>()
    const facts = answeredCall('lab:1')
    applyEntry(calls, entry(10, facts.slice(0, 9)))
    const once = calls.get('lab:1')
    applyEntry(calls, entry(10, facts.slice(0, 9)))
    expect(calls.get('lab:1')).toBe(once)
    applyEntry(calls, entry(3, facts.slice(9), 'two'))
    expect(calls.get('lab:1')).toMatchObject({
      endedAt: morning + 76_000,
      holds: [{ endedAt: morning + 40_000 }],
    })
  })

  it('of a completed consultation goes on in the call it was about, once', () => {
    const calls = new Map<string, CallDocument>()
    applyEntry(calls, entry(1, answeredCall('lab:1').slice(0, 9)))
    applyEntry(calls, entry(2, answeredCall('lab:2').slice(0, 9)))
    const merge = entry(3, [
      { pbx: 'lab', at: morning + 60_000, type: 'call.merged', callId: 'lab:1', mergedId: 'lab:2' },
    ])
    // The database took the one document before it was stopped, and not the other.
    const one = new Map(calls)
    applyEntry(one, merge)
    const half = new Map(calls)
    for (const call of one.values()) if (call._id === 'lab:1') half.set(call._id, call)
    applyEntry(half, merge)
    for (const outcome of [one, half]) {
      expect(outcome.get('lab:1')?.contacts.map(({ contactId }) => contactId)).toEqual([
        'lab:2/c1',
        'lab:1/c1',
      ])
      expect(outcome.get('lab:2')).toMatchObject({ mergedInto: 'lab:1', endedAt: morning + 60_000 })
    }
  })
})
