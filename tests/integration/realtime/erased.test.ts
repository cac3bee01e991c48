import { afterEach, beforeEach, expect, it } from 'vitest'
import { Center } from './center.ts'

let center: Center

beforeEach(async () => {
  center = await new Center().start({ paceMs: 20 })
})
afterEach(() => center.stop())

const telling = /Olena|30231251/

it('who is erased is gone from consoles that show their last call, and from what is kept for those that were cut', async () => {
  const { story, realtime } = center
  const nina = await center.open('person-201').has('person:person-201')
  const petra = await center.open('supervisor').has('floor')
  const customer = story.customer()
  story.enters('support', customer)
  const declined = story.rings(customer, '202')
  story.dialEnds(customer, declined, 'busy')
  story.gone(declined, customer, 17)
  const phone = story.rings(customer, '201')
  story.answers(customer, phone, '201')
  story.asksToHangUp(customer)
  story.gone(phone, customer)
  story.gone(customer)
  await petra.until(
    () => petra.changes('floor').some((change) => change.type === 'floorCall.gone'),
    'the end on the floor',
  )
  await nina.until(
    () => nina.changes('person:person-201').some((change) => change.type === 'today.set'),
    'the call in the day',
  )
  const cut = nina.of('person:person-201').at(-1)
  const start = petra.of('floor')[0]
  if (!cut || !start) throw new Error('nothing was sent')
  nina.socket.disconnect()
  petra.socket.disconnect()

  story.happens({ type: 'call.erased', callId: customer })
  realtime.erased([customer], [])

  const back = center.open('person-201', {
    auth: { epoch: cut.epoch, have: { 'person:person-201': cut.seq } },
  })
  await back.until(() => back.of('person:person-201').length >= 2, 'the erasure')
  expect(
    back.of('person:person-201').map(({ kind, changes }) => [kind, changes.map(({ type }) => type)]),
  ).toEqual([
    ['delta', ['deskCall.gone']],
    ['delta', ['day.set', 'today.set']],
  ])
  expect(back.changes('person:person-201')).toContainEqual({
    type: 'deskCall.gone',
    callId: customer,
    reason: 'erased',
  })
  const late = center.open('supervisor', { auth: { epoch: start.epoch, have: { floor: start.seq } } })
  await late.has('floor')
  for (const console of [back, late, await center.open('person-201').has('person:person-201')]) {
    await console.settled()
    expect(JSON.stringify(console.received)).not.toMatch(telling)
  }
})
