import { expect, it } from 'vitest'
import type { MatchedCall } from '../../server/customers/matching.ts'
import { createDialplan } from '../../server/dialplan.ts'
import type { Call } from '../../server/floor/state.ts'

const callId = 'lab:1764000000.1'
const call = { callId, direction: 'inbound', customerChannelId: callId, endedAt: null } as Call
const nobody: MatchedCall = {
  callId,
  number: null,
  numberKey: null,
  match: { outcome: 'none', by: null, candidates: [] },
  customer: null,
  decided: false,
  decidedBy: null,
}

function telling(closed: { queues: string[]; pinDigits?: number }) {
  const told: Readonly<Record<string, string>>[] = []
  const dialplan = createDialplan({
    callOf: (id) => (id === callId ? call : undefined),
    deskOf: () => null,
    closedQueues: () => closed.queues,
    pinDigits: () => closed.pinDigits ?? null,
    setVariables: (_channelId, variables) => Promise.resolve(void told.push(variables)),
    log: { info: () => undefined },
    now: () => 0,
  })
  return { dialplan, told }
}

it('says nothing of closed queues where none is', () => {
  const { dialplan, told } = telling({ queues: [] })
  dialplan.callStarted(callId)
  expect(told).toEqual([])
  dialplan.callFound(callId, nobody)
  expect(told).toEqual([{ RINGCARD_TIER: '', RINGCARD_AGENT: '', RINGCARD_READY: '1' }])
})

it('says at once how many digits a PIN has, where there are PINs, and once', () => {
  const { dialplan, told } = telling({ queues: ['sales'], pinDigits: 6 })
  dialplan.callStarted(callId)
  expect(told).toEqual([{ RINGCARD_CLOSED: '&sales&', RINGCARD_PIN_DIGITS: '6' }])
  dialplan.callFound(callId, nobody)
  expect(told.at(-1)).not.toHaveProperty('RINGCARD_PIN_DIGITS')
})

it('takes back that a queue is closed, and remembers nothing of a call that is over, looked up or not', () => {
  const closed = { queues: ['support'] }
  const { dialplan, told } = telling(closed)
  dialplan.callStarted(callId)
  closed.queues = []
  dialplan.callFound(callId, nobody)
  expect(told.map((variables) => variables['RINGCARD_CLOSED'])).toEqual(['&support&', ''])

  dialplan.forget(() => true)
  dialplan.callFound(callId, nobody)
  expect(told.at(-1)).not.toHaveProperty('RINGCARD_CLOSED')
})
