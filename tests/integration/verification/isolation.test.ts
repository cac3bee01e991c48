import { randomUUID } from 'node:crypto'
import { io, type Socket } from 'socket.io-client'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { pauseBefore, startSimulator, type Pause } from '../../../lab/simulator/simulator.ts'
import { compileTemplate } from '../../../lab/simulator/template.ts'
import { companyOf } from '../../../lab/simulator/world.ts'
import { readTrace } from '../../../lab/traces/trace.ts'
import { customersCollection, newCustomer, type StoredCustomer } from '../../../server/customers/model.ts'
import { storedPin } from '../../../server/customers/pins.ts'
import { auditPageSchema } from '../../../shared/administration.ts'
import type { Pop } from '../../../shared/customers.ts'
import type {
  ClientToServerEvents,
  Delta,
  ResumeRequest,
  ServerToClientEvents,
} from '../../../shared/realtime.ts'
import { currentVerificationSchema, verificationWaysSchema } from '../../../shared/verification.ts'
import { openOffice } from '../people/support.ts'
import { aloneSettings, endServers, startServerProcess } from '../server/process.ts'
import { signIn } from '../server/sign-in.ts'
import { testDatabaseUri } from '../support/database.ts'

afterEach(endServers)

const soon = { timeout: 20_000, interval: 50 }
const pinKey = 'a key of thirty-two characters or more'
/** Words that stand nowhere else. */
const debt = 'Zahnradfabrik'
const account = 'QX774512'
const inTrust = 'Kirschgarten'
const born = '1971-09-03'
const pin = '7061'

const uwe = newCustomer({
  _id: 'uwe',
  name: 'Uwe Krüger',
  phones: [
    { number: '+493023125901', label: 'mobile' },
    { number: '+493023125902', label: 'work' },
  ],
  openBusiness: [{ kind: 'invoice', title: `Invoice to ${debt}`, at: 1_700_000_000_000 }],
  debts: [{ what: `Owed for ${debt}`, amount: { minor: 77_300, currency: 'EUR' }, dueAt: 1_700_000_000_000 }],
  payment: { method: 'Direct debit', account },
  preferences: [{ label: 'Sells', value: inTrust, sensitive: true }],
  birthDate: born,
  postcode: '23552',
  pin: storedPin(pinKey, 'uwe', pin),
})

/** As customers are before anybody gave them a PIN. */
const withoutPin: StoredCustomer = { ...uwe, pin: null }

/** Somebody signed in, with everything that their console and their requests were answered, as it came. */
interface Seat {
  raw: string[]
  deltas: Delta[]
  pop: () => Pop | undefined
  ask: (path: string, method?: string, body?: unknown) => Promise<string>
}

/**
 * A PBX that plays a recorded call, and a server with Uwe among its customers; Anna at desk 201, Boris at 202, and Petra who
 * sets the center up.
 */
async function open(name: string, traceName: string, customer = uwe) {
  const office = await openOffice(name)
  await office.add('anna', { extension: '201' })
  await office.add('boris', { extension: '202' })
  await office.add('petra', { roles: ['admin'] })
  await office.database.collection<StoredCustomer>(customersCollection).insertOne(customer)
  await office.close()
  const trace = await readTrace(traceName)
  const pbx = await startSimulator({ company: companyOf(trace), username: 'ringcard', secret: 'as agreed' })
  onTestFinished(pbx.close)
  const server = startServerProcess({
    ...aloneSettings(),
    MONGODB_URI: testDatabaseUri(name),
    DESKS: '201=PJSIP/201,202=PJSIP/202',
    AMI_PORT: String(pbx.port),
    AMI_SECRET: 'as agreed',
    PIN_KEY: pinKey,
    LOG_LEVEL: 'debug',
  })
  const url = await server.address()
  await vi.waitFor(async () => expect(await server.metric('ringcard_pbx_link_live')).toBe(1), soon)

  /** @param have what their console knows already, when it comes back */
  async function seat(signInName: string, have: ResumeRequest | null = null): Promise<Seat> {
    const { headers } = await signIn(server, signInName)
    const raw: string[] = []
    const deltas: Delta[] = []
    const socket: Socket<ServerToClientEvents, ClientToServerEvents> = io(url, {
      transports: ['websocket'],
      extraHeaders: { cookie: headers.cookie },
      reconnection: false,
      forceNew: true,
      auth: have ?? {},
    })
    onTestFinished(() => void socket.disconnect())
    socket.onAny((...message: unknown[]) => raw.push(JSON.stringify(message)))
    socket.on('snapshot', (delta) => deltas.push(delta))
    socket.on('delta', (delta) => deltas.push(delta))
    await vi.waitFor(() => expect(socket.connected).toBe(true), soon)
    return {
      raw,
      deltas,
      pop: () =>
        deltas.flatMap(({ changes }) => changes).findLast((change) => change.type === 'pop.set')?.pop,
      ask: async (path, method = 'GET', body) => {
        const response = await fetch(`${url}/api${path}`, {
          method,
          headers,
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        })
        const text = await response.text()
        raw.push(text)
        return text
      },
    }
  }
  const play = async (pauses: readonly Pause[] = [], other = traceName) =>
    pbx.play(compileTemplate(other === traceName ? trace : await readTrace(other)), { speed: 4, pauses })
  return { server, seat, play }
}

const callIdOf = ({ deltas }: Seat): string => {
  const change = deltas.flatMap(({ changes }) => changes).find(({ type }) => type === 'deskCall.set')
  return change?.type === 'deskCall.set' ? change.call.callId : ''
}
/** Everything that this person may ask about the call and its customer. */
async function askAll({ ask }: Seat, callId: string): Promise<void> {
  for (const path of ['/customers/uwe', '/customers?q=Uwe', `/calls/${callId}`, `/calls/${callId}/why`])
    await ask(path)
}

describe('what is sensitive of a customer', () => {
  it('reaches nobody before the caller is verified, then the desk of the call alone, and nobody after its end', async () => {
    const { seat, play } = await open('verification-isolation', 'hold')
    const anna = await seat('anna')
    const boris = await seat('boris')
    const hangUp = pauseBefore('HangupRequest')
    const played = play([hangUp])
    await vi.waitFor(() => expect(anna.pop()?.card?.name).toBe('Uwe Krüger'), soon)
    const callId = callIdOf(anna)

    // given a caller who was recognised: nothing of it in any message or answer, save that it is there
    await askAll(anna, callId)
    await askAll(boris, callId)
    const before = anna.raw.join('\n') + boris.raw.join('\n')
    expect(before).toContain('Uwe Krüger')
    for (const secret of [debt, account, inTrust, born, '77300']) expect(before).not.toContain(secret)
    expect(anna.pop()?.card?.closed?.map(({ part }) => part)).toEqual(['debts', 'paymentData', 'marked'])

    const known = anna.deltas.findLast(({ topic }) => topic.startsWith('person:'))
    if (!known) throw new Error('Anna’s desk was never told.')
    const asOfBefore: ResumeRequest = { epoch: known.epoch, have: { [known.topic]: known.seq } }

    // when Anna has two right answers, it opens on her screen by itself
    const step = (fact: string) => ({ kind: 'ticked', stepId: randomUUID(), fact, right: true })
    await anna.ask(`/calls/${callId}/verification`, 'POST', step('birthDate'))
    await anna.ask(`/calls/${callId}/verification`, 'POST', step('postcode'))
    await vi.waitFor(() => expect(anna.pop()?.card?.debts?.[0]?.what).toContain(debt), soon)
    expect(anna.pop()?.verification).toMatchObject({ state: 'verified', level: 'basic' })
    expect(await anna.ask('/customers/uwe')).toContain(inTrust)
    // what needs more stays closed, and for Boris all does
    expect(anna.raw.join('\n')).not.toContain(account)
    await askAll(boris, callId)
    expect(await boris.ask(`/calls/${callId}/verification`)).toContain('call.not_yours')
    expect(await boris.ask('/customers/uwe/pin', 'PUT', { pin: '1234' })).toContain('verification.needed')
    for (const secret of [debt, account, inTrust, born]) expect(boris.raw.join('\n')).not.toContain(secret)
    const opened = anna.deltas.length

    // then the end of the call closes it again: on the screen, for one opened anew, and for one that comes back
    hangUp.goOn()
    await played
    await vi.waitFor(
      () => expect(anna.pop()?.verification).toMatchObject({ state: 'over', level: 'none' }),
      soon,
    )
    expect(JSON.stringify(anna.deltas.slice(opened))).not.toMatch(new RegExp([debt, inTrust].join('|')))
    for (const later of [await seat('anna'), await seat('anna', asOfBefore)]) {
      await vi.waitFor(() => expect(later.pop()?.card?.name).toBe('Uwe Krüger'), soon)
      await askAll(later, callId)
      for (const secret of [debt, account, inTrust, born]) expect(later.raw.join('\n')).not.toContain(secret)
      expect(await later.ask(`/calls/${callId}`)).toContain('"kind":"question"')
    }
  }, 60_000)
})

describe('calling a customer back', () => {
  it('verifies once they have answered at a number on their card, and then they get another PIN', async () => {
    const { server, seat, play } = await open('verification-call-back', 'outbound-answered')
    const anna = await seat('anna')
    const petra = await seat('petra')
    const given = '48291573'

    // given a center that has changed how callers are verified
    const { version, definition } = currentVerificationSchema.parse(
      JSON.parse(await petra.ask('/verification')),
    )
    const wanted = { version, definition: { ...definition, pin: { ...definition.pin, digits: 8, tries: 5 } } }
    expect(await anna.ask('/verification', 'PUT', wanted)).toContain('right.missing')
    expect(await petra.ask('/verification', 'PUT', wanted)).toContain(`"version":${String(version + 1)}`)
    expect(await petra.ask('/verification', 'PUT', wanted)).toContain('edit.outdated')

    // when Anna calls Uwe, it is no call back before somebody answers
    const [answer, hangUp] = [pauseBefore('DialEnd'), pauseBefore('HangupRequest')]
    const played = play([answer, hangUp])
    await vi.waitFor(() => expect(anna.pop()?.card?.name).toBe('Uwe Krüger'), soon)
    const callId = callIdOf(anna)
    const path = `/calls/${callId}/verification`
    const reached = { kind: 'callBack', stepId: randomUUID(), reached: true }
    expect(await anna.ask(path, 'POST', reached)).toContain('verification.not_open')
    expect(await anna.ask('/customers/uwe/pin', 'PUT', { pin: given })).toContain('verification.needed')
    answer.goOn()
    await vi.waitFor(async () => expect(await anna.ask(path)).toContain('"callBack":"here"'), soon)
    expect(anna.raw.join('\n')).not.toContain(account)

    // then it opens by her word that it is he
    await anna.ask(path, 'POST', reached)
    await vi.waitFor(() => expect(anna.pop()?.card?.payment?.account).toBe(account), soon)
    expect(anna.pop()?.verification).toMatchObject({
      state: 'verified',
      level: 'full',
      by: { method: 'callBack', person: 'Person anna' },
    })
    const ways = async () => verificationWaysSchema.parse(JSON.parse(await anna.ask(path)))
    expect(await ways()).toMatchObject({ callBack: 'done', ownPin: { isSet: true, mayChange: true } })
    expect(await anna.ask('/customers/uwe/pin', 'PUT', { pin: null })).toBe('')
    expect(await ways()).toMatchObject({ ownPin: { isSet: false, mayChange: true } })
    expect(await anna.ask('/customers/uwe/pin', 'PUT', { pin: given.slice(0, 4) })).toContain(
      'A PIN has 8 digits here.',
    )
    expect(await anna.ask('/customers/uwe/pin', 'PUT', { pin: given })).toBe('')
    expect(await ways()).toMatchObject({ ownPin: { isSet: true } })

    // and with the call it is over; who did what is in the audit and in the story of the call, the PIN nowhere
    hangUp.goOn()
    await played
    await vi.waitFor(() => expect(anna.pop()?.verification).toMatchObject({ state: 'over' }), soon)
    expect(await anna.ask('/customers/uwe/pin', 'PUT', { pin: null })).toContain('verification.needed')
    expect(await anna.ask(`/calls/${callId}/why`)).toContain('"verifyCallBack"')
    const { entries } = auditPageSchema.parse(JSON.parse(await petra.ask('/audit?kind=changes')))
    expect(entries.map(({ action, actor, subject }) => [action, actor, subject]).slice(0, 3)).toEqual([
      ['pin.given', 'Person anna', 'uwe'],
      ['pin.removed', 'Person anna', 'uwe'],
      ['verification.changed', 'Person petra', String(version + 1)],
    ])
    expect(entries[2]?.details).toEqual([
      { field: 'pin.digits', before: '4', after: '8' },
      { field: 'pin.tries', before: '3', after: '5' },
    ])
    expect([...anna.raw, ...petra.raw, server.output()].join('\n')).not.toContain(given)
  }, 60_000)
})

describe('a customer without a PIN, in a center that has changed nothing', () => {
  it('is called back, gets one, and is verified by it in the phone menu', async () => {
    const { seat, play } = await open('verification-first-pin', 'outbound-answered', withoutPin)
    const anna = await seat('anna')
    const give = (typed: string) => anna.ask('/customers/uwe/pin', 'PUT', { pin: typed })

    // given Anna in a call to a number that is on the card
    const hangUp = pauseBefore('HangupRequest')
    const calledBack = play([hangUp])
    await vi.waitFor(() => expect(anna.pop()?.card?.name).toBe('Uwe Krüger'), soon)
    const path = `/calls/${callIdOf(anna)}/verification`
    await vi.waitFor(async () => expect(await anna.ask(path)).toContain('"callBack":"here"'), soon)
    expect(await give(pin)).toContain('verification.needed')
    expect(await anna.ask(path)).toContain('"ownPin":{"isSet":false,"mayChange":false,"digits":4}')

    // when she says that it is he, he may choose one, if it is not among the first that anybody would try
    await anna.ask(path, 'POST', { kind: 'callBack', stepId: randomUUID(), reached: true })
    expect(await anna.ask(path)).toContain('"ownPin":{"isSet":false,"mayChange":true,"digits":4}')
    expect(await give('1111')).toContain('pin.weak')
    expect(await give(pin)).toBe('')
    hangUp.goOn()
    await calledBack
    await vi.waitFor(() => expect(anna.pop()?.verification?.state).toBe('over'), soon)

    // then the phone menu knows it the next time
    const before = anna.deltas.length
    await play([], 'ivr-pin')
    const pops = anna.deltas
      .slice(before)
      .flatMap(({ changes }) => changes.flatMap((change) => (change.type === 'pop.set' ? [change.pop] : [])))
    expect(pops[0]?.verification).toMatchObject({ state: 'verified', level: 'full', by: { method: 'pin' } })
    expect(pops.some(({ card }) => card?.payment?.account === account)).toBe(true)
  }, 60_000)
})

describe('a PIN typed in the phone menu', () => {
  it('verifies while the phone rings, and is in no message, answer or log line', async () => {
    const { server, seat, play } = await open('verification-pin', 'ivr-pin')
    const anna = await seat('anna')

    await play()

    const states = anna.deltas
      .flatMap(({ changes }) => changes)
      .flatMap((change) => (change.type === 'pop.set' ? [change.pop.verification] : []))
    expect(states[0]).toMatchObject({ state: 'verified', level: 'full', by: { method: 'pin', person: null } })
    // What that opens comes with her answer, in the same message, and not to a desk where it only rings.
    const opened = anna.deltas.findIndex((delta) => JSON.stringify(delta).includes(account))
    const { changes } = anna.deltas[opened] ?? { changes: [] }
    expect(changes.find(({ type }) => type === 'deskCall.set')).toMatchObject({ call: { state: 'talking' } })
    const ringing = anna.deltas.slice(0, opened).flatMap((delta) => delta.changes)
    expect(ringing.findLast((change) => change.type === 'pop.set')?.pop.card?.closed?.length).toBe(3)
    await askAll(anna, callIdOf(anna))
    expect(await anna.ask(`/calls/${callIdOf(anna)}`)).toContain('"kind":"pin"')
    // Ids and times have digits of their own: what was typed would stand alone.
    const alone = new RegExp(`\\b${pin}\\b`)
    expect(anna.raw.join('\n')).not.toMatch(alone)
    expect(server.output()).not.toMatch(alone)
  }, 60_000)
})
