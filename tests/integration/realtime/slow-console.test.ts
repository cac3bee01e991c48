import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { setImmediate as turn } from 'node:timers/promises'
import type { Change } from '../../../shared/realtime.ts'
import { Center } from './center.ts'

let center: Center

beforeEach(async () => {
  center = await new Center().start()
})
afterEach(() => center.stop())

/** About 20 KB on the wire. */
const large = (n: number): Change => ({
  type: 'floorCall.gone',
  callId: `${n} ${'x'.repeat(20_000)}`,
})

/** Stops or starts reading at the console's end, as a machine that hangs. */
function reading(console: ReturnType<Center['open']>, on: boolean): void {
  const { transport } = console.socket.io.engine
  if (!('ws' in transport) || !isPausable(transport.ws)) throw new Error('not over a WebSocket')
  if (on) transport.ws.resume()
  else transport.ws.pause()
}

function isPausable(socket: unknown): socket is { pause: () => void; resume: () => void } {
  return typeof socket === 'object' && socket !== null && 'pause' in socket && 'resume' in socket
}

it('a console that does not read is not fed any more, and gets the newest state when it reads again', async () => {
  const slow = await center.open('supervisor').has('floor')
  const quick = await center.open('supervisor').has('floor')
  const { seq } = quick.of('floor')[0] ?? { seq: 0 }
  reading(slow, false)
  let sent = 0
  const publish = async () => {
    sent += 1
    center.realtime.publish('floor+names', [large(sent)])
    if (sent % 20 === 0) await turn()
  }
  while (center.realtime.status().behind === 0) await publish()
  expect(center.realtime.status()).toMatchObject({ behind: 1, fellBehind: 1, consoles: 2 })
  const sentBeforeFallingBehind = sent
  for (let n = 0; n < 2_000; n += 1) await publish()
  await vi.waitFor(() => expect(quick.of('floor').at(-1)?.seq).toBe(seq + sent), { timeout: 15_000 })

  reading(slow, true)
  await slow.until(() => slow.of('floor').at(-1)?.seq === seq + sent, 'the newest state')
  expect(slow.of('floor').at(-1)?.kind).toBe('snapshot')
  expect(center.realtime.status().behind).toBe(0)
  // 40 MB went by, and nothing of it waited for the slow one: two snapshots are all it got beside the first deltas.
  expect(slow.of('floor').length).toBeLessThanOrEqual(sentBeforeFallingBehind + 2)
  await publish()
  await slow.until(() => slow.of('floor').at(-1)?.seq === seq + sent, 'the next delta')
})
