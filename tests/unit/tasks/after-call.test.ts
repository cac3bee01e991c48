import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { HeardCall } from '../../../server/history/heard-calls.ts'
import { afterCall } from '../../../server/tasks/after-call.ts'
import type { StoredTask } from '../../../server/tasks/task.ts'
import { hours, made, minute, noon, rules, who } from './support.ts'
import { stepped } from '../../../server/tasks/task.ts'

const call = (more: Partial<HeardCall> = {}): HeardCall => ({
  callId: 'pbx:9.9',
  direction: 'inbound',
  customerId: 'olena',
  number: '+380445551234',
  startedAt: noon + 10 * minute,
  endedAt: noon + 15 * minute,
  end: 'customerHungUp',
  dialledBy: null,
  visits: [],
  wasOffered: false,
  wasDialled: false,
  talks: [{ personId: 'lev', beganAt: noon + 11 * minute }],
  voicemail: false,
  ...more,
})
/** A call of Nina's that nobody answered. */
const tried = (callId: string, startedAt: number, more: Partial<HeardCall> = {}): HeardCall =>
  call({
    callId,
    direction: 'outbound',
    startedAt,
    endedAt: startedAt + 30_000,
    end: 'notAnswered',
    dialledBy: 'nina',
    wasOffered: false,
    wasDialled: true,
    talks: [],
    ...more,
  })
const after = (task: StoredTask, ...calls: HeardCall[]) =>
  calls.reduce((known, one) => afterCall(known, one, hours, rules), task)

describe('somebody talks with a customer who is to be called back', () => {
  it('closes the callback, whoever called whom, and says who talked in which call', () => {
    const closed = { how: 'talked', personId: 'lev', callId: 'pbx:9.9' }
    expect(after(made(), call())).toMatchObject({ state: 'closed', closed, attempts: [] })
    const out = call({ direction: 'outbound', dialledBy: 'lev' })
    expect(after(made(), out)).toMatchObject({ closed, attempts: [{ outcome: 'answered', personId: 'lev' }] })
    // While they still talk.
    expect(after(made(), call({ endedAt: null, end: null })).state).toBe('closed')
    // By the number, where nobody knows who it is.
    expect(after(made({ customerId: null }), call({ customerId: null })).state).toBe('closed')
    expect(after(made(), call({ customerId: null })).state).toBe('closed')
  })

  it('not in the call in which it was promised, not before, and not with somebody else at the same number', () => {
    const task = made()
    expect(after(task, call({ callId: 'pbx:1.1' }))).toBe(task)
    expect(after(task, call({ talks: [{ personId: 'lev', beganAt: noon - minute }] }))).toBe(task)
    expect(after(task, call({ customerId: 'ivan' }))).toBe(task)
    expect(after(task, call({ customerId: null, number: '+380671112233' }))).toBe(task)
    const errand = made({ kind: 'task' })
    expect(after(errand, call())).toBe(errand)
  })

  it('opened again, since it was not them, the same call does not close it twice', () => {
    const again = stepped(
      after(made(), call()),
      { do: 'reopen' },
      who('nina'),
      hours,
      noon + 20 * minute,
      rules,
    )
    expect(after(again, call({ customerId: 'olena' }))).toBe(again)
    const later = call({ callId: 'pbx:10.1', talks: [{ personId: 'nina', beganAt: noon + 30 * minute }] })
    expect(after(again, later).state).toBe('closed')
  })
})

describe('a customer who is called and not reached', () => {
  it('is to be tried again after a while, within their hours', () => {
    const task = made()
    const at = task.dueAt + minute
    const once = after(task, tried('pbx:2.1', at, { end: 'busy' }))
    expect(once).toMatchObject({ state: 'open', attempts: [{ callId: 'pbx:2.1', outcome: 'busy' }] })
    expect(once.dueAt).toBe(at + 30_000 + rules.spacingMs)
    expect(once.wakeAt).toBe(once.dueAt - rules.remindMs)
    // 20:30 in Kyiv: an hour later they are not called any more.
    const evening = Date.UTC(2026, 10, 30, 18, 30)
    expect(after(task, tried('pbx:2.2', evening)).dueAt).toBe(Date.UTC(2026, 11, 1, 6))
    // Tried long before it is due, it stays due when it was.
    expect(after(made({ dueAt: noon + 300 * minute }), tried('pbx:2.3', noon + minute)).dueAt).toBe(
      noon + 300 * minute,
    )
  })

  it('after so many tries those who see all are told, once', () => {
    const calls = [1, 2, 3, 4].map((n) => tried(`pbx:3.${n}`, noon + n * 70 * minute))
    expect(after(made(), ...calls.slice(0, 2)).escalatedAt).toBe(null)
    const third = after(made(), ...calls.slice(0, 3))
    expect(third.escalatedAt).toBe(calls[2]?.endedAt)
    const fourth = after(third, ...calls.slice(3))
    expect(fourth.escalatedAt).toBe(third.escalatedAt)
    expect(fourth.trail.filter(({ what }) => what === 'escalated')).toHaveLength(1)
  })

  it('is a try once, however often and in whatever order it is told', () => {
    const calls = [
      tried('pbx:4.1', noon + 70 * minute),
      tried('pbx:4.2', noon + 140 * minute, { end: 'busy' }),
      tried('pbx:4.3', noon + 210 * minute, { end: 'refused' }),
    ]
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...calls), { minLength: 1, maxLength: 12 }), (told) => {
        const task = after(made(), ...told)
        const ids = new Set(told.map(({ callId }) => callId))
        expect(task.attempts).toHaveLength(ids.size)
        expect(after(task, ...told)).toBe(task)
        expect(task.escalatedAt !== null).toBe(ids.size >= rules.attempts)
      }),
    )
  })
})
