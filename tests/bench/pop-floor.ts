import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import createManager from 'asterisk-manager'
import mongoose from 'mongoose'
import { Server } from 'socket.io'

/*
 * The floor of `bench -- pop`: what somebody would write in an afternoon. Hear the offer, find the customer, tell the
 * agent's screen. It keeps no state, no history and no rights, and withdraws nothing.
 */
const { BENCH_AMI_PORT, BENCH_AMI_SECRET, BENCH_MONGODB_URI } = process.env

interface Customer {
  _id: string
  lookupKeys: string[]
}

const client = await new mongoose.mongo.MongoClient(BENCH_MONGODB_URI ?? '').connect()
const customers = client.db().collection<Customer>('customers')

const http = createServer()
const io = new Server(http, { transports: ['websocket'] })
io.on('connection', (socket) => {
  const { extension } = socket.handshake.auth
  if (typeof extension === 'string') void socket.join(extension)
})
http.listen(0, '127.0.0.1', () =>
  process.send?.({ type: 'listening', port: (http.address() as AddressInfo).port }),
)

const offered = new Set<string>()

/** The first block that names agent and caller: `AgentCalled` for a queue, `DialBegin` for a direct call. */
async function offer(event: Record<string, string>): Promise<void> {
  const { linkedid: callId = '', calleridnum: number = '', destchannel = '' } = event
  const extension = /^PJSIP\/(\d+)/.exec(destchannel)?.[1]
  if (extension === undefined || offered.has(callId)) return
  offered.add(callId)
  const found = await customers.find({ lookupKeys: number }).toArray()
  io.to(extension).emit('card', { callId, number, customer: found[0] })
}

const manager = createManager(undefined, '127.0.0.1', 'ringcard', BENCH_AMI_SECRET ?? '', true)
manager.on('managerevent', (event: Record<string, string>) => {
  if (event['event'] === 'AgentCalled' || event['event'] === 'DialBegin') void offer(event)
  else if (event['event'] === 'Hangup') offered.delete(event['uniqueid'] ?? '')
})
manager.connect(Number(BENCH_AMI_PORT), '127.0.0.1', () => manager.login(() => undefined))
process.once('disconnect', () => process.exit(0))
