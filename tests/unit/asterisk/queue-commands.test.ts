import { beforeEach, expect, it } from 'vitest'
import { createQueueCommands, type QueueCommands } from '../../../server/asterisk/queue-commands.ts'
import type { RunningLink } from '../../../server/asterisk/link.ts'

/** What was said to the PBX in Kyiv, whose names have it before them here. */
let said: [string, object][]
let commands: QueueCommands
beforeEach(() => {
  said = []
  const link = {
    action: (name: string, fields: object) => {
      said.push([name, fields])
      return Promise.resolve({})
    },
  } as unknown as RunningLink
  commands = createQueueCommands({ of: (pbx) => (pbx === 'kyiv' ? link : undefined) }, (pbx) => `${pbx}/`)
})
const member = { pbx: 'kyiv', queue: 'kyiv/support', interface: 'kyiv/PJSIP/201-web' }

it('a browser phone is added to a queue with the penalty and name of the desk phone, paused or not, and removed', async () => {
  await commands.addMember({ ...member, penalty: 2, memberName: 'Nina' }, { paused: true, reason: 'lunch' })
  await commands.addMember({ ...member, penalty: 0, memberName: null }, { paused: false, reason: null })
  await commands.removeMember(member)
  const names = { Queue: 'support', Interface: 'PJSIP/201-web' }
  expect(said).toEqual([
    ['QueueAdd', { ...names, Penalty: '2', Paused: 'true', Reason: 'lunch', MemberName: 'Nina' }],
    ['QueueAdd', { ...names, Penalty: '0', Paused: 'false' }],
    ['QueueRemove', names],
  ])
})

it('nothing is said to a PBX that there is not', async () => {
  const nowhere = { ...member, pbx: 'lviv' }
  await expect(commands.removeMember(nowhere)).rejects.toMatchObject({ code: 'ami.not_connected' })
})
