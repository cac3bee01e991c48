import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { defaultBreaks, type StatusView } from '../../../shared/status.ts'
import { Center, type ConsoleClient } from './center.ts'

let center: Center
let statuses: Map<string, StatusView>
let presence: [string, boolean][]

const status = (extension: string, more: Partial<StatusView> = {}): StatusView => ({
  extension,
  personId: `person-${extension}`,
  state: 'ready',
  since: 1,
  until: null,
  reason: null,
  device: 'desk',
  deviceLost: false,
  by: 'agent',
  byName: null,
  next: null,
  extendSeconds: 0,
  missedNotice: null,
  queues: [],
  pbx: 'agrees',
  ...more,
})

beforeEach(async () => {
  statuses = new Map(['201', '202'].map((extension) => [extension, status(extension)]))
  presence = []
  center = await new Center().start({
    paceMs: 20,
    statusOf: (extension) => statuses.get(extension) ?? null,
    breaks: () => defaultBreaks,
    autoAnswer: () => ['sales'],
    onPresence: (personId, hasConsole) => presence.push([personId, hasConsole]),
  })
})
afterEach(() => center.stop())

const told = (console: ConsoleClient, topic: string) =>
  console.changes(topic).flatMap((change) => (change.type === 'status.set' ? [change.status] : []))

describe('a status', () => {
  it('is told to its agent with the breaks there are, to whoever watches the floor, and to nobody else', async () => {
    const own = await center.open('person-201').has('person:person-201')
    const other = await center.open('person-202').has('person:person-202')
    const supervisor = await center.open('supervisor').has('floor')
    expect(told(own, 'person:person-201')).toEqual([status('201')])
    expect(own.changes('person:person-201')).toContainEqual({
      type: 'breaks.set',
      breaks: [...defaultBreaks],
      autoAnswer: ['sales'],
    })
    expect(told(supervisor, 'floor')).toEqual([status('201'), status('202')])

    statuses.set('201', status('201', { state: 'wrapUp', until: 9 }))
    center.realtime.statusChanged('201')
    await own.until(() => told(own, 'person:person-201').at(-1)?.state === 'wrapUp', 'my own wrap-up')
    await supervisor.until(
      () => told(supervisor, 'floor').at(-1)?.state === 'wrapUp',
      'the wrap-up on the floor',
    )
    await other.settled()
    const elsewhere = other.received.flatMap(({ changes }) => changes)
    expect(elsewhere.filter((one) => one.type === 'status.set' && one.status.extension !== '202')).toEqual([])
  })

  it('of somebody without the right to a desk is not sent to them', async () => {
    center.rights.get('person-201')?.delete('desk.use')
    const own = await center.open('person-201').has('person:person-201')
    center.realtime.statusChanged('201')
    center.realtime.breaksChanged()
    await own.settled()
    const types = own.received.flatMap(({ changes }) => changes.map(({ type }) => type))
    expect(types).not.toContain('status.set')
    expect(types).not.toContain('breaks.set')
  })
})

describe('a console', () => {
  it('is there from the first that is opened to the last that is lost', async () => {
    const one = await center.open('person-201').has('link')
    const two = await center.open('person-201').has('link')
    expect([presence, center.realtime.hasConsole('person-201')]).toEqual([[['person-201', true]], true])
    one.socket.disconnect()
    two.socket.disconnect()
    await one.until(() => presence.length === 2, 'the last console lost')
    expect([presence.at(-1), center.realtime.hasConsole('person-201')]).toEqual([
      ['person-201', false],
      false,
    ])
  })
})
