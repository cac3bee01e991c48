import { createServer } from 'node:net'
import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  connectAmi,
  connectionTiming,
  type AmiConnection,
  type ConnectionTiming,
} from '../../../server/asterisk/connection.ts'
import type { AmiError } from '../../../server/asterisk/errors.ts'
import type { AmiBlock } from '../../../server/asterisk/fields.ts'
import { errorAnswer, listAnswer, startFakeAmi, type FakeAmi } from './support/fake-ami.ts'

let pbx: FakeAmi
const events: AmiBlock[] = []
const malformed: AmiBlock[] = []
const closed: AmiError[] = []
const leftOut: [string, string | undefined][] = []
const open: AmiConnection[] = []

beforeEach(async () => {
  pbx = await startFakeAmi()
  for (const list of [events, malformed, closed, leftOut, open]) list.length = 0
})

afterEach(async () => {
  for (const connection of open) connection.close()
  await pbx.close()
})

async function connect(
  more: { port?: number; secret?: string } = {},
  timing: Partial<ConnectionTiming> = {},
) {
  const connection = await connectAmi(
    { host: '127.0.0.1', port: pbx.port, username: 'ringcard', secret: 'right', ...more },
    {
      onEvent: (block) => events.push(block),
      onMalformed: (block) => malformed.push(block),
      isUseless: (event) => event === 'VarSet',
      onUseless: (event, timestamp) => leftOut.push([event, timestamp]),
      onClosed: (why) => closed.push(why),
    },
    { ...connectionTiming, ...timing },
  )
  open.push(connection)
  return connection
}

const names = () => events.map((each) => each.event)

describe('a connection that cannot be made', () => {
  it('says that nobody listens at the port', async () => {
    await pbx.close()

    await expect(connect()).rejects.toMatchObject({
      code: 'ami.unreachable',
      message: expect.stringContaining(`127.0.0.1:${pbx.port}, ECONNREFUSED`) as string,
    })
    pbx = await startFakeAmi()
  })

  it('says that the login was refused, and never shows the secret', async () => {
    const refused = await connect({ secret: 'wrong-secret' }).then(
      () => undefined,
      (error: unknown) => error,
    )

    expect(refused).toMatchObject({ code: 'ami.refused_login' })
    expect(inspect(refused, { depth: null })).not.toContain('wrong-secret')
    expect(closed).toEqual([])
  })

  it('says that something else than Asterisk answers', async () => {
    await pbx.close()
    pbx = await startFakeAmi({ greeting: 'SSH-2.0-OpenSSH_9.2\r\n' })

    await expect(connect()).rejects.toMatchObject({ code: 'ami.not_asterisk' })
  })

  it('gives a line up on which no greeting comes', async () => {
    await pbx.close()
    pbx = await startFakeAmi({ greeting: '' })

    await expect(connect({}, { connectMs: 50 })).rejects.toMatchObject({ code: 'ami.silent' })
  })

  it('gives a login up that nobody answers', async () => {
    pbx.answer('login', () => undefined)

    await expect(connect({}, { actionMs: 50 })).rejects.toMatchObject({ code: 'ami.silent' })
  })

  it('says that the line was closed before the greeting, as Asterisk does past its limit of logins', async () => {
    const door = createServer((socket) => socket.destroy())
    await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve))
    const address = door.address()

    const port = typeof address === 'object' && address ? address.port : 0
    await expect(connect({ port })).rejects.toMatchObject({ code: 'ami.unreachable' })
    await new Promise((resolve) => door.close(resolve))
  })
})

describe('an action', () => {
  it('is answered by its own answer, among others’ and events', async () => {
    const connection = await connect()
    pbx.answer('getvar', (request) => [
      'Event: Hold\nUniqueid: 1.1\nLinkedid: 1.1',
      'Response: Success\nActionID: somebody-else\nValue: theirs',
      `Response: Success\nActionID: ${request.actionid ?? ''}\nValue: ${request.variable ?? ''}`,
    ])

    const answers = await Promise.all(
      ['one', 'two'].map((Variable) => connection.action('Getvar', { Variable })),
    )

    expect(answers.map((answer) => answer.value)).toEqual(['one', 'two'])
    expect(names()).toEqual(['FullyBooted', 'Hold', 'Hold'])
  })

  it('fails with Asterisk’s own reason', async () => {
    const connection = await connect()
    pbx.answer('setvar', errorAnswer('No such channel'))

    await expect(connection.action('Setvar')).rejects.toMatchObject({
      code: 'ami.refused_action',
      detail: 'Setvar: No such channel',
    })
  })

  it('fails when no answer comes in time, and a late answer does no harm', async () => {
    const connection = await connect()
    let late = ''
    pbx.answer('slow', (request) => {
      late = request.actionid ?? ''
      return undefined
    })

    await expect(connection.action('Slow', {}, 30)).rejects.toMatchObject({
      code: 'ami.timeout',
      detail: 'Slow',
    })
    pbx.send(`Response: Success\nActionID: ${late}\nMessage: at last`)
    await connection.action('Ping')
    expect(closed).toEqual([])
  })

  it.each([
    ['a line break in a value', { Value: 'x\r\nAction: Originate' }],
    ['a lone line feed in a value', { Value: 'x\nAction: Originate' }],
    ['a null byte in a value', { Value: 'x\u0000' }],
    ['a line break in a key', { 'Value\r\nAction': 'Originate' }],
    ['a colon in a key', { 'Action: Originate': 'x' }],
    ['another action', { Action: 'Originate' }],
    ['another action id', { actionID: '1' }],
    ['a value that Asterisk would cut off', { Value: 'x'.repeat(1_100) }],
  ])('with %s is not sent', async (_what, fields) => {
    const connection = await connect()
    const before = pbx.requests.length

    await expect(connection.action('Setvar', fields)).rejects.toMatchObject({ code: 'ami.invalid_field' })
    await connection.action('Ping')

    expect(pbx.requests.slice(before).map((request) => request.action)).toEqual(['Ping'])
  })

  it('fails at once when the line is cut', async () => {
    const connection = await connect()
    pbx.answer('slow', () => undefined)
    const answer = connection.action('Slow')

    pbx.cut()

    await expect(answer).rejects.toMatchObject({ code: 'ami.closed' })
    await expect(connection.action('Ping')).rejects.toMatchObject({ code: 'ami.closed' })
    expect(closed.map((why) => why.code)).toEqual(['ami.closed'])
  })
})

describe('a list', () => {
  it('holds its own items and nothing that came among them', async () => {
    const connection = await connect()
    pbx.answer('QueueStatus', (request) => [
      ...(listAnswer('QueueStatus', [
        'Event: QueueParams\nQueue: support',
        'Event: QueueMember\nQueue: support',
      ])(request)?.flatMap((block) => [block, 'Event: Hold\nUniqueid: 1.1\nLinkedid: 1.1']) ?? []),
    ])

    const items = await connection.list('QueueStatus')

    expect(items.map((item) => item.event)).toEqual(['QueueParams', 'QueueMember'])
    expect(names().filter((name) => name === 'Hold')).toHaveLength(4)
  })

  it('that never ends fails in time', async () => {
    const connection = await connect()
    pbx.answer('QueueStatus', (request) => [
      `Response: Success\nActionID: ${request.actionid ?? ''}\nEventList: start`,
    ])

    await expect(connection.list('QueueStatus', {}, 30)).rejects.toMatchObject({ code: 'ami.timeout' })
  })
})

describe('what comes over the line', () => {
  it('survives blocks that are none, lines without a colon and stray line ends', async () => {
    const connection = await connect()

    pbx.sendRaw('Event: CoreShowChannelMapComplete\r\nX: 1\r\n\n\r\n')
    pbx.sendRaw('no colon here\r\n: nothing\r\n\r\n\r\n\r\n')
    pbx.sendRaw('Event: Hold\r\nUniqueid: 1.1\r\n\r\n')
    await connection.action('Ping')

    expect(names()).toEqual(['FullyBooted', 'CoreShowChannelMapComplete', 'Hold'])
    expect(malformed).toHaveLength(1)
  })

  it('is left out before it is parsed where nobody reads it, and its time is told', async () => {
    await connect()
    pbx.sendRaw(
      'Event: VarSet\r\nTimestamp: 1764000000.25\r\nVariable: A\r\n\r\nEvent: Hangup\r\nUniqueid: 1.1\r\n\r\n',
    )
    await vi.waitFor(() => expect(names()).toEqual(['FullyBooted', 'Hangup']))
    expect(leftOut).toEqual([['VarSet', '1764000000.25']])
  })

  it('is whole when it comes in pieces, letters of two bytes among them', async () => {
    const connection = await connect()
    const bytes = Buffer.from('Event: Newchannel\r\nCallerIDName: Олена\r\nUniqueid: 1.1\r\n\r\n').toString(
      'latin1',
    )
    const text = Buffer.from(bytes, 'latin1').toString('utf8')

    for (const letter of text) {
      pbx.sendRaw(letter)
      await new Promise((resolve) => setImmediate(resolve))
    }
    await connection.action('Ping')

    expect(events.at(-1)).toEqual({ event: 'Newchannel', calleridname: 'Олена', uniqueid: '1.1' })
  })

  it('cannot take the name of something of ours, or send the parser round in circles', async () => {
    const connection = await connect()

    for (const name of ['rawevent', 'error', 'close', 'connect', 'data', '__proto__'])
      pbx.send(`Event: ${name}\nX: 1`)
    pbx.send('Response: Success\nActionID: close', 'Response: Error\nActionID: 12345')
    await connection.action('Ping')

    expect(names()).toHaveLength(7)
    expect(closed).toEqual([])
  })

  it('is given up when a block never ends', async () => {
    await connect()
    const line = `Header: ${'x'.repeat(100_000)}\r\n`

    for (let i = 0; i < 12; i++) pbx.sendRaw(line)

    await vi.waitFor(() => expect(closed.map((why) => why.code)).toEqual(['ami.garbled']))
  })

  it('has nothing of an old connection in the new one', async () => {
    await connect()
    pbx.sendRaw('Event: Hangup\r\nUniqueid: 1.1\r\nCallerIDName: half an ev')
    pbx.cut()
    await vi.waitFor(() => expect(closed).toHaveLength(1))
    events.length = 0

    const connection = await connect()
    pbx.send('Event: Hold\nUniqueid: 2.2')
    await connection.action('Ping')

    expect(events).toMatchObject([{ event: 'FullyBooted' }, { event: 'Hold', uniqueid: '2.2' }])
  })
})

describe('a half-open line', () => {
  it('is given up when even a Ping is not answered', async () => {
    await connect({}, { pingMs: 20, silenceMs: 60 })
    pbx.answer('ping', () => undefined)

    await vi.waitFor(() => expect(closed.map((why) => why.code)).toEqual(['ami.silent']))
  })

  it('is not suspected while Pings are answered', async () => {
    await connect({}, { pingMs: 10, silenceMs: 60 })

    await vi.waitFor(() =>
      expect(pbx.requests.filter((request) => request.action === 'Ping').length).toBeGreaterThan(15),
    )
    expect(closed).toEqual([])
  })
})

it('writes nothing to the console, whatever happens', async () => {
  const written = (['log', 'warn', 'error', 'info'] as const).map((name) =>
    vi.spyOn(console, name).mockImplementation(() => undefined),
  )

  const connection = await connect()
  pbx.cut()
  await vi.waitFor(() => expect(closed).toHaveLength(1))
  await connection.action('Ping').catch(() => undefined)
  await connect({ secret: 'wrong' }).catch(() => undefined)

  for (const spy of written) {
    expect(spy).not.toHaveBeenCalled()
    spy.mockRestore()
  }
})
