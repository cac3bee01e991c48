import { afterEach, expect, it } from 'vitest'
import type { Pop } from '../../../shared/customers.ts'
import { Center } from './center.ts'

const center = new Center()
afterEach(() => center.stop())

const open: Pop = { match: { outcome: 'one', by: 'sameNumber', candidates: [] }, card: null }
const closed: Pop = { ...open, verification: { state: 'unverified', level: 'none', by: null, pin: null } }

it('other parts of cards are open: each desk that shows a call is told its card anew, and whoever comes back gets no older one', async () => {
  let pop = open
  await center.start({ popOf: () => pop })
  const topic = 'person:person-201'
  const nina = await center.open('person-201').has(topic)
  const { story, realtime } = center
  const customer = story.customer()
  const pops = () => nina.changes(topic).flatMap((change) => (change.type === 'pop.set' ? [change.pop] : []))
  story.rings(customer, '201')
  await nina.until(() => pops().length === 1, 'the card of the call')
  const before = nina.of(topic)[0]

  pop = closed
  realtime.cardsChanged()

  await nina.until(() => pops().length === 2, 'the card anew')
  expect(pops()).toEqual([open, closed])
  const back = center.open('person-201', {
    auth: { epoch: before?.epoch ?? '', have: { [topic]: before?.seq ?? 0 } },
  })
  await back.has(topic)
  await back.settled()
  expect(back.changes(topic).filter(({ type }) => type === 'pop.set')).toEqual([
    { type: 'pop.set', callId: customer, pop: closed },
  ])
})
