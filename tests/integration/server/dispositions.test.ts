import { randomUUID } from 'node:crypto'
import { afterEach, expect, it, vi } from 'vitest'
import { compileTemplate } from '../../../lab/simulator/template.ts'
import type { Card } from '../../../shared/customers.ts'
import type { CallDispositions, CurrentDispositions } from '../../../shared/dispositions.ts'
import { twoTrees } from '../../unit/dispositions/support.ts'
import { customerId, signedInAt, soon, withOlena } from './center.ts'
import { endServers, startServerProcess } from './process.ts'

afterEach(endServers)

it(
  'what came of a call is said by whoever talked, stands on every console and on the card, and outlives a SIGKILL',
  { timeout: 90_000 },
  async () => {
    const center = await withOlena('server-results')
    const { petra, nina, anna, server, pbx, trace } = center
    const settings = '/api/settings/dispositions'
    const { version } = (await petra.ask('GET', settings)).body as unknown as CurrentDispositions
    const queues = twoTrees.trees.map((tree) => ({ ...tree, required: true }))
    const wanted = { version, definition: { ...twoTrees, trees: queues } }
    expect((await nina.ask('PUT', settings, wanted)).body).toMatchObject({ code: 'right.missing' })
    expect((await petra.ask('PUT', settings, wanted)).body).toMatchObject({ version: version + 1 })
    expect((await anna('PUT', settings, wanted)).body).toMatchObject({ code: 'edit.outdated' })

    // given a call that Nina has talked in
    const consoles = [await nina.open(), await nina.open()]
    await vi.waitFor(() => expect(consoles[0]?.mine()?.dispositions).toBe(version + 1), soon)
    await pbx.play(compileTemplate(trace), { speed: 20 })
    const owed = () => [...(consoles[1]?.mine()?.today.values() ?? [])].filter((call) => call.owed)
    await vi.waitFor(() => expect(owed(), server.output()).toHaveLength(1), soon)
    const callId = owed()[0]?.callId ?? ''
    const queue = owed()[0]?.queue ?? ''
    expect((await nina.ask('GET', '/api/dispositions/unfinished')).body).toMatchObject({
      calls: [{ callId, queue, customerName: 'Olena Kovalenko' }],
    })
    expect((await petra.ask('GET', '/api/dispositions/unfinished/counts')).body).toMatchObject({
      people: [{ name: 'Person nina', calls: 1 }],
    })

    // when she says what came of it
    const path = `/api/calls/${callId}/disposition`
    const fields = [{ fieldId: 'order', value: 'A-17' }]
    const isSupport = queue === 'support'
    const request = {
      dispositionId: randomUUID(),
      treeId: isSupport ? 'support' : 'rest',
      code: isSupport ? 'call-back' : 'done',
      reason: '',
      fields: isSupport ? fields : [],
    }
    expect((await petra.ask('PUT', path, request)).body).toMatchObject({ code: 'call.not_yours' })
    expect((await anna('PUT', path, request)).body).toMatchObject({ code: 'right.missing' })
    const [one, again] = [await nina.ask('PUT', path, request), await nina.ask('PUT', path, request)]
    expect(again.body).toEqual(one.body)

    // then it stands on every console of hers, on the card, and nobody waits for it any more
    await vi.waitFor(() => expect(owed()).toEqual([]), soon)
    for (const each of consoles)
      expect(each.mine()?.today.get(callId)?.result?.path.at(-1)?.code).toBe(request.code)
    expect((await nina.ask('GET', '/api/dispositions/unfinished')).body).toEqual({ calls: [] })
    await vi.waitFor(async () => {
      const card = (await nina.ask('GET', `/api/customers/${customerId}`)).body as unknown as Card
      expect(card.timeline[0]?.result?.path.at(-1)?.code).toBe(request.code)
    }, soon)
    await vi.waitFor(async () => {
      const { used } = (await petra.ask('GET', settings)).body as unknown as { used: string[] }
      expect(used).toContain(`${request.treeId}:${request.code}`)
    }, soon)

    // and after a SIGKILL
    server.process.kill('SIGKILL')
    await server.exited
    const next = startServerProcess(center.settings)
    const later = await signedInAt(next, 'nina')
    const kept = (await later.ask('GET', path)).body as unknown as CallDispositions
    expect(kept).toEqual(one.body)
    const { mine } = await later.open()
    await vi.waitFor(
      () =>
        expect(mine()?.today.get(callId)).toMatchObject({ owed: false, result: { path: kept.mine?.path } }),
      soon,
    )
  },
)
