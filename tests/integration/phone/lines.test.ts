import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { waitUntil } from '../../../lab/asterisk/process.ts'
import type { Endpoints } from '../../../server/asterisk/endpoints.ts'
import { AmiError } from '../../../server/asterisk/errors.ts'
import type { Caller } from '../../../server/people/people.ts'
import { createPhones, type Phones } from '../../../server/phone/phone.ts'
import { servePhoneLines } from '../../../server/phone/socket.ts'
import { phoneClosed } from '../../../shared/phone.ts'
import type { Right } from '../../../shared/people.ts'
import { ProblemError } from '../../../shared/problems.ts'

const page = 'window-0000000000000001'
const otherPage = 'window-0000000000000002'
const callers: Record<string, Caller> = {
  nina: {
    sessionId: 'session-nina',
    personId: 'nina',
    csrfToken: '',
    rights: new Set<Right>(['desk.use']),
    extension: '201',
  },
  lev: {
    sessionId: 'session-lev',
    personId: 'lev',
    csrfToken: '',
    rights: new Set<Right>(['card.read']),
    extension: null,
  },
}
const nina = callers['nina'] as Caller

/** Asterisk's side: what it got, and what it says. */
interface FakePbx {
  url: string
  got: string[]
  say: (text: string) => void
  open: () => number
  close: () => Promise<void>
}

async function fakePbx(): Promise<FakePbx> {
  const got: string[] = []
  const sockets = new Set<WebSocket>()
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => 'sip' })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('message', (data: Buffer) => {
      const text = data.toString('utf8')
      got.push(text)
      // Takes a registration back as Asterisk does, asking for the digest first.
      const callId = /^Call-ID: (.*)$/m.exec(text)?.[1]?.trim() ?? ''
      if (!text.startsWith('REGISTER') || !text.includes('Contact: *')) return
      const status = text.includes('Authorization') ? '200 OK' : '401 Unauthorized'
      const challenge = 'WWW-Authenticate: Digest realm="asterisk",nonce="n",qop="auth"'
      socket.send(`SIP/2.0 ${status}\r\n${challenge}\r\nCall-ID: ${callId}\r\nCSeq: 1 REGISTER\r\n\r\n`)
    })
  })
  await new Promise((resolve) => server.once('listening', resolve))
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/ws`,
    got,
    say: (text) => sockets.forEach((socket) => socket.send(text)),
    open: () => sockets.size,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.terminate()
        server.close(() => resolve())
      }),
  }
}

let pbx: FakePbx
let phones: Phones
let origin: string
let close: () => Promise<void>
/** What Asterisk has, by `auth`. */
let secrets: Map<string, string>
let endpoints: Endpoints
let live: Set<string>
let desks: { extension: string; interfaces: string[]; personId: string | null }[]
let refused: string[]
/** Which phone was said to be in use, in order. */
let used: [string, string | null][]
/** Devices whose page was left in a call that nobody took over. */
let abandoned: string[]

beforeEach(async () => {
  pbx = await fakePbx()
  secrets = new Map()
  live = new Set(['session-nina', 'session-lev'])
  desks = [{ extension: '201', interfaces: ['PJSIP/201', 'PJSIP/201-web'], personId: 'nina' }]
  refused = []
  used = []
  abandoned = []
  endpoints = {
    browserEndpoint: (endpoint) => Promise.resolve(endpoint.endsWith('-web') ? { auth: endpoint } : null),
    setSecret: (_endpoint, auth, secret) => {
      secrets.set(auth, secret)
      return Promise.resolve(true)
    },
    hasSecret: (auth) => Promise.resolve(secrets.has(auth)),
  }
  phones = createPhones({
    people: {
      directory: () => desks,
      devicesOf: (extension) => desks.find((desk) => desk.extension === extension)?.interfaces ?? [],
      isLive: (sessionId) => live.has(sessionId),
      rightsOf: (personId) => callers[personId]?.rights ?? new Set(),
      deskOf: (personId) => callers[personId]?.extension ?? null,
    },
    placeOf: (device) => ({ pbx: 'main', endpoint: device.replace('PJSIP/', ''), url: pbx.url }),
    endpointsOf: () => endpoints,
    onUse: (extension, browser) => used.push([extension, browser]),
    onLeft: (device) => abandoned.push(device),
    takenBackWithinMs: 200,
    log: { info: () => undefined, warn: (fields) => refused.push(JSON.stringify(fields)) },
  })
  const httpServer = createServer()
  servePhoneLines({
    httpServer,
    phones,
    authenticate: (cookies) => {
      const caller = callers[/who=(\w+)/.exec(cookies ?? '')?.[1] ?? '']
      if (caller === undefined) throw new ProblemError('session.required')
      return caller
    },
    publicOrigin: '',
    log: { error: () => undefined },
  })
  await new Promise<void>((resolve) => httpServer.listen(0, '127.0.0.1', resolve))
  origin = `127.0.0.1:${(httpServer.address() as AddressInfo).port}`
  close = async () => {
    phones.stop()
    httpServer.closeAllConnections()
    httpServer.close()
    await pbx.close()
  }
})
afterEach(() => close())

/** A browser that connects; `status` of the refusal, or of its end. */
interface Browser {
  socket: WebSocket
  heard: string[]
  ended: Promise<number>
}

async function connect(
  more: { who?: string; window?: string; origin?: string; protocol?: string } = {},
): Promise<Browser> {
  const socket = new WebSocket(`ws://${origin}/sip?window=${more.window ?? page}`, more.protocol ?? 'sip', {
    headers: { cookie: `who=${more.who ?? 'nina'}`, origin: more.origin ?? `http://${origin}` },
  })
  const heard: string[] = []
  socket.on('message', (data: Buffer) => heard.push(data.toString('utf8')))
  const ended = new Promise<number>((resolve) => socket.once('close', resolve))
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('unexpected-response', (_request, response) =>
      reject(new Error(`refused ${response.statusCode ?? 0}`)),
    )
    socket.once('error', reject)
  })
  return { socket, heard, ended }
}

const message = (start: string, about: string, more: string[] = [], callId = 'call1') =>
  [
    start,
    'Via: SIP/2.0/WS x.invalid;branch=z9hG4bK1',
    'From: <sip:201-web@ringcard.invalid>;tag=a',
    'To: <sip:201-web@ringcard.invalid>',
    `Call-ID: ${callId}`,
    `CSeq: 1 ${about}`,
    ...more,
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n')
const register = message('REGISTER sip:ringcard.invalid SIP/2.0', 'REGISTER', [
  'Contact: <sip:a@x.invalid;transport=ws>',
])
const incoming = message('INVITE sip:a@x.invalid SIP/2.0', 'INVITE', [], 'incoming')
const answered = message('SIP/2.0 200 OK', 'INVITE', [], 'incoming').replace(
  'To: <sip:201-web@ringcard.invalid>',
  'To: <sip:a@x.invalid>;tag=b',
)
const bye = message('BYE sip:x@1.2.3.4 SIP/2.0', 'BYE', [], 'incoming').replace(
  'To: <sip:201-web@ringcard.invalid>',
  'To: <sip:1@1.2.3.4>;tag=b',
)

async function inCall(): Promise<Browser> {
  const browser = await connect()
  await waitUntil('Asterisk to be reached', () => pbx.open() === 1)
  pbx.say(incoming)
  await waitUntil('the call to come', () => browser.heard.length === 1)
  browser.socket.send(answered)
  await waitUntil('the answer to arrive', () => pbx.got.some((text) => text.startsWith('SIP/2.0 200')))
  return browser
}

describe('the secret of a phone', () => {
  it('is new each time, and is what Asterisk has', async () => {
    const first = await phones.open(nina, page)
    expect(first).toMatchObject({ endpoint: '201-web', extension: '201' })
    expect(first.secret.length).toBeGreaterThanOrEqual(32)
    expect(secrets.get('201-web')).toBe(first.secret)
    const second = await phones.open(nina, page)
    expect(second.secret).not.toBe(first.secret)
    expect(secrets.get('201-web')).toBe(second.secret)
  })

  it('is void once the session, the right or the desk is gone', async () => {
    for (const lose of [
      () => live.delete('session-nina'),
      () => (desks = [{ extension: '201', interfaces: ['PJSIP/201'], personId: 'nina' }]),
    ]) {
      const { secret } = await phones.open(nina, page)
      lose()
      phones.peopleChanged()
      await waitUntil('it to be void', () => secrets.get('201-web') !== secret)
      live.add('session-nina')
      desks = [{ extension: '201', interfaces: ['PJSIP/201', 'PJSIP/201-web'], personId: 'nina' }]
    }
  })

  it('is void when the agent takes the desk phone, in whichever window; and who uses which is told', async () => {
    const { secret } = await phones.open(nina, page)
    phones.close({ personId: 'lev', extension: '201' })
    expect(secrets.get('201-web')).toBe(secret)
    phones.close(nina)
    await waitUntil('it to be void', () => secrets.get('201-web') !== secret)
    expect(used.at(0)).toEqual(['201', 'PJSIP/201-web'])
    expect(used.at(-1)).toEqual(['201', null])
    expect(phones.browserOf('201')).toBe('PJSIP/201-web')
    expect(phones.browserOf('299')).toBeNull()
  })

  it('of a server that is no more, and one that could not be made void, are void once the PBX is heard', async () => {
    secrets.set('201-web', 'from before')
    await phones.settle('main')
    expect(secrets.get('201-web')).not.toBe('from before')

    const { secret } = await phones.open(nina, page)
    const { setSecret } = endpoints
    endpoints.setSecret = () => Promise.reject(new AmiError('ami.not_connected'))
    live.delete('session-nina')
    phones.peopleChanged()
    await waitUntil('somebody to be told', () => refused.some((line) => line.includes('201-web')))
    expect(secrets.get('201-web')).toBe(secret)
    endpoints.setSecret = setSecret
    await phones.settle('main')
    expect(secrets.get('201-web')).not.toBe(secret)
  })

  it('is set again where the PBX lost it', async () => {
    const { secret } = await phones.open(nina, page)
    secrets.clear()
    await phones.settle('main')
    expect(secrets.get('201-web')).toBe(secret)
  })

  it.each([
    ['no browser phone stands there', () => (desks = []), 'phone.none'],
    [
      'Asterisk has another one than it was given',
      () => (endpoints.setSecret = () => Promise.resolve(false)),
      'phone.not_set_up',
    ],
    [
      'anybody could register there',
      () => (endpoints.browserEndpoint = () => Promise.resolve({ auth: null })),
      'phone.not_set_up',
    ],
    [
      'the PBX is away',
      () => (endpoints.browserEndpoint = () => Promise.reject(new AmiError('ami.not_connected'))),
      'pbx.unreachable',
    ],
    [
      'the AMI user may not',
      () => (endpoints.setSecret = () => Promise.reject(new AmiError('ami.refused_action'))),
      'phone.not_set_up',
    ],
  ])('is not given where %s', async (_what, spoil, code) => {
    spoil()
    await expect(phones.open(nina, page)).rejects.toMatchObject({ code })
  })

  it('is not given as often as somebody likes', async () => {
    for (let times = 0; times < 10; times += 1) await phones.open(nina, page)
    await expect(phones.open(nina, page)).rejects.toMatchObject({ code: 'request.throttled' })
  })
})

describe('the line of a phone', () => {
  it.each([
    ['without a session', { who: 'nobody' }, 401],
    ['without the right', { who: 'lev' }, 403],
    ['from another origin', { origin: 'https://evil.example' }, 403],
    ['by another protocol', { protocol: 'chat' }, 400],
    ['by a window that has not asked for it', { window: otherPage }, 409],
  ])('is refused %s', async (_what, how, status) => {
    await phones.open(nina, page)
    await expect(connect(how)).rejects.toThrow(`refused ${status}`)
  })

  it('carries both ways what belongs to that phone', async () => {
    await phones.open(nina, page)
    const browser = await connect()
    browser.socket.send(register)
    await waitUntil('the registration to arrive', () => pbx.got.includes(register))
    pbx.say(incoming)
    await waitUntil('the call to come', () => browser.heard.includes(incoming))
  })

  it('is closed for what is not, and nothing of it arrives', async () => {
    await phones.open(nina, page)
    const browser = await connect()
    await waitUntil('Asterisk to be reached', () => pbx.open() === 1)
    browser.socket.send(register.replaceAll('201-web', '202-web'))
    expect(await browser.ended).toBe(phoneClosed.notAllowed)
    expect(pbx.got).toEqual([])
  })

  it('is one for each phone: the newest window has it, unless the other is in a call', async () => {
    await phones.open(nina, page)
    const first = await connect()
    await phones.open(nina, otherPage)
    expect(await first.ended).toBe(phoneClosed.takenOver)
    await expect(connect()).rejects.toThrow('refused 409')

    await phones.open(nina, page)
    await inCall()
    await expect(phones.open(nina, otherPage)).rejects.toMatchObject({ code: 'phone.in_call' })
  })

  it('of a page that is left in a call: the next page may take that call over, and no other may', async () => {
    await phones.open(nina, page)
    const before = await inCall()
    before.socket.close(1001)
    await before.ended
    await waitUntil('Asterisk’s side to be closed', () => pbx.open() === 0)
    await phones.open(nina, otherPage)
    const next = await connect({ window: otherPage })
    const takesOver = message('INVITE sip:201@ringcard.invalid SIP/2.0', 'INVITE', [
      'Contact: <sip:a@x.invalid;transport=ws>',
      'Replaces: incoming;to-tag=b;from-tag=a',
    ])
    next.socket.send(takesOver)
    await waitUntil('it to arrive', () => pbx.got.includes(takesOver))
    pbx.say(message('SIP/2.0 200 OK', 'INVITE'))
    await waitUntil('the answer to come', () => next.heard.length === 1)
    await new Promise((resolve) => setTimeout(resolve, 400))
    expect(abandoned).toEqual([])
    next.socket.send(takesOver.replace('incoming;', 'somebody;'))
    expect(await next.ended).toBe(phoneClosed.notAllowed)
  })

  it('in a call that one window gives to another: that one may take it over, the first is told, and nobody is left in silence', async () => {
    await phones.open(nina, page)
    const before = await inCall()
    await expect(phones.open(nina, otherPage, 'window-0000000000000003')).rejects.toMatchObject({
      code: 'phone.in_call',
    })
    await phones.open(nina, otherPage, page)
    expect(await before.ended).toBe(phoneClosed.takenOver)
    const next = await connect({ window: otherPage })
    const takesOver = message('INVITE sip:201@ringcard.invalid SIP/2.0', 'INVITE', [
      'Contact: <sip:a@x.invalid;transport=ws>',
      'Replaces: incoming;to-tag=b;from-tag=a',
    ])
    next.socket.send(takesOver)
    await waitUntil('it to arrive', () => pbx.got.includes(takesOver))
    expect(abandoned).toEqual([])
    // It was not answered.
    await waitUntil('it to be told', () => abandoned.length === 1)
  })

  it('of a page that is left in a call, which none takes over, is told; of one that is only cut off not', async () => {
    await phones.open(nina, page)
    const cut = await inCall()
    cut.socket.terminate()
    await cut.ended
    await new Promise((resolve) => setTimeout(resolve, 400))
    expect(abandoned).toEqual([])
    const back = await connect()
    back.socket.close(1001)
    await waitUntil('it to be told', () => abandoned.length === 1)
    expect(abandoned).toEqual(['PJSIP/201-web'])
  })

  it('at sign-out: the registration is taken back, and the line closed', async () => {
    const { secret } = await phones.open(nina, page)
    const browser = await connect()
    browser.socket.send(register)
    await waitUntil('the registration to arrive', () => pbx.got.length === 1)
    live.delete('session-nina')
    phones.peopleChanged()
    expect(await browser.ended).toBe(phoneClosed.ended)
    const taken = pbx.got.filter((text) => text.includes('Contact: *'))
    expect(taken.map((text) => text.includes('Authorization'))).toEqual([false, true])
    expect(browser.heard).toEqual([])
    expect(secrets.get('201-web')).not.toBe(secret)
    await waitUntil('the line to Asterisk to be closed', () => pbx.open() === 0)
  })

  it('at sign-out in a call: the call goes on, nothing else begins, and its end closes the line', async () => {
    const { secret } = await phones.open(nina, page)
    const browser = await inCall()
    live.delete('session-nina')
    phones.peopleChanged()
    await waitUntil('the secret to be void', () => secrets.get('201-web') !== secret)
    browser.socket.send(register)
    browser.socket.send(bye)
    await waitUntil('the end to arrive', () => pbx.got.some((text) => text.startsWith('BYE')))
    expect(pbx.got).not.toContain(register)
    expect(await browser.ended).toBe(phoneClosed.ended)
  })

  it('ends with Asterisk’s, and with the server', async () => {
    await phones.open(nina, page)
    const first = await connect()
    await waitUntil('Asterisk to be reached', () => pbx.open() === 1)
    await pbx.close()
    expect(await first.ended).toBe(phoneClosed.pbxAway)
    const second = await connect()
    phones.stop()
    expect([phoneClosed.stopping, phoneClosed.pbxAway]).toContain(await second.ended)
  })

  it('is closed for a phone that talks without end', async () => {
    await phones.open(nina, page)
    const browser = await connect()
    await waitUntil('Asterisk to be reached', () => pbx.open() === 1)
    for (let times = 0; times < 200; times += 1) browser.socket.send(register)
    expect(await browser.ended).toBe(phoneClosed.notAllowed)
  })
})
