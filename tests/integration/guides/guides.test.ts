import { afterAll, beforeAll, expect, it } from 'vitest'
import { createGuides, type GuideKeeper } from '../../../server/guides/guides.ts'
import { createGuideStore } from '../../../server/guides/model.ts'
import type { Guide } from '../../../shared/guides.ts'
import { openOffice, type Office } from '../people/support.ts'

let office: Office
let boss: string
let guides: GuideKeeper
const guide = (greeting: string): Guide => ({ greeting, points: [], links: [] })

/** A server that starts now, on the database as it is. */
async function start(): Promise<GuideKeeper> {
  const store = createGuideStore(office.database.connection, () => undefined)
  const started = createGuides({ store, audit: office.people.audit })
  await started.load()
  return started
}

beforeAll(async () => {
  office = await openOffice('guides')
  boss = await office.add('boss', { roles: ['admin'] })
  guides = await start()
})
afterAll(() => office.close())

it('what is written for the number comes before the queue’s, and that before what is said to everybody', async () => {
  const call = { queue: 'support', dialled: '+49 30 23125101' }
  expect(guides.guideFor(call)).toBeNull()
  await guides.set('everybody', guide('to all'), null, boss)
  expect(guides.guideFor(call)?.greeting).toBe('to all')
  await guides.set('queue:support', guide('support'), null, boss)
  expect(guides.guideFor(call)?.greeting).toBe('support')
  await guides.set('number:493023125101', guide('this number'), null, boss)
  expect(guides.guideFor(call)?.greeting).toBe('this number')
  expect(guides.guideFor({ queue: 'sales', dialled: null })?.greeting).toBe('to all')
  await guides.remove('number:493023125101', 0, boss)
  expect((await start()).guideFor(call)?.greeting).toBe('support')
})

it('of two who write the same, the second is told; who changed what is kept', async () => {
  await guides.set('queue:sales', guide('first'), null, boss)
  await expect(guides.set('queue:sales', guide('late'), null, boss)).rejects.toMatchObject({
    code: 'edit.outdated',
  })
  await guides.set('queue:sales', guide('second'), 0, boss)
  await expect(guides.set('queue:sales', guide('late'), 0, boss)).rejects.toMatchObject({
    code: 'edit.outdated',
  })
  await expect(guides.remove('queue:sales', 0, boss)).rejects.toMatchObject({ code: 'edit.outdated' })
  const { entries } = await office.people.readAudit({ kind: 'changes' })
  const told = entries.filter(({ action, subject }) => action === 'guide.set' && subject === 'queue:sales')
  expect(told.flatMap(({ details }) => details)).toEqual(
    expect.arrayContaining([
      { field: 'greeting', before: null, after: 'first' },
      { field: 'greeting', before: 'first', after: 'second' },
    ]),
  )
  expect(told).toHaveLength(2)
})
