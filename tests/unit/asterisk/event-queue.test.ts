import { expect, it, vi } from 'vitest'
import { createEventQueue } from '../../../server/asterisk/event-queue.ts'
import type { PbxEvent } from '../../../server/floor/events.ts'

const event = (at: number): PbxEvent => ({ pbx: 'lab', at, arrivedAt: at, type: 'tick' })

function busyFor(ms: number): void {
  const until = performance.now() + ms
  while (performance.now() < until);
}

it('passes an event on at once while the floor keeps up', () => {
  const seen: number[] = []
  const queue = createEventQueue(({ at }) => seen.push(at))

  queue.push(event(1))
  queue.push(event(2))

  expect(seen).toEqual([1, 2])
})

it('lets the sockets be read between slices when the floor is slow, and keeps the order', async () => {
  const seen: number[] = []
  let rounds = 0
  const queue = createEventQueue(({ at }) => {
    if (at === 0) for (let i = 1; i <= 200; i++) queue.push(event(i))
    busyFor(0.3)
    seen.push(at)
  })

  queue.push(event(0))
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
  const onEvent = vi.fn(() => busyFor(0.3))
  const queue = createEventQueue(onEvent)
  onEvent.mockImplementationOnce(() => {
    for (let i = 1; i <= 200; i++) queue.push(event(i))
  })

  queue.push(event(0))
  queue.drain()

  expect(queue.waiting()).toBe(0)
  expect(onEvent).toHaveBeenCalledTimes(201)
})
