import { describe, expect, it } from 'vitest'
import { createNumberReader } from '../../../shared/number-reader.ts'
import { planOf } from '../../../shared/number-plan.ts'
import { createDoNotCall, type Blocked } from '../../../server/tasks/do-not-call.ts'
import { noon } from './support.ts'

function opened() {
  const kept = new Map<string, Blocked>()
  return createDoNotCall({
    store: {
      find: (number) => Promise.resolve(kept.get(number) ?? null),
      all: () => Promise.resolve([...kept.values()]),
      add: (blocked) => {
        if (!kept.has(blocked._id)) kept.set(blocked._id, blocked)
        return Promise.resolve()
      },
      remove: (number) => {
        kept.delete(number)
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
    expect(await list.list()).toMatchObject([noted])
    await expect(list.refuse('+493023125101')).rejects.toMatchObject({ code: 'task.do_not_call' })
    await list.remove('030 23125101')
    await list.refuse('+493023125101')
    expect(await list.check('030 23125101')).toBe(null)
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
