import { expect, it } from 'vitest'
import { applyEntry } from '../../../server/history/apply-entry.ts'
import type { Entry, EntryBody } from '../../../server/history/entries.ts'
import type { CallDocument } from '../../../server/history/model.ts'
import { createQualityKeeper } from '../../../server/phone/quality.ts'
import type { CallRecord } from '../../../shared/api.ts'
import { measuredSchema, mosOf, type Measured } from '../../../shared/call-quality.ts'
import { ProblemError } from '../../../shared/problems.ts'

const measured: Measured = {
  talkId: 'talk-0000000000000001',
  seconds: 40,
  lossIn: 0.01,
  lossOut: null,
  jitterMs: 8,
  roundTripMs: 30,
}

function keeper(more: { full?: boolean } = {}) {
  const kept: EntryBody[] = []
  const talked = { contacts: [{ personId: 'nina' }] } as unknown as CallRecord
  const quality = createQualityKeeper({
    readCall: (callId) => Promise.resolve(callId === 'lab:1' ? talked : null),
    requireRoom: () => {
      if (more.full === true) throw new ProblemError('history.spool_full')
    },
    append: (entries) => kept.push(...entries),
  })
  return { kept, quality }
}

it('what a browser measured is kept with the call, by who talked in it, with a score that is reckoned here', async () => {
  const { kept, quality } = keeper()
  await quality.keep('nina', 'lab:1', measured)
  const talk = { ...measured, personId: 'nina', mos: mosOf(measured) }
  expect(kept).toEqual([{ kind: 'quality', callId: 'lab:1', talk }])

  // in the call's document it stands once, whenever it comes again
  const calls = new Map<string, CallDocument>()
  for (const seq of [1, 2]) applyEntry(calls, { seq, node: 'a', at: 5, ...kept[0] } as Entry)
  expect(calls.get('lab:1')?.quality).toEqual([talk])
})

it('is refused of a call that there is not, or that is not theirs, without room, and without end', async () => {
  const { kept, quality } = keeper()
  await expect(quality.keep('nina', 'lab:2', measured)).rejects.toMatchObject({ code: 'call.unknown' })
  await expect(quality.keep('lev', 'lab:1', measured)).rejects.toMatchObject({ code: 'call.not_yours' })
  await expect(keeper({ full: true }).quality.keep('nina', 'lab:1', measured)).rejects.toMatchObject({
    code: 'history.spool_full',
  })
  for (let times = 0; times < 9; times += 1) await quality.keep('nina', 'lab:1', measured)
  await expect(quality.keep('nina', 'lab:1', measured)).rejects.toMatchObject({ code: 'request.throttled' })
  expect(kept).toHaveLength(9)
})

it.each([
  { lossIn: 1.01 },
  { lossIn: -0.1 },
  { lossOut: 2 },
  { jitterMs: -1 },
  { roundTripMs: Infinity },
  { seconds: 0 },
  { seconds: 1.5 },
  { talkId: 'short' },
  { mos: 4.4 },
])('what no browser measures is refused: %o', (spoilt) => {
  expect(measuredSchema.safeParse({ ...measured, ...spoilt }).success).toBe(false)
})
