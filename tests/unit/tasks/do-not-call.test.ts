import { describe, expect, it } from 'vitest'
import { createNumberReader } from '../../../shared/number-reader.ts'
import { planOf } from '../../../shared/number-plan.ts'
import { createDoNotCall, type Blocked } from '../../../server/tasks/do-not-call.ts'
import { noon } from './support.ts'

function opened() {
  const kept = new Map<string, Blocked>()
  return createDoNotCall({
    store: {
      find: (number) => {
        const found = kept.get(number)
        return Promise.resolve(found?.removedAt == null ? (found ?? null) : null)
      },
      all: (which, digits) =>
        Promise.resolve(
          [...kept.values()].filter(
            ({ _id, removedAt }) => _id.includes(digits) && (removedAt == null) === (which === 'listed'),
          ),
        ),
      add: (number, noted) => {
        const before = kept.get(number)
        if (before?.removedAt !== null)
          kept.set(number, {
            ...{ _id: number, at: noted.at, personId: noted.personId, reason: noted.reason },
            ...{ removedAt: null, trail: [...(before?.trail ?? []), noted] },
          })
        return Promise.resolve()
      },
      remove: (number, noted) => {
        const before = kept.get(number)
        if (before?.removedAt === null)
          kept.set(number, { ...before, removedAt: noted.at, trail: [...(before.trail ?? []), noted] })
        return Promise.resolve()
      },
      removeOld: (before) => {
        for (const [number, { removedAt }] of kept)
          if (removedAt != null && removedAt < before) kept.delete(number)
        return Promise.resolve()
      },
    },
    readNumber: createNumberReader(planOf('DE', []), 'DE'),
    nameOf: (personId) => `Person ${personId}`,
    now: () => noon,
  })
}

describe('a number that is not to be called', () => {
  it('is refused however it is written, with who noted it, when and why; what was noted first stays', async () => {
    const list = opened()
    await list.add('030 23125101', 'Asked us not to', 'nina')
    await list.add('+493023125101', 'Again', 'chidi')
    const noted = { number: '+493023125101', by: 'Person nina', at: noon, reason: 'Asked us not to' }
    expect(await list.check('0049 30 23125101')).toMatchObject(noted)
    expect(await list.list('listed')).toMatchObject([{ ...noted, removedAt: null }])
    await expect(list.refuse('+493023125101')).rejects.toMatchObject({ code: 'task.do_not_call' })
    await list.remove('030 23125101', 'They asked for a call', 'petra')
    await list.refuse('+493023125101')
    expect(await list.check('030 23125101')).toBe(null)
  })

  it('is taken off with a reason, and who did what stays to be read, until it is forgotten', async () => {
    const list = opened()
    await list.add('030 23125101', 'Asked us not to', 'nina')
    await list.remove('030 23125101', 'They asked for a call', 'petra')
    await list.remove('030 23125101', 'Again', 'petra')
    expect(await list.list('listed')).toEqual([])
    const steps = [
      { what: 'noted', by: 'Person nina', reason: 'Asked us not to' },
      { what: 'removed', by: 'Person petra', reason: 'They asked for a call' },
    ]
    expect(await list.list('removed', '23125')).toMatchObject([{ removedAt: noon, trail: steps }])
    expect(await list.list('removed', '999')).toEqual([])
    await list.add('030 23125101', 'Not any more', 'chidi')
    expect(await list.list('listed')).toMatchObject([
      {
        by: 'Person chidi',
        trail: [...steps, { what: 'noted', by: 'Person chidi', reason: 'Not any more' }],
      },
    ])
    await list.remove('030 23125101', 'By mistake', 'chidi')
    await list.clean(-1)
    expect(await list.list('removed')).toEqual([])
  })

  it('is never that of an emergency service, which goes through by hand', async () => {
    const list = opened()
    for (const number of ['112', '110', '911', '999'])
      await expect(list.add(number, 'By mistake', 'nina')).rejects.toMatchObject({
        code: 'task.not_dialable',
      })
    for (const number of ['112', '110', '911', '999']) expect(await list.check(number)).toBe(null)
    await list.refuse(null)
  })
})
