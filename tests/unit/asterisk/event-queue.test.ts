import { expect, it, vi } from 'vitest'
import { createEventQueue } from '../../../server/asterisk/event-queue.ts'
import type { PbxEvent } from '../../../server/floor/events.ts'

const event = (at: number): PbxEvent => ({ pbx: 'lab', at, arrivedAt: at, type: 'tick' })

function busyFor(ms: number): void {
  const until = performance.now() + ms
  while (performance.now() < until);
}

it('passes the events of one reading on together, before anything else has its turn', async () => {
  const seen: number[][] = []
  const queue = createEventQueue((events) => seen.push(events.map(({ at }) => at)))
  const turn = new Promise<void>((resolve) => {
    setImmediate(() => {
      expect(seen).toEqual([[1, 2]])
      resolve()
    })
  })

  queue.push(event(1))
  queue.push(event(2))

  await turn
})

it('lets the sockets be read between slices when the floor is slow, and keeps the order', async () => {
  const seen: number[] = []
  let rounds = 0
  const queue = createEventQueue((events) => {
    for (const { at } of events) {
      busyFor(0.3)
      seen.push(at)
    }
  })

  for (let at = 0; at <= 200; at++) queue.push(event(at))
  await Promise.resolve()
  const afterFirstSlice = queue.waiting()
  while (queue.waiting() > 0) {
    rounds += 1
    await new Promise((resolve) => setImmediate(resolve))
  }

  expect(afterFirstSlice).toBeGreaterThan(100)
  expect(rounds).toBeGreaterThan(2)
  expect(seen).toEqual(Array.from({ length: 201 }, (_, i) => i))
})

it('passes all on at once when it is drained', () => {
  const onEvents = vi.fn((events: readonly PbxEvent[]) => busyFor(0.3 * events.length))
  const queue = createEventQueue(onEvents)

  for (let at = 0; at <= 200; at++) queue.push(event(at))
  queue.drain()

  expect(queue.waiting()).toBe(0)
  expect(onEvents.mock.calls.flatMap(([events]) => events)).toHaveLength(201)
})
