import { readFile } from 'node:fs/promises'
import { describe, expect, it, vi } from 'vitest'
import { quiet } from '../../lab/flows/stage.ts'
import { labPinOf } from '../../lab/seed/identity.ts'
import { readCdr } from '../compare/cdr.ts'
import { first, second, soon, useCentre } from './support/centre-in-use.ts'
import { newRecordsOf, waitsBeforeQueue } from './support/own-records.ts'

const site = useCentre()
const { phone, call, ninasCall, storedCalls, ended, told, nothingLeft } = site

describe('the link to Asterisk cut for seconds in mid-call', () => {
  it('ends what ended, shows what began, and doubles nothing', async () => {
    // given Nina in a call
    const desk = await phone('201')
    const one = await call(first)
    await desk.waitFor('answered')
    const callId = await ninasCall()
    const before = Date.now()

    // when the link breaks, that call ends unseen, another begins and is answered
    site.relay.cut()
    await vi.waitFor(() => expect(site.petra.linkState()).toBe('lost'), soon)
    expect(site.nina.deskCalls()).toMatchObject([{ callId, state: 'talking' }])
    await one.hangUp()
    const two = await call(second)
    await desk.waitFor('answered', { times: 2, timeoutMs: 20_000 })
    await vi.waitFor(() => expect(Date.now() - before).toBeGreaterThan(3_000), { timeout: 5_000 })
    site.relay.mend()

    // then the first has ended, the second is on the desk with its card, and the agent is on it
    await vi.waitFor(() => expect(site.petra.linkState()).toBe('live'), { timeout: 30_000, interval: 50 })
    await vi.waitFor(() => expect(site.nina.deskCalls().at(-1)?.callId).not.toBe(callId), soon)
    const other = await ninasCall()
    expect(site.nina.deskCalls().filter(({ state }) => state === 'talking')).toHaveLength(1)
    await vi.waitFor(
      () => expect(site.nina.pop(other)?.match.outcome).not.toMatch(/pending|unavailable/),
      soon,
    )
    // the floor is told at most ten times a second, so after the desk
    await vi.waitFor(() => {
      expect(site.petra.floorCalls().map((call) => call.callId)).toEqual([other])
      expect(site.petra.agent('201')).toMatchObject({ state: 'talking', callId: other })
    }, soon)
    // who ended the first is in Asterisk's record, though nobody heard it
    expect(await ended(callId)).toMatchObject({
      end: 'customerHungUp',
      contacts: [{ extension: '201', why: 'customerHungUp' }],
      reconstructed: 'partly',
    })

    // and its end is seen as any other
    await two.hangUp()
    expect(await ended(other)).toMatchObject({ contacts: [{ extension: '201' }] })
    await nothingLeft()
    for (const id of [callId, other]) {
      expect([await told(id, 'call.started'), await told(id, 'contact.began')]).toEqual([1, 1])
      expect([await told(id, 'contact.ended'), await told(id, 'call.ended')]).toEqual([1, 1])
    }
  }, 120_000)
})

describe('the server killed in mid-call', () => {
  it('goes on with the same call, card and beginning, and ends it once', async () => {
    const desk = await phone('201')
    const placed = await call(first)
    await desk.waitFor('answered')
    const callId = await ninasCall()
    const before = site.nina.deskCalls().find((mine) => mine.callId === callId)
    const popBefore = await vi.waitFor(() => {
      const pop = site.nina.pop(callId)
      expect(pop?.match.outcome).toBe('one')
      return pop
    }, soon)

    await site.centre.stopServer('kill')
    const received = site.nina.received().length
    await site.centre.startServer()
    await vi.waitFor(() => expect(site.nina.received().length).toBeGreaterThan(received), soon)

    await vi.waitFor(
      () => expect(site.nina.deskCalls().find((mine) => mine.callId === callId)).toEqual(before),
      soon,
    )
    await vi.waitFor(
      () => expect(site.nina.pop(callId)?.card?.customerId).toBe(popBefore?.card?.customerId),
      soon,
    )
    await vi.waitFor(() => expect(site.petra.agent('201')).toMatchObject({ state: 'talking', callId }), soon)

    await placed.hangUp()
    const stored = await ended(callId)
    expect(stored).toMatchObject({ end: 'customerHungUp', contacts: [{ why: 'customerHungUp' }] })
    expect([await told(callId, 'call.started'), await told(callId, 'call.ended')]).toEqual([1, 1])
    expect(await storedCalls().countDocuments({ _id: callId })).toBe(1)
    const rows = await vi.waitFor(async () => {
      const all = readCdr(
        (await readFile(site.centre.pbx.files.cdr, 'utf8')).split('\n').filter((line) => line !== ''),
      )
      const mine = all.filter(
        (row) => row.linkedId === callId.replace(/^[^:]*:/, '') && row.dstChannel !== '',
      )
      expect(mine.length).toBeGreaterThan(0)
      return mine
    }, soon)
    const [contact] = stored.contacts
    const talk = ((contact?.endedAt ?? NaN) - (contact?.beganAt ?? NaN)) / 1000
    const theirs = Math.max(...rows.map((row) => row.billSec))
    expect(Math.abs(talk - theirs)).toBeLessThanOrEqual(1)
    await nothingLeft()
  }, 120_000)

  it('ends a call that was over before it came back', async () => {
    const desk = await phone('201')
    const placed = await call(first)
    await desk.waitFor('answered')
    const callId = await ninasCall()

    await site.centre.stopServer('kill')
    await placed.hangUp()
    await site.centre.startServer()

    expect(await ended(callId)).toMatchObject({
      end: 'customerHungUp',
      contacts: [{ why: 'customerHungUp' }],
      reconstructed: 'partly',
    })
    await nothingLeft()
    expect(await told(callId, 'call.ended')).toBe(1)
  }, 120_000)
})

describe('a caller who types a PIN in the phone menu', () => {
  it('is unverified by a wrong one and verified by the right one while it rings', async () => {
    // given a customer whose number the network vouches for, who errs once: 5, then 9999, then the right one
    const [pinDigits, wrongDigits] = [labPinOf('950101'), '9999']
    const keys = (digits: string, afterMs: number) =>
      Array.from(digits, (digit, at) => ({ digit, afterMs: at === 0 ? afterMs : 300 }))
    const desk = await phone('201', 1_500)
    const placed = await call(first, {
      to: '+493023125100',
      verstat: 'TN-Validation-Passed',
      digits: [...keys('5', 1_500), ...keys(wrongDigits, 1_500), ...keys(pinDigits, 3_500)],
    })

    // when it rings, then the card says so
    await desk.waitFor('ringing', { timeoutMs: 30_000 })
    const ringing = await vi.waitFor(() => {
      const call = site.nina.deskCalls().find(({ state }) => state === 'ringing')
      expect(call?.attestation).toBe('full')
      return call
    }, soon)
    const callId = ringing?.callId ?? ''
    const pop = site.nina.pop(callId)
    expect(pop?.verification).toMatchObject({
      state: 'verified',
      level: 'full',
      by: { method: 'pin', person: null },
    })
    expect(pop?.card).not.toHaveProperty('payment')

    // and with the answer all is open, until the end of the call closes it again
    await desk.waitFor('answered')
    await vi.waitFor(() => expect(site.nina.pop(callId)?.card?.payment).not.toBeUndefined(), soon)
    await placed.hangUp()
    await vi.waitFor(() => expect(site.nina.pop(callId)?.verification?.state).toBe('over'), soon)
    expect(site.nina.pop(callId)?.card).not.toHaveProperty('payment')
    expect((await ended(callId)).verification).toMatchObject([
      { kind: 'pin', result: 'wrong', by: null },
      { kind: 'pin', result: 'right', level: 'full' },
    ])
    await nothingLeft()
  }, 120_000)
})

describe('Asterisk killed in mid-call', () => {
  it('cuts the calls off, shows no ghost, and is heard again', async () => {
    const desk = await phone('201')
    // and one who waits, with nobody free
    const talking = await call(first)
    await desk.waitFor('answered')
    const callId = await ninasCall()
    const waiting = await call(second)
    await vi.waitFor(
      () => expect(site.petra.floorCalls().map(({ stage }) => stage)).toContain('waiting'),
      soon,
    )
    const waitingId = site.petra.floorCalls().find(({ stage }) => stage === 'waiting')?.callId ?? ''

    await site.centre.pbx.restart('kill')

    expect(await ended(callId)).toMatchObject({ end: 'cutOff', contacts: [{ why: 'cutOff' }] })
    expect(await ended(waitingId)).toMatchObject({ end: 'cutOff', visits: [{ outcome: 'cutOff' }] })
    await vi.waitFor(() => expect(site.petra.linkState()).toBe('live'), { timeout: 40_000, interval: 100 })
    await nothingLeft()
    await Promise.all([talking.hangUp(), waiting.hangUp()])

    // and the next call comes as ever
    await desk.stop()
    const again = await phone('201')
    const next = await call(first)
    await again.waitFor('answered', { timeoutMs: 20_000 })
    const nextId = await ninasCall()
    await next.hangUp()
    expect(await ended(nextId)).toMatchObject({ end: 'customerHungUp' })
  }, 180_000)
})

describe('the server stopped', () => {
  /** The most that the dialplan may wait for the server; it looks every 20 ms, and busy processors add to that. */
  const mayWaitMs = 200
  const toleranceMs = 100

  const newRecords = newRecordsOf(() => site.centre.pbx)

  /** From the answer to entering the queue, ms, by Asterisk's own record: between them the dialplan waits for the card. */
  async function waits(): Promise<number[]> {
    await newRecords()
    const placed = []
    for (let n = 0; n < 5; n += 1) placed.push(await call(first))
    const cel: string[] = []
    const found = await vi.waitFor(async () => {
      cel.push(...(await newRecords()).cel)
      const waited = waitsBeforeQueue(cel)
      expect(waited).toHaveLength(placed.length)
      return waited
    }, soon)
    await Promise.all(placed.map((each) => each.hangUp()))
    await quiet(site.centre.pbx)
    return found
  }

  it('no caller waits longer for the queue than the dialplan allows', async () => {
    const withServer = await waits()
    await site.centre.stopServer('graceful')
    const withoutServer = await waits()
    await site.centre.startServer()

    console.log('Answer to queue, ms, with and without server:', withServer, withoutServer)
    expect(withoutServer.every(Number.isFinite)).toBe(true)
    expect(Math.max(...withoutServer)).toBeLessThanOrEqual(Math.min(...withServer) + mayWaitMs + toleranceMs)
  }, 180_000)
})

describe('the log of all this', () => {
  it('names no caller, no customer and no number', () => {
    const log = site.centre.serverLog()
    expect(log).toContain('The PBX is connected.')
    for (const text of [first, second]) expect(log).not.toContain(text.slice(-8))
    expect(log).not.toMatch(/Weber|Hartmann/)
  })
})
