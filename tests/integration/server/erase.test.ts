import { afterEach, describe, expect, it, vi } from 'vitest'
import { pauseBefore } from '../../../lab/simulator/simulator.ts'
import { compileTemplate } from '../../../lab/simulator/template.ts'
import { customerId, soon, withOlena } from './center.ts'
import { endServers } from './process.ts'

afterEach(endServers)

describe('erasing a customer over the API', { timeout: 90_000 }, () => {
  it('is for whoever has the right, when the call is over; then nobody knows who it was, and the audit says who erased', async () => {
    const { trace, number, pbx, server, database, calls, anna, ...others } = await withOlena('server-erase')
    const petra = others.petra.ask
    const path = `/api/customers/${customerId}`
    for (const [method, to] of [
      ['DELETE', path],
      ['GET', `${path}/erasure`],
    ] as const)
      expect(await petra(method, to)).toMatchObject({ status: 403, body: { code: 'right.missing' } })
    expect(await anna('GET', '/api/customers/nobody/erasure')).toMatchObject({ status: 404 })
    const card = { phones: 1, emails: 0, notes: 0, promises: 0, purchases: 0, timeline: 0 }
    const before = { name: 'Olena Kovalenko', isInCall: false, calls: 0, card }
    expect(await anna('GET', `${path}/erasure`)).toEqual({ status: 200, body: before })
    expect(await anna('DELETE', '/api/customers/nobody')).toMatchObject({
      status: 404,
      body: { code: 'customer.unknown' },
    })

    const hangUp = pauseBefore('HangupRequest')
    const playing = pbx.play(compileTemplate(trace), { speed: 4, pauses: [hangUp] })
    await vi.waitFor(
      async () => expect(await calls(), server.output()).toMatchObject([{ customerId, endedAt: null }]),
      soon,
    )
    expect(await anna('DELETE', path)).toMatchObject({ status: 409, body: { code: 'customer.in_call' } })
    expect((await anna('GET', `${path}/erasure`)).body).toMatchObject({ isInCall: true })
    hangUp.goOn()
    await playing
    const call = await vi.waitFor(async () => {
      const [only] = await calls()
      expect(only).toMatchObject({ customerId, end: 'customerHungUp' })
      return only
    }, soon)
    const callId = String(call?._id)
    const record = `/api/calls/${encodeURIComponent(callId)}`
    expect((await petra('GET', record)).body).toMatchObject({ party: { number } })

    await vi.waitFor(async () => {
      const { body } = await anna('GET', `${path}/erasure`)
      expect(body).toMatchObject({ isInCall: false, calls: 1, card: { timeline: 1 } })
    }, soon)
    expect(await anna('DELETE', path)).toEqual({ status: 200, body: { calls: 1 } })

    expect((await petra('GET', record)).body).toMatchObject({
      party: { number: null, name: null, erased: true },
      end: 'customerHungUp',
      contacts: [{}],
    })
    expect((await petra('GET', `${record}/why`)).body).toMatchObject({ party: { erased: true } })
    const download = await petra('GET', `${record}/trace`)
    expect(download).toMatchObject({ status: 200, body: { complete: true } })
    expect(JSON.stringify(download.body)).not.toContain(number.slice(3))
    expect(await petra('GET', path)).toMatchObject({ status: 404, body: { code: 'customer.unknown' } })
    expect(await database.collection('audit').findOne({ action: 'customer.erased' })).toMatchObject({
      subjectId: customerId,
    })
    expect(await anna('DELETE', path)).toMatchObject({ status: 404 })
    expect(server.output()).not.toContain(number.slice(3))
  })

  it('takes them off every console: the desk that writes the call up, the day, the floor, lists; also of who comes later', async () => {
    const { trace, number, pbx, server, anna, petra, nina } = await withOlena('server-erase-consoles')
    const telling = new RegExp(`${number.slice(3)}|Olena`)
    const desk = await nina.open()
    const floor = await petra.open()
    const hangUp = pauseBefore('HangupRequest')
    const playing = pbx.play(compileTemplate(trace), { speed: 4, pauses: [hangUp] })
    await vi.waitFor(() => expect(floor.shown(), server.output()).toMatch(telling), soon)
    hangUp.goOn()
    await playing
    await vi.waitFor(() => {
      const [call] = desk.mine()?.deskCalls.values() ?? []
      expect(call).toMatchObject({ state: 'ended', party: { number } })
      expect(desk.mine()?.pops.get(call?.callId ?? '')?.card?.name).toBe('Olena Kovalenko')
      expect([...(desk.mine()?.today.values() ?? [])]).toMatchObject([{ customerName: 'Olena Kovalenko' }])
    }, soon)
    const [callId = ''] = desk.mine()?.today.keys() ?? []

    expect(await anna('DELETE', `/api/customers/${customerId}`)).toEqual({ status: 200, body: { calls: 1 } })

    await vi.waitFor(() => expect(desk.shown()).not.toMatch(telling), soon)
    expect(desk.mine()).toMatchObject({ deskCalls: new Map(), pops: new Map(), left: null })
    expect(desk.mine()?.today.get(callId)).toMatchObject({
      outcome: 'answered',
      party: { number: null, erased: true },
      customerName: null,
    })
    await floor.settled()
    expect(floor.shown()).not.toMatch(telling)
    for (const person of [nina, petra]) {
      const reloaded = await person.open()
      await reloaded.settled()
      expect(reloaded.received()).not.toMatch(telling)
    }
    const list = await petra.ask('GET', `/api/calls?from=0&to=${Date.now() + 1_000}`)
    expect(list.body).toMatchObject({ calls: [{ callId, party: { number: null, erased: true } }] })
    expect(JSON.stringify(list.body)).not.toMatch(telling)
  })
})
