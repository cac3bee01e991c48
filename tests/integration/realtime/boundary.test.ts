import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Socket } from 'socket.io-client'
import { Center } from './center.ts'

let center: Center

beforeEach(async () => {
  center = await new Center().start()
})
afterEach(() => center.stop())

/** Sends what the typed client could not. */
const ask = (socket: Socket, event: string, ...payload: unknown[]) =>
  new Promise<unknown>((resolve) => socket.emit(event, ...payload, resolve))

describe('the door', () => {
  it('refuses who is not signed in, and says why', async () => {
    const console = center.open('nobody')
    await console.until(() => console.refused !== null, 'refused')
    expect(console.refused).toMatchObject({ code: 'session.required', status: 401 })
  })

  it('refuses pages of another origin, and lets our own in', async () => {
    const foreign = center.open('person-201', {
      extraHeaders: { cookie: 'session=person-201', origin: 'https://evil.example' },
    })
    await foreign.until(() => foreign.error !== null, 'refused')
    const own = center.open('person-201', {
      extraHeaders: { cookie: 'session=person-201', origin: `http://127.0.0.1:${center.port}` },
    })
    await own.has('link')
    expect(foreign.received).toEqual([])
    expect(center.realtime.status()).toMatchObject({ refused: 1, consoles: 1 })
  })

  it('lets in pages of the public origin alone where there is one, whatever host the request names', async () => {
    await center.stop()
    center = await new Center().start({ publicOrigin: 'https://calls.example.com' })
    const from = (origin: string) =>
      center.open('person-201', { extraHeaders: { cookie: 'session=person-201', origin } })
    const byHost = from(`http://127.0.0.1:${center.port}`)
    await byHost.until(() => byHost.error !== null, 'refused')
    await from('https://calls.example.com').has('link')
    expect(center.realtime.status()).toMatchObject({ refused: 1, consoles: 1 })
  })

  it('refuses long polling', async () => {
    const console = center.open('person-201', { transports: ['polling'] })
    await console.until(() => console.error !== null, 'refused')
    const answer = await fetch(`http://127.0.0.1:${center.port}/socket.io/?EIO=4&transport=polling`)
    expect(answer.status).toBe(400)
  })

  it('refuses a connection whose account of what it has is not valid', async () => {
    const console = center.open('person-201', { auth: { epoch: 5, have: { '../etc': -1 } } })
    await console.until(() => console.refused !== null, 'refused')
    expect(console.refused?.code).toBe('request.invalid')
    expect(console.refused?.errors?.map((error) => error.path)).toContain('epoch')
  })

  it('opens so many consoles for one session and no more', async () => {
    for (let n = 0; n < 20; n += 1) await center.open('person-201').has('link')
    const oneMore = center.open('person-201')
    await oneMore.until(() => oneMore.refused !== null, 'refused')
    expect(oneMore.refused?.code).toBe('request.throttled')
  })
})

describe('what a console sends', () => {
  it('is answered with a problem when it is not valid, and the connection stays', async () => {
    const { socket } = await center.open('person-201').has('link')
    for (const payload of [
      null,
      'floor',
      [],
      { epoch: null },
      { epoch: null, have: { floor: -1 } },
      { have: {} },
    ]) {
      expect(await ask(socket, 'resume', payload)).toMatchObject({
        ok: false,
        problem: { code: 'request.invalid', status: 400 },
      })
    }
    expect(await ask(socket, 'resume')).toMatchObject({ ok: false })
    socket.emit('resume', { epoch: null, have: {} }, () => undefined)
    expect(await ask(socket, 'clock')).toMatchObject({ ok: true })
    expect(center.realtime.status()).toMatchObject({ badPayloads: 7, consoles: 1 })
  })

  it('does no harm when it is nothing that anybody should send', async () => {
    const console = await center.open('person-201').has('link')
    const socket: Socket = console.socket
    expect(await ask(socket, 'error', { boom: true })).toMatchObject({ ok: false })
    expect(await ask(socket, '__proto__', 1)).toMatchObject({ ok: false })
    socket.emit('resume')
    socket.emit('clock', 1, 2, 3)
    expect((await console.settled()).ok).toBe(true)
    expect(center.realtime.status()).toMatchObject({ unknownEvents: 2, consoles: 1 })
  })

  it('closes the connection when it is too large, and nobody else notices', async () => {
    const console = await center.open('person-201').has('link')
    const other = await center.open('person-202').has('link')
    ;(console.socket as Socket).emit('resume', 'x'.repeat(80_000))
    await console.until(() => console.closedBecause !== null, 'closed')
    expect((await other.settled()).ok).toBe(true)
  })

  it('is put off when it is too much', async () => {
    const console = await center.open('person-201').has('link')
    const answers = await Promise.all(Array.from({ length: 60 }, () => console.settled()))
    const refused = answers.filter((answer) => !answer.ok)
    expect(refused.length).toBeGreaterThan(20)
    expect(refused[0]).toMatchObject({ problem: { code: 'request.throttled', status: 429 } })
    expect(center.realtime.status().throttled).toBe(refused.length)
  })
})
