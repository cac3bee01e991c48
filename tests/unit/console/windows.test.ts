import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { KeptCall } from '../../../client/phone/kept-calls.ts'
import { saidSchema } from '../../../client/phone/said.ts'
import { joinWindows, type Received, type Windows } from '../../../client/phone/windows.ts'

const call: KeptCall = {
  callId: 'one',
  localTag: 'a',
  remoteTag: 'b',
  number: '+49301234567',
  direction: 'inbound',
  isHeld: false,
  leftAt: 0,
}

/** The locks of a browser, as far as windows use them: one of each name, then whoever waits. */
class FakeLocks {
  private holder: { reject: (error: unknown) => void } | null = null
  private waiting: (() => void)[] = []
  request = (async (
    _name: string,
    how: LockOptions,
    work: (lock: Lock | null) => unknown,
  ): Promise<unknown> => {
    await Promise.resolve()
    if (how.steal === true) {
      this.holder?.reject(new DOMException('Stolen.', 'AbortError'))
      return this.hold(work)
    }
    if (this.holder === null) return this.hold(work)
    if (how.ifAvailable === true) return work(null)
    return new Promise<unknown>((resolve, reject) => {
      const mine = (): void => {
        this.hold(work).then(resolve, reject)
      }
      this.waiting.push(mine)
      how.signal?.addEventListener('abort', () => {
        this.waiting = this.waiting.filter((one) => one !== mine)
        reject(new DOMException('Not waited for.', 'AbortError'))
      })
    })
  }) as LockManager['request']
  private hold(work: (lock: Lock | null) => unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const mine = { reject }
      this.holder = mine
      const over = (): void => {
        if (this.holder !== mine) return
        this.holder = null
        this.waiting.shift()?.()
        resolve(null)
      }
      void Promise.resolve(work({} as Lock)).then(over)
    })
  }
}

/** A channel between windows. */
function fakeChannels() {
  const all = new Set<{ hear: (event: MessageEvent<unknown>) => void }>()
  return () => {
    const mine: { hear: (event: MessageEvent<unknown>) => void } = { hear: () => undefined }
    all.add(mine)
    return {
      postMessage: (data: unknown) => {
        for (const other of all) if (other !== mine) other.hear({ data } as MessageEvent<unknown>)
      },
      addEventListener: (_name: string, listener: (event: MessageEvent<unknown>) => void) =>
        (mine.hear = listener),
      close: () => all.delete(mine),
    } as unknown as BroadcastChannel
  }
}

let locks: FakeLocks
let channel: () => BroadcastChannel
beforeEach(() => {
  vi.useFakeTimers()
  locks = new FakeLocks()
  channel = fakeChannels()
})
afterEach(() => vi.useRealTimers())

interface Window {
  windows: Windows
  /** `here` with what came, `elsewhere`, `coming`, `answer`: in order. */
  told: (Received | string)[]
  /** What is on in it; null while something rings. */
  on: { calls: KeptCall[] | null }
}

async function open(page: string, hadIt = false, withLocks = true): Promise<Window> {
  const told: Window['told'] = []
  const on: Window['on'] = { calls: [] }
  const windows = joinWindows({
    ...{ personId: 'nina', page, hadIt, locks: withLocks ? locks : null, channel: channel() },
    onReceived: (received) => told.push(received),
    onElsewhere: () => told.push('elsewhere'),
    onComing: (coming) => {
      if (coming) told.push('coming')
    },
    onAnswer: () => told.push('answer'),
    giveable: () => on.calls,
    read: (data) => saidSchema.safeParse(data).data ?? null,
    waits: { answerMs: 100, graceMs: 200 },
  })
  await vi.advanceTimersByTimeAsync(0)
  return { windows, told, on }
}
const later = (ms: number) => vi.advanceTimersByTimeAsync(ms)
const nothing: Received = { from: null, calls: [] }

describe('of several windows of one person', () => {
  test('the first has the phone, and the others know it', async () => {
    const [one, two] = [await open('one'), await open('two')]
    expect(one.told).toEqual([nothing])
    expect(two.told).toEqual(['elsewhere'])
  })

  test('another takes it with what is talked in, and the first knows', async () => {
    const [one, two] = [await open('one'), await open('two')]
    one.on.calls = [call]
    two.windows.take()
    await later(0)
    expect(two.told).toEqual(['elsewhere', { from: 'one', calls: [call] }])
    expect(one.told).toEqual([nothing, 'elsewhere'])
    // And back.
    two.on.calls = [call]
    one.windows.take()
    await later(0)
    expect(one.told.at(-1)).toEqual({ from: 'two', calls: [call] })
  })

  test('what rings is answered or gone first, also from the other window', async () => {
    const [one, two] = [await open('one'), await open('two')]
    one.on.calls = null
    two.windows.take()
    await later(500)
    expect(two.told).toEqual(['elsewhere', 'coming'])
    two.windows.answerThere()
    expect(one.told).toEqual([nothing, 'answer'])
    one.on.calls = [call]
    one.windows.look()
    await later(0)
    expect(two.told.at(-1)).toEqual({ from: 'one', calls: [call] })
  })

  test('one that does not answer has it taken away', async () => {
    const one = await open('one')
    // It is asleep, and hears nothing.
    channel = fakeChannels()
    const awake = await open('awake')
    awake.windows.take()
    await later(99)
    expect(awake.told).toEqual(['elsewhere'])
    await later(1)
    expect(awake.told.at(-1)).toEqual(nothing)
    expect(one.told.at(-1)).toBe('elsewhere')
  })

  test('when it closes the next has it, with what was on', async () => {
    const [one, two, three] = [await open('one'), await open('two'), await open('three')]
    one.windows.leave([call])
    one.windows.stop()
    await later(199)
    expect(two.told).toEqual(['elsewhere'])
    await later(1)
    expect(two.told.at(-1)).toEqual({ from: null, calls: [call] })
    expect(three.told).toEqual(['elsewhere'])
  })

  test('a page that is loaded anew has it again, though another waited', async () => {
    const [one, two] = [await open('one'), await open('two')]
    one.windows.leave([call])
    one.windows.stop()
    await later(50)
    const again = await open('again', true)
    await later(1_000)
    expect(again.told).toEqual(['elsewhere', { from: 'two', calls: [] }])
    expect(two.told).toEqual(['elsewhere', 'elsewhere'])
  })
})

test('a browser without locks leaves it to the server', async () => {
  const one = await open('one', false, false)
  const two = await open('two', false, false)
  expect([one.told, two.told]).toEqual([[nothing], [nothing]])
})
