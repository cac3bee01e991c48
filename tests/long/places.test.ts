import { expect, it, vi } from 'vitest'
import { did } from '../../lab/flows/stage.ts'
import { placeCall } from '../../lab/sipp/sipp.ts'
import { soon, usePlaces } from '../lab/support/places-stage.ts'

const on = usePlaces()

it(
  'a customer whose line is busy becomes a callback; the server is killed meanwhile, and nobody is called twice',
  { timeout: 90_000 },
  async () => {
    const number = '+494066969022'
    const trunk = await on.farEnd({ busy: [number] })
    const callId = await on.keepsPlace(number)
    await on.centre.stopServer('kill')
    await on.centre.startServer()
    await vi.waitFor(() => expect(on.petra.linkState()).toBe('live'), soon)
    await on.phone({ extension: '201' })
    await vi.waitFor(async () => expect(await on.tasksOf(number)).toHaveLength(1), soon)
    expect(await on.tasksOf(number)).toMatchObject([
      { kind: 'callback', place: { outcome: 'busy' }, attempts: [{ callId, outcome: 'busy' }] },
    ])
    const call = await on.petra.readCall(callId)
    expect(call).toMatchObject({ contacts: [], place: { outcome: 'busy' } })
    expect(call?.visits).toHaveLength(1)
    expect(trunk.log().match(/^INVITE /gm)).toHaveLength(1)
  },
)

it(
  'a place outlives a PBX that is started anew, and whoever calls again stands there',
  { timeout: 120_000 },
  async () => {
    const number = '+494066969023'
    const callId = await on.keepsPlace(number)
    await on.centre.pbx.restart('kill')
    await vi.waitFor(() => expect(on.petra.linkState()).toBe('live'), { ...soon, timeout: 40_000 })
    const waiting = async () => (await on.centre.pbx.cli('queue show support')).match(/wait:/g)
    await vi.waitFor(async () => expect(await waiting()).toHaveLength(1), { ...soon, timeout: 30_000 })
    expect(on.petra.floorCalls().find((call) => call.callId === callId)).toMatchObject({ stage: 'kept' })

    const again = await placeCall(on.centre.pbx, { from: number, to: did.support, hangUpAfterMs: 6_000 })
    await vi.waitFor(
      async () => expect((await on.petra.readCall(callId))?.place?.outcome).toBe('cameBack'),
      soon,
    )
    expect(await waiting()).toHaveLength(1)
    await again.ended
  },
)
