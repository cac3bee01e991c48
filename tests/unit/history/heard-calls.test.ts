import { expect, it } from 'vitest'
import { namedHere } from '../../../server/control/own-phone.ts'
import type { Fact } from '../../../server/floor/facts.ts'
import { foldCall, isCallFact } from '../../../server/history/fold-call.ts'
import { heardCalls } from '../../../server/history/heard-calls.ts'
import type { CallDocument } from '../../../server/history/model.ts'
import { morning, unansweredDial } from './calls.ts'
import { showParty } from './support.ts'

/** What is heard of calls to somebody who did not answer. */
function heard(callId: string, more: readonly Fact[] = []) {
  const facts = [...more, ...unansweredDial(callId, 'anna')].sort((one, other) => one.at - other.at)
  const call = facts.filter(isCallFact).reduce<CallDocument | null>(foldCall, null)
  return call === null ? [] : heardCalls(new Map(), [call], showParty)
}

it('whoever was called is told to have been, and not where the agent’s own phone was never picked up', () => {
  expect(heard('lab:1764000000.1')).toMatchObject([{ direction: 'outbound', wasDialled: true }])
  const callId = namedHere('lab')
  expect(heard(callId)).toMatchObject([{ wasDialled: false }])
  const at = morning + 1_000
  const picked = {
    pbx: 'lab',
    at,
    type: 'call.pickedUp',
    callId,
    extension: '201',
    personId: 'anna',
  } as const
  expect(heard(callId, [picked])).toMatchObject([{ wasDialled: true }])
})
