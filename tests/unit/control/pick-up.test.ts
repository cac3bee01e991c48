import { expect, it, vi } from 'vitest'
import type { CallCommands } from '../../../server/asterisk/call-commands.ts'
import { createDeskPhones } from '../../../server/control/desk-phone.ts'
import { createPickUps } from '../../../server/control/pick-up.ts'
import { AmiError } from '../../../server/asterisk/errors.ts'
import { Story } from '../floor/story.ts'

const dmytro = { personId: 'person-202', extension: '202' }
let serial = 1_000_000_000_000_000
const id = () => String((serial += 1))

function desk() {
  const story = new Story()
  const asked = vi.fn<CallCommands['pickUp']>(() => Promise.resolve())
  const pickUps = createPickUps({
    floor: () => story.floor,
    commands: { pickUp: asked, hangUp: () => Promise.resolve() },
    phoneOf: (extension) => ({ pbx: 'lab', device: `PJSIP/${extension}` }),
    nameOf: (personId) => (personId === 'person-201' ? 'Nina' : null),
    busy: new Set(),
    log: { warn: () => undefined },
  })
  return { story, asked, pickUps }
}

it('whoever is in no queue of the call may not take it; what rings no more is not to be had', async () => {
  const { story, asked, pickUps } = desk()
  await expect(pickUps.pickUp(dmytro, 'lab:none', id())).rejects.toMatchObject({ code: 'call.unknown' })
  const customer = story.customer()
  story.enters('sales', customer)
  const phone = story.rings(customer, '201', 'sales')
  await expect(pickUps.pickUp(dmytro, customer, id())).rejects.toMatchObject({ code: 'pick_up.not_allowed' })
  story.member('sales', 'PJSIP/202')
  story.dialEnds(customer, phone, 'notAnswered')
  await expect(pickUps.pickUp(dmytro, customer, id())).rejects.toMatchObject({ code: 'pick_up.caller_gone' })
  expect(asked).not.toHaveBeenCalled()
})

it('a colleague who answers first has it, and is named', async () => {
  const { story, asked, pickUps } = desk()
  const customer = story.customer()
  story.enters('support', customer)
  const phone = story.rings(customer, '201')
  const outcome = expect(pickUps.pickUp(dmytro, customer, id())).rejects.toMatchObject({
    code: 'pick_up.taken',
    detail: 'Nina',
  })
  await vi.waitFor(() => expect(asked).toHaveBeenCalledTimes(1))
  const before = story.facts.length
  story.answers(customer, phone, '201')
  pickUps.take(story.facts.slice(before))
  await outcome
})

it('a PBX that cannot tell a phone anything makes it deaf; what does not ring is not answered', async () => {
  const story = new Story()
  const phones = createDeskPhones({
    floor: () => story.floor,
    commands: { tellPhone: () => Promise.reject(new AmiError('ami.refused_action')) },
  })
  const customer = story.customer()
  await expect(phones.answer(customer, '201')).rejects.toMatchObject({ code: 'control.not_ringing' })
  story.enters('support', customer)
  story.rings(customer, '201')
  await expect(phones.answer(customer, '201')).rejects.toMatchObject({ code: 'control.phone_deaf' })
  expect(phones.isDeaf('PJSIP/201')).toBe(true)
})
