import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { readTrace } from '../../../lab/traces/trace.ts'
import { answersOf } from '../../../server/customers/answers.ts'
import type { Who } from '../../../server/customers/customers.ts'
import type { CallToMatch, MatchedCall } from '../../../server/customers/matching.ts'
import { newCustomer, type StoredCustomer } from '../../../server/customers/model.ts'
import { createVerification, type VerificationOptions } from '../../../server/verification/verification.ts'
import { planOf } from '../../../shared/number-plan.ts'
import { createNumberReader } from '../../../shared/number-reader.ts'
import type { PartInCall } from '../../../server/floor/views.ts'
import { defaultRoleRights } from '../../../shared/people.ts'
import {
  defaultVerification,
  sensitivePartSchema,
  type VerificationDefinition,
  type VerifyRequest,
} from '../../../shared/verification.ts'
import { replay } from '../../compare/replay.ts'
import { endNodes, folderAsKilled, nobody, openNode, type TestNode } from '../pipeline/node.ts'

afterEach(endNodes)

const nina: Who = { personId: 'nina', rights: [...defaultRoleRights.agent] }
const clerk: Who = {
  personId: 'clerk',
  rights: defaultRoleRights.agent.filter((one) => one !== 'card.answers'),
}
const olena = newCustomer({
  _id: 'olena',
  name: 'Olena',
  birthDate: '1984-05-17',
  postcode: '01030',
  accountNumber: '950201',
  phones: [{ number: '+380445551234', label: 'mobile' }],
})
const taras = newCustomer({ _id: 'taras', name: 'Taras' })

/** A node and the verification on its history; every call is Olena's, and on everybody's desk, but for what a test changes. */
async function open(more: Partial<VerificationOptions> = {}, folder?: string) {
  let customer: StoredCustomer | null = olena
  const number = createNumberReader(planOf('UA'))('+380445551234')
  const matched = (callId: string): MatchedCall => ({ ...nobody({ callId }), number, customer })
  const node = await openNode(folder === undefined ? {} : { folder })
  node.customers.answer = (call: CallToMatch) => Promise.resolve(matched(call.callId))
  const changed: string[] = []
  const said: [string, string][] = []
  const checked: string[] = []
  const verification = createVerification({
    definitions: {
      newest: () => Promise.resolve({ version: 7, definition: defaultVerification }),
      add: () => Promise.resolve(true),
    },
    history: node.history,
    customers: {
      callOf: matched,
      settledCall: (callId) => Promise.resolve(matched(callId)),
      answersOf: (call) => (call.customer ? answersOf(call.customer) : new Map()),
      checkPin: (customerId, pin) => {
        checked.push(`${customerId} ${pin}`)
        return Promise.resolve(pin === '0201' ? 'right' : 'wrong')
      },
      hasPins: true,
    },
    partIn: () => 'talking',
    isAnsweredOutbound: () => false,
    takePin: (keptAs) => keptAs,
    tellDialplan: (callId, result) => said.push([callId, result]),
    nameOf: (personId) => `the name of ${personId}`,
    audit: () => Promise.resolve(),
    onChange: (callId) => changed.push(callId),
    onDefinition: () => changed.push('all'),
    log: { warn: () => undefined },
    ...more,
  })
  await verification.start()
  onTestFinished(verification.stop)
  const becomes = (next: StoredCustomer | null, callId: string) => {
    customer = next
    verification.customerChanged(matched(callId))
  }
  const stand = (callId: string, isTalking = true) => verification.disclosureOf(matched(callId), isTalking)
  return { node, verification, matched, changed, said, checked, becomes, stand }
}

/** Takes a recorded call as far as the first talk, and gives the rest. */
async function talking(node: TestNode, name: string) {
  const { events, facts } = replay(await readTrace(name))
  const began = events.findIndex(({ type, at }) => {
    const talk = facts.find((fact) => fact.type === 'contact.began')
    return type === 'bridge.entered' && talk !== undefined && at >= talk.at
  })
  node.pipeline.takeAll(events.slice(0, began + 2))
  const callId = facts.find((fact) => fact.type === 'contact.began')?.callId ?? ''
  return { callId, rest: events.slice(began + 2) }
}
const ticked = (fact: 'birthDate' | 'postcode' | 'accountNumber', right = true): VerifyRequest => ({
  kind: 'ticked',
  stepId: randomUUID(),
  fact,
  right,
})

describe('verifying a caller', () => {
  it('by two right answers opens the card of the call, and says by whom', async () => {
    const { node, verification, changed, stand } = await open()
    const { callId } = await talking(node, 'direct-caller-hangs-up')
    expect(stand(callId)).toMatchObject({ verification: { state: 'unverified' } })

    verification.verify(callId, ticked('birthDate'), nina)
    verification.verify(callId, ticked('postcode'), nina)

    expect(stand(callId).verification).toMatchObject({
      state: 'verified',
      level: 'basic',
      by: { method: 'questions', person: 'the name of nina' },
    })
    expect([...stand(callId).closed.keys()]).toEqual(['paymentData'])
    expect(changed).toEqual([callId, callId])
  })

  it('the same step sent twice is one; a question asked before, or of no use, is refused', async () => {
    const { node, verification } = await open()
    const { callId } = await talking(node, 'direct-caller-hangs-up')
    const wrong = ticked('birthDate', false)
    verification.verify(callId, wrong, nina)
    verification.verify(callId, wrong, nina)
    expect(verification.waysFor(callId, nina)).toMatchObject({ asking: { state: 'open', wrongLeft: 1 } })
    expect(() => verification.verify(callId, ticked('birthDate'), nina)).toThrow(
      expect.objectContaining({ code: 'verification.not_open' }),
    )
    verification.verify(callId, ticked('postcode', false), nina)
    expect(() => verification.verify(callId, ticked('accountNumber'), nina)).toThrow(
      expect.objectContaining({ code: 'verification.not_open' }),
    )
  })

  it('who may not see the right answers gets none, cannot tick, and has the server compare', async () => {
    const { node, verification, stand } = await open()
    const { callId } = await talking(node, 'direct-caller-hangs-up')

    expect(JSON.stringify(verification.waysFor(callId, nina))).toContain('1984-05-17')
    expect(JSON.stringify(verification.waysFor(callId, clerk))).not.toMatch(/1984|01030|950201/)
    expect(() => verification.verify(callId, ticked('birthDate'), clerk)).toThrow(
      expect.objectContaining({ code: 'right.missing' }),
    )
    const say = (fact: 'birthDate' | 'postcode', said: string) =>
      verification.verify(callId, { kind: 'said', stepId: randomUUID(), fact, said }, clerk)
    say('birthDate', '17.05.1984')
    say('postcode', '01031')
    expect(verification.waysFor(callId, clerk).questions).toMatchObject([
      { fact: 'birthDate', result: 'right' },
      { fact: 'postcode', result: 'wrong' },
      { fact: 'accountNumber', result: 'open' },
    ])
    expect(stand(callId).verification).toMatchObject({ level: 'none' })
  })

  it('by a call back only in a call to a number on the card that was answered', async () => {
    const { node, verification } = await open()
    const { callId } = await talking(node, 'direct-caller-hangs-up')
    const reached: VerifyRequest = { kind: 'callBack', stepId: randomUUID(), reached: true }

    expect(verification.waysFor(callId, nina).callBack).toBe('elsewhere')
    expect(() => verification.verify(callId, reached, nina)).toThrow(
      expect.objectContaining({ code: 'verification.not_open' }),
    )
  })

  it('not by a call to a number that came to the card in this very call', async () => {
    const { node, verification, becomes } = await open({ isAnsweredOutbound: () => true })
    const { callId } = await talking(node, 'direct-caller-hangs-up')
    expect(verification.waysFor(callId, nina).callBack).toBe('here')
    becomes({ ...olena, madeInCall: callId }, callId)
    expect(verification.waysFor(callId, nina).callBack).toBe('elsewhere')
  })

  it('is not possible for nobody, on another desk, or after the end', async () => {
    let mine = true
    const { node, verification, becomes } = await open({ partIn: () => (mine ? 'talking' : null) })
    const { callId, rest } = await talking(node, 'direct-caller-hangs-up')
    const refused = (code: string) =>
      expect(() => verification.verify(callId, ticked('birthDate'), nina)).toThrow(
        expect.objectContaining({ code }),
      )
    becomes(null, callId)
    refused('verification.nobody')
    becomes(olena, callId)
    mine = false
    refused('call.not_yours')
    mine = true
    node.pipeline.takeAll(rest)
    refused('verification.call_over')
  })
})

describe('a typed PIN', () => {
  it('that is right verifies, that is wrong does not, and the dialplan is told either way', async () => {
    const { node, verification, said, stand, changed } = await open()
    const { callId } = await talking(node, 'direct-caller-hangs-up')

    await verification.pinTyped(callId, '9999')
    expect(stand(callId).verification).toMatchObject({ state: 'unverified', pin: 'wrong' })
    await verification.pinTyped(callId, '0201')

    expect(stand(callId).verification).toMatchObject({
      state: 'verified',
      level: 'full',
      by: { person: null },
    })
    expect(said).toEqual([
      [callId, 'wrong'],
      [callId, 'right'],
    ])
    expect(changed).toHaveLength(2)
  })

  it('is not compared any more when the tries of the call are used up', async () => {
    const { node, verification, said, checked, stand } = await open()
    const { callId } = await talking(node, 'direct-caller-hangs-up')
    for (const pin of ['1', '2', '3', '0201']) await verification.pinTyped(callId, pin)

    expect(checked).toHaveLength(3)
    expect(said.at(-1)).toEqual([callId, 'unchecked'])
    expect(stand(callId).verification).toMatchObject({ state: 'failed' })
  })

  it('is in no file and no document, wherever one looks', async () => {
    const secret = '86420975'
    const { node, verification } = await open()
    const { callId, rest } = await talking(node, 'direct-caller-hangs-up')
    await verification.pinTyped(callId, secret)
    verification.verify(
      callId,
      { kind: 'said', stepId: randomUUID(), fact: 'postcode', said: 'KV 77321' },
      nina,
    )
    node.pipeline.takeAll(rest)
    await node.history.drain(5_000)

    const record = await node.history.readCall(callId)
    expect(record?.verification.map(({ kind, result }) => [kind, result])).toEqual([
      ['pin', 'wrong'],
      ['question', 'wrong'],
    ])
    const journal = await node.history.journalOf(callId)
    expect(journal?.entries.some(({ kind }) => kind === 'verification')).toBe(true)
    const files = readdirSync(node.folder, { recursive: true, withFileTypes: true })
      .filter((file) => file.isFile())
      .map((file) => readFileSync(join(file.parentPath, file.name), 'latin1'))
    const everything = JSON.stringify([record, journal, files])
    expect(everything).toContain('"verification"')
    for (const one of [secret, '77321', '01030', '1984-05-17']) expect(everything).not.toContain(one)
  })
})

describe('a PIN of the customer’s own', () => {
  const { opens } = defaultVerification
  it.each([
    ['as shipped', defaultVerification],
    [
      'with payment data open to everybody',
      { ...defaultVerification, opens: { ...opens, paymentData: 'none' } },
    ],
    [
      'with payment data open after two questions',
      { ...defaultVerification, opens: { ...opens, paymentData: 'basic' } },
    ],
  ] as const)(
    'is given by who talks with them, verified as far as the PIN verifies: %s',
    async (_, definition) => {
      let part: PartInCall | null = 'talking'
      const { node, verification, matched } = await open({
        definitions: {
          newest: () => Promise.resolve({ version: 7, definition }),
          add: () => Promise.resolve(true),
        },
        partIn: () => part,
      })
      const { callId, rest } = await talking(node, 'direct-caller-hangs-up')
      const mayGive = () => verification.mayGivePin(matched(callId), nina)

      expect(mayGive()).toBe(false)
      verification.verify(callId, ticked('birthDate'), nina)
      verification.verify(callId, ticked('postcode'), nina)
      expect(mayGive()).toBe(false)
      expect(verification.waysFor(callId, nina).ownPin?.mayChange).toBe(false)
      await verification.pinTyped(callId, '0201')
      expect(mayGive()).toBe(true)
      expect(verification.waysFor(callId, nina).ownPin?.mayChange).toBe(true)
      for (const other of [null, 'before', 'after'] as const) {
        part = other
        expect(mayGive()).toBe(false)
      }
      part = 'talking'
      verification.verify(callId, { kind: 'thirdPerson', stepId: randomUUID() }, nina)
      expect(mayGive()).toBe(false)
      node.pipeline.takeAll(rest)
      expect(mayGive()).toBe(false)
    },
  )

  it('cannot be given where PINs are not used', async () => {
    const { node, verification, matched } = await open({
      definitions: {
        newest: () => Promise.resolve({ version: 7, definition: { ...defaultVerification, pin: null } }),
        add: () => Promise.resolve(true),
      },
      isAnsweredOutbound: () => true,
    })
    const { callId } = await talking(node, 'direct-caller-hangs-up')
    verification.verify(callId, { kind: 'callBack', stepId: randomUUID(), reached: true }, nina)
    expect(verification.disclosureOf(matched(callId), true).verification?.level).toBe('full')
    expect(verification.mayGivePin(matched(callId), nina)).toBe(false)
  })
})

describe('what verifying a caller opens', () => {
  it('is open to who talks with them, and not yet to a desk where the call only rings', async () => {
    const { node, verification, stand } = await open()
    const { callId } = await talking(node, 'direct-caller-hangs-up')
    await verification.pinTyped(callId, '0201')

    expect(stand(callId, true)).toMatchObject({ closed: new Map(), verification: { level: 'full' } })
    expect(stand(callId, false).verification).toMatchObject({ level: 'full' })
    expect([...stand(callId, false).closed.keys()]).toEqual(['debts', 'paymentData', 'marked'])
    // The console closes the same once the call has gone: it is told with the card.
    expect([...(stand(callId, true).later?.keys() ?? [])]).toEqual(['debts', 'paymentData', 'marked'])
  })
})

describe('what was verified', () => {
  it('is void when another customer is chosen, and stays void when the first is chosen again', async () => {
    const { node, verification, becomes, stand } = await open()
    const { callId } = await talking(node, 'direct-caller-hangs-up')
    await verification.pinTyped(callId, '0201')

    becomes(taras, callId)
    expect(stand(callId).verification).toMatchObject({ state: 'unverified', level: 'none' })
    becomes(olena, callId)
    expect(stand(callId).verification).toMatchObject({ state: 'unverified', level: 'none' })
  })

  it('goes with the call to the agent who takes it over', async () => {
    const { node, verification, stand } = await open()
    const { callId, rest } = await talking(node, 'attended-transfer')
    await verification.pinTyped(callId, '0201')

    for (const event of rest) {
      node.pipeline.take(event)
      const after = node.pipeline.floor().calls.get(callId)
      if (after?.endedAt !== null) break
      expect(stand(callId).verification).toMatchObject({ state: 'verified' })
    }
    expect(
      node.pipeline
        .floor()
        .calls.get(callId)
        ?.contacts.map(({ extension }) => extension).length,
    ).toBe(2)
  })

  it('is still known after the server was killed, and ends with the call', async () => {
    const before = await open()
    const { callId, rest } = await talking(before.node, 'direct-caller-hangs-up')
    await before.verification.pinTyped(callId, '0201')

    const { node, stand } = await open({}, folderAsKilled(before.node.folder))
    await node.pipeline.recover()
    expect(stand(callId).verification).toMatchObject({ state: 'verified', level: 'full' })

    node.pipeline.takeAll(rest)
    expect(stand(callId)).toMatchObject({ verification: { state: 'over', level: 'none', by: null } })
    expect([...stand(callId).closed.keys()]).toContain('debts')
  })

  it('is marked on the customer’s timeline, with the talk', async () => {
    const { node, verification } = await open()
    const { callId, rest } = await talking(node, 'direct-caller-hangs-up')
    await vi.waitFor(() => expect(node.popped).toContain(callId))
    await verification.pinTyped(callId, '0201')
    node.pipeline.takeAll(rest)
    await node.history.drain(5_000)

    await vi.waitFor(() =>
      expect(node.customers.recorded).toMatchObject([
        { callId, customerId: 'olena', verification: 'verified' },
      ]),
    )
  })
})

describe('how callers are verified', () => {
  const stricter: VerificationDefinition = {
    ...defaultVerification,
    callBack: null,
    opens: { ...defaultVerification.opens, payments: 'full' },
  }

  it('is changed by whoever looked at the newest, holds at once, and what was changed is in the audit', async () => {
    const audited: unknown[][] = []
    const { verification, changed } = await open({
      audit: (...entry) => {
        audited.push(entry)
        return Promise.resolve()
      },
    })

    expect(await verification.change({ version: 7, definition: stricter }, nina)).toEqual({
      version: 8,
      definition: stricter,
    })

    expect([...verification.disclosureOf(null, false).closed.keys()]).toContain('payments')
    expect(changed).toEqual(['all'])
    expect(audited).toEqual([
      [
        'verification.changed',
        'nina',
        '8',
        ['callBack.earns', 'opens.payments'],
        [
          { field: 'callBack.earns', before: 'full', after: null },
          { field: 'opens.payments', before: 'none', after: 'full' },
        ],
      ],
    ])
  })

  it('is not changed over what somebody else made of it meanwhile, which holds from then on', async () => {
    const theirs = { version: 8, definition: stricter }
    let newest = { version: 7, definition: defaultVerification }
    const { verification } = await open({
      definitions: { newest: () => Promise.resolve(newest), add: () => Promise.resolve(true) },
    })
    newest = theirs

    await expect(
      verification.change({ version: 7, definition: defaultVerification }, nina),
    ).rejects.toMatchObject({ code: 'edit.outdated' })
    expect(verification.current()).toEqual(theirs)
  })
})

describe('how callers are verified, changed on another server', () => {
  it('holds here within a second, on cards that are open too, and is not taken back by an older one', async () => {
    const stricter = {
      ...defaultVerification,
      opens: { ...defaultVerification.opens, purchases: 'full' as const },
    }
    let newest = { version: 7, definition: defaultVerification }
    let looks = 0
    const { node, verification, changed, stand } = await open({
      definitions: {
        newest: () => {
          looks += 1
          return Promise.resolve(newest)
        },
        add: () => Promise.resolve(true),
      },
    })
    const { callId } = await talking(node, 'direct-caller-hangs-up')
    expect([...stand(callId).closed.keys()]).not.toContain('purchases')

    newest = { version: 8, definition: stricter }
    await vi.waitFor(() => expect(changed).toEqual(['all']), { timeout: 1_000, interval: 20 })
    expect(verification.current()).toEqual(newest)
    expect([...stand(callId).closed.keys()]).toContain('purchases')

    newest = { version: 7, definition: defaultVerification }
    const before = looks
    await vi.waitFor(() => expect(looks).toBeGreaterThan(before + 1), { timeout: 3_000 })
    expect(verification.current().version).toBe(8)
    expect(changed).toEqual(['all'])
  })
})

describe('somebody who speaks for the customer', () => {
  it('closes everything, and the customer is verified anew when they speak themselves', async () => {
    const { node, verification, stand } = await open()
    const { callId } = await talking(node, 'direct-caller-hangs-up')
    await verification.pinTyped(callId, '0201')

    verification.verify(callId, { kind: 'thirdPerson', stepId: randomUUID() }, nina)
    for (const isTalking of [true, false]) {
      expect(stand(callId, isTalking)).toMatchObject({
        verification: { state: 'thirdPerson', level: 'none' },
      })
      expect([...stand(callId, isTalking).closed.keys()]).toEqual(sensitivePartSchema.options)
    }
    verification.verify(callId, { kind: 'themselves', stepId: randomUUID() }, nina)
    expect(stand(callId)).toMatchObject({ verification: { state: 'unverified', level: 'none' } })
  })
})
