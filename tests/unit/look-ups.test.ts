import { expect, it } from 'vitest'
import type { CallToMatch, MatchedCall } from '../../server/customers/matching.ts'
import type { Fact } from '../../server/floor/facts.ts'
import type { Call } from '../../server/floor/state.ts'
import { createLookUps } from '../../server/look-ups.ts'

const callId = 'lab:1764000000.1'
const party = { number: '+493023125901', name: null, restricted: false }
const common = { pbx: 'lab', at: 1_764_000_000_000, callId, direction: 'inbound', party } as const
const started = { ...common, type: 'call.started', dialled: null, dialledBy: null } as Fact
const identified = { ...common, type: 'call.identified', dialled: null } as Fact

/** Look-ups of one call, which answer when they are told to. */
function stage() {
  let call = { callId, direction: 'inbound', party, dialled: null, account: null, endedAt: null } as Call
  let known: MatchedCall | null = null
  const asked: CallToMatch[] = []
  const told: string[] = []
  const waiting: (() => void)[] = []
  const lookUps = createLookUps({
    history: {
      append: () => ({ kept: true, lastSeq: 0 }),
      bindCustomer: () => undefined,
      bindingOf: () => undefined as never,
      recall: () => Promise.resolve(null),
    },
    customers: {
      matchCall: (question) => {
        asked.push(question)
        return new Promise((resolve) => {
          waiting.push(() => {
            known = { ...nobody }
            resolve(known)
          })
        })
      },
      restoreCall: () => Promise.reject(new Error('nothing is to be restored')),
      callOf: () => known,
      forgetCall: () => undefined,
    },
    dialplan: { callFound: () => void told.push('dialplan'), cardChanged: () => undefined },
    callOf: () => call,
    onPop: () => void told.push('desk'),
    log: { warn: () => undefined, error: () => undefined },
  })
  return {
    asked,
    told,
    heard: (...facts: Fact[]) => {
      for (const fact of facts) lookUps.heard(fact)
    },
    learn: (account: string) => {
      call = { ...call, account }
    },
    answer: async () => {
      for (const answer of waiting.splice(0)) answer()
      await new Promise((resolve) => setImmediate(resolve))
    },
  }
}

const nobody: MatchedCall = {
  callId,
  number: null,
  numberKey: null,
  match: { outcome: 'none', by: null, candidates: [] },
  customer: null,
  decided: false,
  decidedBy: null,
}

it('tells desk and dialplan once of a call whose beginning and caller come in one piece', async () => {
  const { asked, told, heard, answer } = stage()
  heard(started, identified)
  await answer()
  expect(asked).toHaveLength(1)
  expect(told).toEqual(['desk', 'dialplan'])
})

it('asks again when more is known than what is being asked', async () => {
  const { asked, heard, learn, answer } = stage()
  heard(started)
  learn('40117')
  heard({ ...common, type: 'call.learnt', account: '40117', digits: null })
  await answer()
  expect(asked.map(({ account }) => account)).toEqual([null, '40117'])
})

it('asks again once it has answered, for a caller who is told anew', async () => {
  const { asked, heard, answer } = stage()
  heard(started)
  await answer()
  heard(identified)
  await answer()
  expect(asked).toHaveLength(2)
})
