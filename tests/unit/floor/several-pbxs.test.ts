import { describe, expect, it } from 'vitest'
import type { ChannelInfo, PbxEvent } from '../../../server/floor/events.ts'
import type { Fact } from '../../../server/floor/facts.ts'
import { createFloor, reduce } from '../../../server/floor/floor.ts'
import { extensionOfMember } from '../../../server/floor/members.ts'
import type { Floor } from '../../../server/floor/state.ts'
import type { FloorState } from '../../../server/floor/step.ts'
import { agentView, queueView } from '../../../server/floor/views.ts'

type Untimed = PbxEvent extends infer E
  ? E extends PbxEvent
    ? Omit<E, 'pbx' | 'at' | 'arrivedAt'>
    : never
  : never

const start = 1_764_000_000_000

/** Berlin and Kyiv, each with a queue `support`, a phone `PJSIP/201` and a trunk of the same name. */
function twoOffices() {
  const floor: Floor = createFloor({
    shortAbandonMs: 5_000,
    trunks: ['berlin/PJSIP/trunk', 'kyiv/PJSIP/trunk'],
  })
  const facts: Fact[] = []
  let now = start
  const happens = (pbx: string, event: Untimed, at = (now += 100)) => {
    facts.push(...reduce(floor, { ...event, pbx, at, arrivedAt: at }).facts)
  }
  happens('berlin', {
    type: 'desks.set',
    desks: [
      { extension: '201', interfaces: ['berlin/PJSIP/201'], personId: 'nina' },
      { extension: '7201', interfaces: ['kyiv/PJSIP/201'], personId: 'olha' },
    ],
  })
  const member = (pbx: string, name: string, stateInterface = name) =>
    happens(pbx, {
      type: 'member.set',
      member: {
        queue: `${pbx}/support`,
        interface: `${pbx}/${name}`,
        stateInterface: `${pbx}/${stateInterface}`,
        memberName: name,
        paused: false,
        pauseReason: null,
        deviceState: 'free',
      },
    })
  const calls = (pbx: string, id: string) => {
    const channelId = `${pbx}:${id}`
    const channel: ChannelInfo = {
      channelId,
      linkedId: channelId,
      name: `PJSIP/trunk-${id}`,
      device: `${pbx}/PJSIP/trunk`,
      localHalf: null,
      state: 'up',
      callerNumber: '+493023125990',
      callerName: null,
      callerRestricted: false,
      exten: '101',
      context: null,
      application: null,
    }
    happens(pbx, { type: 'channel.appeared', channel })
    happens(pbx, {
      type: 'queue.entered',
      queue: `${pbx}/support`,
      channelId,
      linkedId: channelId,
      position: 1,
    })
    return channelId
  }
  const offered = (pbx: string, channelId: string, memberInterface: string) =>
    happens(pbx, {
      type: 'queue.offered',
      queue: `${pbx}/support`,
      channelId,
      linkedId: channelId,
      calledId: `${channelId}.phone`,
      called: null,
      interface: `${pbx}/${memberInterface}`,
      memberName: memberInterface,
    })
  return { floor, facts, happens, member, calls, offered, time: () => now }
}

const empty = { channels: [], bridges: [], queues: [], members: [], waiting: [], parked: [], bootedAt: 1 }

describe('two PBXs with the same names', () => {
  it('ring each their own agent, and keep queues of one name apart', () => {
    const { floor, facts, member, calls, offered } = twoOffices()
    member('berlin', 'PJSIP/201')
    member('kyiv', 'PJSIP/201')
    const inBerlin = calls('berlin', '1.1')
    const inKyiv = calls('kyiv', '1.1')

    offered('kyiv', inKyiv, 'PJSIP/201')

    const offers = facts.filter((fact) => fact.type === 'offer.made')
    expect(offers).toMatchObject([
      { callId: inKyiv, extension: '7201', personId: 'olha', queue: 'kyiv/support' },
    ])
    expect(queueView(floor, 'berlin/support')).toMatchObject({ waiting: 1, agentsSignedIn: 1, agentsFree: 1 })
    expect(queueView(floor, 'kyiv/support')).toMatchObject({ waiting: 1, agentsFree: 0 })
    expect(floor.calls.get(inBerlin)?.offers).toEqual([])
  })

  it('say on which of them an agent has a phone', () => {
    const { floor } = twoOffices()
    const of = (extension: string) => {
      const agent = floor.agents.get(extension)
      return agent && agentView(floor, agent, null).pbxs
    }
    expect([of('201'), of('7201')]).toEqual([['berlin'], ['kyiv']])
  })

  it('that fall apart by hours do not end each other’s waits early, and one that dies takes only its own calls', () => {
    const { floor, facts, calls, happens, time } = twoOffices()
    const inBerlin = calls('berlin', '1.1')
    const inKyiv = calls('kyiv', '1.1')
    happens('berlin', {
      type: 'queue.left',
      queue: 'berlin/support',
      channelId: inBerlin,
      linkedId: inBerlin,
    })

    happens('kyiv', { type: 'tick' }, time() + 5 * 3_600_000)
    expect(facts.filter(({ type }) => type === 'call.dequeued')).toEqual([])

    happens('kyiv', { type: 'link.lost' })
    happens('kyiv', { type: 'snapshot', snapshot: { ...empty, bootedAt: 99_000_000 } })
    expect(floor.calls.get(inKyiv)?.endedAt).not.toBeNull()
    expect(floor.calls.get(inBerlin)?.endedAt).toBeNull()
    expect([...floor.queues.keys()]).toEqual(['berlin/support'])
  })
})

describe('a member written as FreePBX does', () => {
  it.each([
    ['berlin/Local/201@from-queue/n', 'berlin/hint:201@ext-local', '201'],
    ['kyiv/Local/201@from-queue/n', 'kyiv/hint:201@ext-local', '7201'],
    ['kyiv/Local/201@from-queue/n', 'kyiv/Local/201@from-queue/n', '7201'],
    ['kyiv/Local/7201@from-queue/n', 'kyiv/Local/7201@from-queue/n', '7201'],
    ['berlin/Local/7201@from-queue/n', 'berlin/hint:7201@ext-local', null],
    ['berlin/Agent/201', 'berlin/Agent/201', null],
  ])('%s with the state of %s is of desk %s', (interfaceName, stateInterface, extension) => {
    const { floor } = twoOffices()
    expect(extensionOfMember(floor as FloorState, { interface: interfaceName, stateInterface })).toBe(
      extension,
    )
  })
})

describe('a queue that the PBX has no more', () => {
  it('is let go once nobody is in it', () => {
    const { floor, member, happens } = twoOffices()
    member('berlin', 'PJSIP/201')
    happens('berlin', { type: 'snapshot', snapshot: { ...empty, queues: [] } })
    expect([...floor.queues.keys()]).toEqual([])
  })
})
