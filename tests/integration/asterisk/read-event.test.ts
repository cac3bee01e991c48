import createManager from 'asterisk-manager'
import { createServer, type AddressInfo } from 'node:net'
import { expect, it } from 'vitest'
import { readTrace, traceNames, unfilteredFolder } from '../../../lab/traces/trace.ts'
import type { AmiBlock } from '../../../server/asterisk/fields.ts'
import { readEvent } from '../../../server/asterisk/read-event.ts'
import { createSieve } from '../../../server/asterisk/sieve.ts'

const end = 'Event: TheEnd\r\nTimestamp: 1.0\r\n\r\n'

/** What the package itself makes of a stream that comes over a socket. */
async function readByPackage(stream: string): Promise<AmiBlock[]> {
  const server = createServer((socket) => socket.end(stream))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const manager = createManager(undefined, '127.0.0.1', 'nobody', '', false)
  const blocks: AmiBlock[] = []
  manager.removeAllListeners('rawevent')
  await new Promise<void>((resolve) => {
    manager.on('rawevent', (block: AmiBlock) => {
      if (block.event === 'TheEnd') resolve()
      else blocks.push(block)
    })
    manager.connect((server.address() as AddressInfo).port, '127.0.0.1', () => undefined)
  })
  manager.disconnect()
  server.close()
  return blocks
}

function blocksOf(stream: string): string[] {
  const blocks: string[] = []
  const sieve = createSieve({
    isUseless: () => false,
    onUseless: () => undefined,
    onText: (text) => blocks.push(text),
  })
  sieve.push(stream)
  return blocks
}

it('an event is read as the package reads it, in every recorded call', async () => {
  let compared = 0
  for (const folder of [undefined, unfilteredFolder]) {
    for (const name of traceNames(folder)) {
      const { pieces, start } = await readTrace(name, folder)
      const stream = Object.values(start).join('') + pieces.map(({ text }) => text).join('')
      const ours: AmiBlock[] = []
      for (const text of blocksOf(stream)) {
        const event = readEvent(text)
        if (event) compared += 1
        ours.push(...(event ? [event] : await readByPackage(text + end)))
      }
      expect(ours, name).toEqual(await readByPackage(stream + end))
    }
  }
  expect(compared).toBeGreaterThan(10_000)
})

it('variables and headers that come twice are read as the package reads them', async () => {
  const stream = [
    'Event: Hangup',
    'ChanVariable: PLACE=Kyiv=Київ',
    'ChanVariable: EMPTY=',
    'DestChanVariable: A=1',
    'DestChanVariable: B=2',
    'DestChanVariable: C=3',
    'AppData: a: b: c',
    'Variable: NAME(x)=<script>',
    'AccountCode: ',
    '',
    '',
  ].join('\r\n')
  expect([readEvent(stream)]).toEqual(await readByPackage(stream + end))
})
