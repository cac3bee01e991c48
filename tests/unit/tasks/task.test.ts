import { describe, expect, it } from 'vitest'
import { problems, ProblemError, type ProblemCode } from '../../../shared/problems.ts'
import type { TaskStep } from '../../../shared/tasks.ts'
import { maySee, stepped, taskFrom, topicsOfTask, withoutCustomer } from '../../../server/tasks/task.ts'
import { hours, made, minute, noon, rules, wanted, who } from './support.ts'

const codeOf = (work: () => unknown): ProblemCode | null => {
  try {
    work()
    return null
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error
    expect(problems[error.code]).toBeDefined()
    return error.code
  }
}
const asked = (more: Parameters<typeof wanted>[0], number: string | null = '+380445551234') =>
  codeOf(() => taskFrom(wanted(more), { number, about: '', hours }, 'nina', noon, rules))
const step = (task: ReturnType<typeof made>, what: TaskStep, by = who('nina'), at = noon + minute) =>
  stepped(task, what, by, hours, at, rules)

describe('a callback that is promised', () => {
  it('is refused for a time that is over, for the night where the customer is, and without a number to call', () => {
    expect(asked({})).toBe(null)
    expect(asked({ dueAt: noon - 2 * minute })).toBe('task.in_the_past')
    // 20:30 in Berlin is 21:30 in Kyiv.
    expect(asked({ dueAt: Date.UTC(2026, 10, 30, 19, 30) })).toBe('task.outside_hours')
    expect(asked({ dueAt: Date.UTC(2026, 10, 30, 19, 30), timeZone: 'Europe/Berlin' })).toBe(null)
    expect(asked({}, null)).toBe('task.not_dialable')
    // What is no call may be done at night.
    expect(asked({ kind: 'task', dueAt: Date.UTC(2026, 10, 30, 22) }, null)).toBe(null)
  })

  it('that waited on a computer until its time was over is late, and not lost', () => {
    const madeAt = noon - 3 * 60 * minute
    expect(asked({ madeAt, dueAt: noon - 60 * minute })).toBe(null)
    // No promise is told to have been made tomorrow, or last year.
    const later = taskFrom(
      wanted({ madeAt: noon + 60 * minute }),
      { number: '+1', about: '', hours },
      'nina',
      noon,
      rules,
    )
    expect(later.madeAt).toBe(noon)
    expect(asked({ madeAt: 0, dueAt: noon - 30 * 24 * 60 * minute })).toBe('task.in_the_past')
  })

  it('wakes before it is due, then when it has been missed, then never', () => {
    const task = made()
    expect(task.wakeAt).toBe(task.dueAt - rules.remindMs)
    const reminded = step({ ...task, remindedAt: noon }, { do: 'take' })
    expect(reminded.wakeAt).toBe(task.dueAt + rules.escalateMs)
    expect(step({ ...reminded, escalatedAt: noon }, { do: 'letGo' }).wakeAt).toBe(null)
    expect(step(task, { do: 'done', text: '' }).wakeAt).toBe(null)
  })
})

describe('who may see and do a task', () => {
  it('is whose it is: a person’s, whoever has taken it, the agents of a queue, anybody; a supervisor’s are all', () => {
    const mine = made()
    const ofSales = made({ for: { kind: 'queue', queue: 'sales' } })
    const anybodys = made({ for: { kind: 'anybody' } })
    expect(maySee(mine, who('nina'))).toBe(true)
    expect(maySee(mine, who('lev'))).toBe(false)
    expect(maySee({ ...mine, takenBy: 'lev' }, who('lev'))).toBe(true)
    expect(maySee(ofSales, who('nina', 'agent', ['support']))).toBe(false)
    expect(maySee(ofSales, who('nina', 'agent', ['sales']))).toBe(true)
    expect(maySee(anybodys, who('chidi'))).toBe(true)
    for (const task of [mine, ofSales, anybodys]) {
      expect(maySee(task, who('petra', 'supervisor'))).toBe(true)
      expect(maySee(task, who('emil', 'marketing'))).toBe(false)
      expect(maySee(task, who('anna', 'admin'))).toBe(false)
    }
  })

  it('see it where it stands: all tasks, whose it is, and with whoever has taken it', () => {
    expect([...topicsOfTask(made())]).toEqual(['tasks:all', 'person:nina'])
    const taken = { ...made({ for: { kind: 'queue', queue: 'sales' } }), takenBy: 'lev' }
    expect([...topicsOfTask(taken)]).toEqual(['tasks:all', 'tasks:queue:sales', 'person:lev'])
    expect([...topicsOfTask(made({ for: { kind: 'anybody' } }))]).toEqual(['tasks:all', 'tasks:anybody'])
  })
})

describe('what is done with a task', () => {
  it('taken by one agent it is no other’s, save a supervisor’s; let go it is', () => {
    const taken = step(made({ for: { kind: 'anybody' } }), { do: 'take' }, who('nina'))
    expect(taken).toMatchObject({ takenBy: 'nina' })
    const others: TaskStep[] = [{ do: 'take' }, { do: 'done', text: '' }, { do: 'cancel', reason: 'No' }]
    for (const what of others) expect(codeOf(() => step(taken, what, who('chidi')))).toBe('task.taken')
    expect(step(taken, { do: 'take' }, who('petra', 'supervisor')).takenBy).toBe('petra')
    expect(step(step(taken, { do: 'letGo' }), { do: 'take' }, who('chidi')).takenBy).toBe('chidi')
  })

  it('postponed it reminds anew, within the customer’s hours', () => {
    const late = { ...made(), remindedAt: noon, escalatedAt: noon + 20 * minute }
    const dueAt = noon + 24 * 60 * minute
    expect(step(late, { do: 'postpone', dueAt })).toMatchObject({
      dueAt,
      remindedAt: null,
      escalatedAt: null,
      wakeAt: dueAt - rules.remindMs,
    })
    expect(codeOf(() => step(late, { do: 'postpone', dueAt: noon - 60 * minute }))).toBe('task.in_the_past')
    const night = Date.UTC(2026, 11, 1, 2)
    expect(codeOf(() => step(late, { do: 'postpone', dueAt: night }))).toBe('task.outside_hours')
  })

  it('handed on it is nobody’s until they take it; closed it is not changed, but opened again', () => {
    const handed = step(
      { ...made(), takenBy: 'nina' },
      { do: 'handOn', for: { kind: 'queue', queue: 'sales' } },
    )
    expect(handed).toMatchObject({ takenBy: null, for: { queue: 'sales' } })
    const done = step(handed, { do: 'done', text: 'Sent by post' })
    expect(done).toMatchObject({
      state: 'closed',
      closed: { how: 'done', personId: 'nina', text: 'Sent by post' },
    })
    expect(codeOf(() => step(done, { do: 'take' }))).toBe('task.closed')
    const again = step(done, { do: 'reopen' })
    expect(again).toMatchObject({ state: 'open', closed: null })
    expect(again.trail.map(({ what }) => what)).toEqual(['made', 'handedOn', 'done', 'reopened'])
  })

  it('of an erased customer nothing stays but that it was', () => {
    const text = JSON.stringify(
      withoutCustomer(step(made({ note: 'Ask for her son' }), { do: 'cancel', reason: 'Moved to Lviv' })),
    )
    expect(text).not.toMatch(/olena|Kovalchuk|380445551234|invoice|her |Lviv|pbx:1/i)
    expect(text).toContain('"state":"erased"')
  })
})
