import { io, type Socket } from 'socket.io-client'
import { expect, onTestFinished, vi } from 'vitest'
import { startSimulator } from '../../../lab/simulator/simulator.ts'
import { companyOf } from '../../../lab/simulator/world.ts'
import { readTrace } from '../../../lab/traces/trace.ts'
import { applyDelta, applySnapshot, type TopicState } from '../../../client/realtime/topic-state.ts'
import { customersCollection, newCustomer, type StoredCustomer } from '../../../server/customers/model.ts'
import { connectDatabase } from '../../../server/database/database.ts'
import type { ClientToServerEvents, Delta, ServerToClientEvents } from '../../../shared/realtime.ts'
import { replay } from '../../compare/replay.ts'
import { silent } from '../../unit/history/support.ts'
import { openOffice } from '../people/support.ts'
import { testDatabaseUri } from '../support/database.ts'
import { aloneSettings, startServerProcess, type ServerProcess } from './process.ts'
import { signIn } from './sign-in.ts'

/** How long, and how often, something is waited for, ms. */
export const soon = { timeout: 20_000, interval: 100 }
export const customerId = 'olena'

/**
 * A server on a PBX that plays a recorded call, whose caller is a customer, Olena; and people who sign in.
 * @param name of its database
 * @param more settings of the server
 */
export async function withOlena(name: string, more: Record<string, string> = {}) {
  const trace = await readTrace('hold')
  const [said = ''] = replay(trace).facts.flatMap((fact) =>
    'party' in fact ? (fact.party.number ?? []) : [],
  )
  const number = `+${said.replace(/^\+/, '')}`
  const office = await openOffice(name)
  await office.add('anna', { roles: ['admin'] })
  await office.add('petra', { roles: ['supervisor'] })
  await office.add('nina', { extension: '201' })
  await office.close()
  const database = connectDatabase({ uri: testDatabaseUri(name), log: silent })
  onTestFinished(database.stop)
  await database.whenReady()
  const olena = newCustomer({
    _id: customerId,
    name: 'Olena Kovalenko',
    phones: [{ number, label: 'mobile' }],
  })
  await database.collection<StoredCustomer>(customersCollection).insertOne(olena)
  const pbx = await startSimulator({ company: companyOf(trace), username: 'ringcard', secret: 'as agreed' })
  onTestFinished(pbx.close)
  const settings = {
    ...aloneSettings(),
    MONGODB_URI: testDatabaseUri(name),
    DESKS: '201=PJSIP/201',
    AMI_PORT: String(pbx.port),
    AMI_SECRET: 'as agreed',
    ...more,
  }
  const server = startServerProcess(settings)
  const signedIn = (signInName: string) => signedInAt(server, signInName)
  await vi.waitFor(async () => expect(await server.metric('ringcard_pbx_link_live')).toBe(1), soon)
  const calls = async () => database.collection('calls').find({}).toArray()
  return {
    trace,
    number,
    pbx,
    server,
    /** What it was started with. */
    settings,
    database,
    calls,
    anna: (await signedIn('anna')).ask,
    petra: await signedIn('petra'),
    nina: await signedIn('nina'),
  }
}

/** Somebody who is signed in at a server: what they ask it, and their consoles. */
export async function signedInAt(server: ServerProcess, signInName: string) {
  const url = await server.address()
  const { headers } = await signIn(server, signInName)
  const ask = async (method: string, path: string, body?: object) => {
    const told = await fetch(url + path, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) })
    return { status: told.status, body: (await told.json()) as Record<string, unknown> }
  }
  return { ask, open: () => openConsole(url, headers.cookie) }
}

/** A console: what it knows of each topic, and whether the server ever sends a text. */
async function openConsole(url: string, cookie: string) {
  const socket: Socket<ServerToClientEvents, ClientToServerEvents> = io(url, {
    transports: ['websocket'],
    extraHeaders: { cookie },
    forceNew: true,
    reconnection: false,
  })
  const close = () => void socket.disconnect()
  onTestFinished(close)
  const topics = new Map<string, TopicState>()
  const received: Delta[] = []
  socket.on('snapshot', (snapshot) => {
    received.push(snapshot)
    topics.set(snapshot.topic, applySnapshot(topics.get(snapshot.topic), snapshot))
  })
  socket.on('delta', (delta) => {
    received.push(delta)
    const step = applyDelta(topics.get(delta.topic), delta)
    if (step.kind === 'applied') topics.set(delta.topic, step.state)
  })
  const topic = (name: string) => [...topics].find(([each]) => each.startsWith(name))?.[1]
  await vi.waitFor(() => expect(topic('person:')).toBeDefined(), soon)
  const shown = () =>
    JSON.stringify([...topics.values()], (_key, value: unknown) =>
      value instanceof Map ? [...value.values()] : value,
    )
  return {
    close,
    shown,
    mine: () => topic('person:'),
    /** What was promised, as this console knows it. */
    tasks: () => [
      ...new Map(
        [...topics.values()].flatMap(({ tasks }) => [...tasks]).sort(([, a], [, b]) => a.version - b.version),
      ).values(),
    ],
    received: () => JSON.stringify(received),
    settled: () => new Promise((resolve) => socket.emit('clock', resolve)),
  }
}
