import { describe, expect, it } from 'vitest'
import { readTrace } from '../../../lab/traces/trace.ts'
import type { Entry, EntryBody } from '../../../server/history/entries.ts'
import { applyEntry } from '../../../server/history/apply-entry.ts'
import { explanationFor } from '../../../server/history/explanation-for.ts'
import { explain } from '../../../server/history/explanation.ts'
import { readJournalOfCall } from '../../../server/history/journal-of-call.ts'
import type { CallDocument } from '../../../server/history/model.ts'
import { callExplanationSchema, type CallExplanation } from '../../../shared/explanation.ts'
import type { VerificationStep } from '../../../shared/verification.ts'
import { reduce, createFloor } from '../../../server/floor/floor.ts'
import { desks, floorOptions, replay } from '../../compare/replay.ts'
import { inClear, memoryStore, showParty } from './support.ts'

const extensionOf = (device: string): string | null =>
  desks.find(({ interfaces }) => interfaces.includes(device))?.extension ?? null

const nameOf = (personId: string): string => `Agent ${personId.replace('person-', '')}`

/** The explanation of the first inbound call of a trace, by what the journal would hold of it. */
async function explained(
  name: string,
  more: (callId: string) => EntryBody[] = () => [],
): Promise<CallExplanation> {
  const { events } = replay(await readTrace(name))
  const floor = createFloor(floorOptions)
  const bodies: { body: EntryBody; at: number }[] = []
  const calls = new Map<string, CallDocument>()
  for (const event of events) {
    const { facts } = reduce(floor, event)
    const at = event.arrivedAt
    bodies.push({ at, body: { kind: 'input', event } })
    if (facts.length > 0) bodies.push({ at, body: { kind: 'facts', facts } })
    const started = facts.find((fact) => fact.type === 'call.started')
    if (started?.type === 'call.started') {
      bodies.push(...more(started.callId).map((body) => ({ at, body })))
    }
  }
  const entries = bodies.map(({ body, at }, index): Entry => ({ seq: index + 1, node: 'one', at, ...body }))
  for (const entry of entries) applyEntry(calls, entry)
  const call = [...calls.values()].find(
    ({ mergedInto, direction }) => mergedInto === null && direction === 'inbound',
  )
  if (!call) throw new Error('There is no inbound call in this trace.')
  const { store } = memoryStore()
  await store.keepJournal(entries)
  return explain(
    { ...(await readJournalOfCall(inClear(store), call)), current: true },
    { showParty, extensionOf, nameOf, inputDays: 30 },
  )
}

/** The lines of the call in a few words, in order; times left out. */
const story = ({ lines }: CallExplanation): string[] =>
  lines
    .filter(({ legId }) => legId === null)
    .map(({ text, values: { agent, queue, offerOutcome, visitOutcome, contactEnd, callEnd } }) =>
      [text, agent, queue, offerOutcome ?? visitOutcome ?? contactEnd ?? callEnd]
        .filter((word) => word !== undefined && word !== '')
        .join(' '),
    )
const statesOf = ({ legs }: CallExplanation): string[] =>
  legs.map(({ kind, extension, parts }) => [extension ?? kind, ...parts.map(({ state }) => state)].join(' '))

describe('a call is told from the journal alone', () => {
  it('the first agent did not answer and the second did: whom it was offered to, and what each made of it', async () => {
    const call = await explained('second-agent-answers')

    expect(story(call)).toEqual([
      'callStarted',
      'callIdentified',
      'callQueued sales',
      'offerMade 201 sales',
      'offerEnded 201 notAnswered',
      'offerMade 202 sales',
      'offerEnded 202 answered',
      'callDequeued sales answered',
      'contactBegan 202',
      'contactEnded 202 customerHungUp',
      'callEnded customerHungUp',
    ])
    expect(statesOf(call)).toEqual([
      'outside starting inDialplan waiting inDialplan talking inDialplan',
      '201 starting ringing',
      '202 starting ringing inDialplan talking inDialplan',
    ])
    expect(call.lines.every(({ at, relativeMs }) => relativeMs === at - call.startedAt)).toBe(true)
  })

  it('held several times: who waited for whom, on each leg', async () => {
    const call = await explained('held-several-times')

    expect(statesOf(call)).toEqual([
      'outside starting inDialplan waiting inDialplan talking held talking inDialplan',
      '201 starting ringing inDialplan talking held talking held talking inDialplan',
    ])
    expect(call.legs.every(({ from, until }) => until !== null && until >= from)).toBe(true)
  })

  it('an attended transfer: the consultation that became part of it is told with it', async () => {
    const call = await explained('attended-transfer')

    const told = story(call)
    expect(told).toContain('otherStarted')
    expect(told).toContain('offerEnded 205 answered')
    expect(told.indexOf('transferred 201')).toBeGreaterThan(told.indexOf('contactBegan 205'))
    expect(told.filter((line) => line.startsWith('callStarted'))).toHaveLength(1)
    expect(new Set(call.legs.map(({ extension }) => extension))).toEqual(new Set([null, '201', '205']))
  })

  it('one of thirty at once: nothing of the others', async () => {
    const call = await explained('thirty-at-once')

    expect(story(call)).toEqual([
      'callStarted',
      'callIdentified',
      'callQueued sales',
      'offerMade 201 sales',
      'offerEnded 201 answered',
      'callDequeued sales answered',
      'contactBegan 201',
      'contactEnded 201 agentHungUp',
      'callEnded agentHungUp',
    ])
    expect(call.legs.map(({ extension }) => extension)).toEqual([null, '201'])
  })
})

describe('how the caller was verified', () => {
  const step = (more: Partial<VerificationStep>): VerificationStep => ({
    stepId: 'one',
    at: 0,
    customerId: 'olena',
    by: 'person-201',
    definition: 1,
    kind: 'question',
    fact: null,
    result: null,
    state: 'unverified',
    level: 'none',
    ...more,
  })
  const steps = (callId: string): EntryBody[] =>
    [
      step({ kind: 'pin', by: null, result: 'wrong' }),
      step({ fact: 'postcode', result: 'right', state: 'verified', level: 'basic' }),
      step({ kind: 'thirdPerson', by: 'gone', state: 'thirdPerson' }),
    ].map((one) => ({ kind: 'verification', callId, step: one }))
  const lines = ({ lines: all }: CallExplanation, text: RegExp) =>
    all.filter((line) => text.test(line.text)).map((line) => ({ text: line.text, ...line.values }))

  it('is told step by step: by whom, what was asked, what came of it and how the call stood then', async () => {
    const call = await explained('second-agent-answers', steps)

    expect(lines(call, /^verify/)).toEqual([
      { text: 'verifyPin', pinResult: 'wrong', standing: 'unverified' },
      {
        text: 'verifyQuestion',
        askedFact: 'postcode',
        questionResult: 'right',
        person: 'Agent 201',
        standing: 'inPart',
      },
      { text: 'verifyThirdPerson', person: 'Agent gone', standing: 'thirdPerson' },
    ])
  })

  it('names no customer and no answer, also to whom cards are not to be read', async () => {
    const call = await explained('second-agent-answers', steps)

    const told = JSON.stringify(explanationFor(call, ['history.all']).lines)
    expect(told).toContain('verifyQuestion')
    expect(told).not.toContain('olena')
  })

  it('with what the network says of the number, and that a PIN was typed, but not which', async () => {
    expect(lines(await explained('attested'), /^attested/)).toEqual([
      { text: 'attested', attestation: 'partial' },
    ])
    expect(lines(await explained('ivr-pin'), /^pinTyped/)).toEqual([{ text: 'pinTyped' }])
  })
})

describe('what stood on the screen', () => {
  it('is told in whole milliseconds, whatever parts of one the clocks give', async () => {
    const screen = { extension: '201', personId: 'person-201' }
    const told = { kind: 'told', ...screen, consoles: 1 } as const
    const call = await explained('second-agent-answers', (callId) => [
      { ...told, callId, sentAt: 1_000.25, news: { what: 'call' } },
      {
        ...told,
        callId,
        sentAt: 1_010.5,
        news: { what: 'card', outcome: 'one', customerId: 'olena' },
      },
      { kind: 'painted', callId, ...screen, sentAt: 1_010.75, earliestMs: 40, latestMs: 48.125 },
    ])

    const { rings } = callExplanationSchema.parse(call)
    expect(rings[0]?.screens[0]?.painted).toEqual({ earliestMs: 40, latestMs: 48 })
  })
})

describe('how the caller was looked up', () => {
  const olena = { customerId: 'olena', reason: 'openBusiness' as const }
  const petra = { customerId: 'petra', reason: 'lastTalked' as const }
  const lookup = (callId: string): EntryBody[] => [
    {
      kind: 'lookup',
      callId,
      read: { raw: '030 2312 50199', e164: '+493023125199', complete: true },
      outcome: 'several',
      by: 'sameNumber',
      candidates: [olena, petra],
    },
    { kind: 'binding', callId, customerId: 'olena', decided: true },
  ]

  it('is told with the number as sent and as read, its country, and who was weighed for what reason', async () => {
    const call = await explained('second-agent-answers', lookup)

    expect(call.lookups).toMatchObject([
      {
        number: { raw: '030 2312 50199', e164: '+493023125199', country: 'DE', complete: true },
        outcome: 'several',
        candidates: [olena, petra],
      },
    ])
    expect(story(call)).toContain('decided')
    const byNina = (callId: string): EntryBody[] => [
      { kind: 'binding', callId, customerId: 'olena', decided: true, by: 'nina' },
      { kind: 'binding', callId, customerId: null, decided: true, by: 'nina' },
    ]
    const lines = (await explained('second-agent-answers', byNina)).lines
    const said = lines.filter(({ text }) => text.startsWith('decided'))
    expect(said.map(({ text, values }) => [text, values])).toEqual([
      ['decidedBy', { person: 'Agent nina' }],
      ['decidedNobodyBy', { person: 'Agent nina' }],
    ])
  })

  it('without the right to cards, tells neither numbers nor customers, in no part of the answer', async () => {
    const call = explanationFor(await explained('second-agent-answers', lookup), ['history.all'])

    expect(call.lookups).toMatchObject([
      {
        number: null,
        candidates: [
          { customerId: null, reason: 'lastTalked' },
          { customerId: null, reason: 'sameNumber' },
        ],
      },
    ])
    expect(JSON.stringify(call)).not.toMatch(/olena|petra|50199|\+49/)
    expect(call.legs.map(({ device }) => device)).toEqual([null, 'PJSIP/201', 'PJSIP/202'])
  })

  it('without the right to purchases, neither reason nor order tells that business is open', async () => {
    const call = explanationFor(await explained('second-agent-answers', lookup), ['card.read'])

    expect(call.lookups[0]?.candidates).toMatchObject([petra, { customerId: 'olena', reason: 'sameNumber' }])
  })
})
