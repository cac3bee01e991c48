import { randomUUID } from 'node:crypto'
import mongoose from 'mongoose'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { castCustomers } from '../../../lab/seed/cast.ts'
import { planOf } from '../../../shared/number-plan.ts'
import { createNumberReader } from '../../../shared/number-reader.ts'
import { createCustomers, type Customers, type Who } from '../../../server/customers/customers.ts'
import type { CallToMatch, MatchedCall } from '../../../server/customers/matching.ts'
import { customersCollection, newCustomer, type StoredCustomer } from '../../../server/customers/model.ts'
import type { KeptCustomer } from '../../../server/history/entries.ts'
import { connectDatabase, type Database } from '../../../server/database/database.ts'
import { ensureIndexes } from '../../../server/database/schema.ts'
import { defaultRoleRights } from '../../../shared/people.ts'
import { ProblemError } from '../../../shared/problems.ts'
import { testDatabaseUri } from '../support/database.ts'

const log = { info: () => undefined, warn: () => undefined }
const nina: Who = { personId: 'nina', rights: [...defaultRoleRights.agent] }
const rights = defaultRoleRights.agent
const names = new Map([
  ['nina', 'Nina Albers'],
  ['lev', 'Lev Orlov'],
])
const nameOf = (personId: string) => names.get(personId) ?? null

let database: Database
let customers: Customers
let foreignCall: string | null = null
const changes: MatchedCall[] = []
/** Whose cards consoles were told to read anew. */
const cardsChanged: string[] = []

/** A call with an id of its own; by default an unknown number dials the main number. */
function call(known: Partial<CallToMatch>): CallToMatch {
  return {
    callId: randomUUID(),
    number: null,
    restricted: false,
    dialled: '+493023125100',
    account: null,
    ...known,
  }
}

/** What is kept of whose a call is, as history tells it. */
function kept(customerId: string | null, more: Partial<KeptCustomer> = {}) {
  return () => Promise.resolve({ customerId, decided: true, decidedBy: null, reason: null, ...more })
}

/** Somebody put into the database beside the cast. */
async function somebody(known: Partial<StoredCustomer> & { name: string }): Promise<string> {
  const customer = newCustomer({ _id: randomUUID(), ...known })
  await database.collection<StoredCustomer>(customersCollection).insertOne(customer)
  return customer._id
}

beforeAll(async () => {
  database = connectDatabase({ uri: testDatabaseUri('customers'), log })
  await database.whenReady()
  customers = createCustomers({
    database,
    readNumber: createNumberReader(planOf('DE', ['030 23125100', '201'])),
    partIn: (_me, callId) => (callId === foreignCall ? null : 'talking'),
    nameOf,
    log,
    onChange: (changed) => changes.push(changed),
    onCardChange: (customerId) => cardsChanged.push(customerId),
  })
  await ensureIndexes(database.connection)
  await database.collection<StoredCustomer>(customersCollection).insertMany(castCustomers(Date.now()))
})
afterAll(() => database.stop())

describe('a call is matched', () => {
  it.each(['+380445551234', '380445551234', '00380445551234'])(
    'by its number, however it comes: %s',
    async (number) => {
      // given a call of Olena's
      const olena = call({ number })
      // when it is matched
      const { match, customer } = await customers.matchCall(olena)
      // then she is the caller, and her whole card is at hand without asking again
      expect(match).toMatchObject({ outcome: 'one', by: 'sameNumber' })
      expect(customer?.name).toBe('Olena Kovalchuk')
      expect(customers.popOf(olena.callId, rights, true)?.card?.why).toHaveLength(3)
    },
  )

  it('to several who share a number: the one with something due comes first, and no card is shown', async () => {
    const { callId } = await customers.matchCall(call({ number: '+33199001276' }))
    const pop = customers.popOf(callId, rights, true)
    expect(pop?.match).toMatchObject({
      outcome: 'several',
      candidates: [
        { name: 'Claire Moreau', reason: 'promiseDue' },
        { name: 'Julien Bonnet', reason: 'sameNumber' },
      ],
    })
    expect(pop?.card).toBeNull()
  })

  it('to nobody, when nobody has the number', async () => {
    expect((await customers.matchCall(call({ number: '+4915199123456' }))).match.outcome).toBe('none')
  })

  it('by the last digits to candidates only, when the number came without prefix', async () => {
    const { match, customer } = await customers.matchCall(call({ number: '445551234' }))
    expect(match).toMatchObject({
      outcome: 'several',
      by: 'nationalTail',
      candidates: [{ customerId: 'cast-kovalchuk' }],
    })
    expect(customer).toBeNull()
    // and not at all when the number is complete, and another one
    expect((await customers.matchCall(call({ number: '0445551234' }))).match.outcome).toBe('none')
  })

  it('not at all when the number is withheld, even if the network sent it', async () => {
    const hidden = await customers.matchCall(call({ number: '+380445551234', restricted: true }))
    expect(hidden).toMatchObject({
      match: { outcome: 'withheld', candidates: [] },
      number: null,
      numberKey: null,
    })
    expect((await customers.matchCall(call({ number: null }))).match.outcome).toBe('withheld')
  })

  it('by the account entered in the IVR, once it is known, before the number', async () => {
    // given a withheld call that nobody could be found for
    const first = call({ number: '+380445551234', restricted: true })
    await customers.matchCall(first)
    // when the caller enters an account number
    const { match, customer } = await customers.matchCall({ ...first, account: '950203' })
    // then its owner is the caller
    expect(match).toMatchObject({ outcome: 'one', by: 'account' })
    expect(customer?.name).toBe('Marta Lindqvist')
  })

  it('to nobody when it is one of our own numbers', async () => {
    for (const number of ['+493023125100', '03023125100', '201']) {
      expect((await customers.matchCall(call({ number }))).match.outcome).toBe('ignored')
    }
  })

  it('once, however often it is asked at the same time', async () => {
    const same = call({ number: '+380445551234' })
    const find = vi.spyOn(database, 'collection')
    const answers = await Promise.all(Array.from({ length: 20 }, () => customers.matchCall(same)))
    expect(find).toHaveBeenCalledTimes(1)
    expect(new Set(answers).size).toBe(1)
    find.mockRestore()
  })
})

describe('an agent says who is calling', () => {
  it('and is believed for this call, and for the next ones from this number', async () => {
    // given two on one number
    const first = await customers.matchCall(call({ number: '+492214710401' }))
    expect(first.match.outcome).toBe('several')
    // when Clara is chosen, to be remembered
    await customers.choose(first.callId, 'cast-lehmann-clara', true, nina)
    // then this call is hers, and so is the next one at once
    expect(customers.popOf(first.callId, rights, true)?.card?.name).toBe('Clara Lehmann')
    const next = await customers.matchCall(call({ number: '+492214710401' }))
    expect(next).toMatchObject({
      match: { outcome: 'one', by: 'chosen' },
      customer: { name: 'Clara Lehmann' },
    })
    // when Anna is chosen later, then the number is Anna's
    await customers.choose(next.callId, 'cast-lehmann-anna', true, nina)
    const last = await customers.matchCall(call({ number: '+492214710401' }))
    expect(last.customer?.name).toBe('Anna Lehmann')
    expect(last.customer?.choices).toMatchObject([{ number: '+492214710401', by: 'nina' }])
  })

  it('for a number that was on no card', async () => {
    const unknown = await customers.matchCall(call({ number: '+4915199000001' }))
    await customers.choose(unknown.callId, 'cast-weber', true, nina)
    const next = await customers.matchCall(call({ number: '+4915199000001' }))
    expect(next.customer?.name).toBe('Jonas Weber')
  })

  it('by a new card, made once, that the number finds from then on', async () => {
    const unknown = await customers.matchCall(call({ number: '+4915199000002' }))
    const made = await customers.createForCall(
      unknown.callId,
      { name: 'Rosa Funk', company: 'Funk GmbH' },
      nina,
    )
    const again = await customers.createForCall(
      unknown.callId,
      { name: 'Rosa Funk', company: 'Funk GmbH' },
      nina,
    )
    expect(again.customer?._id).toBe(made.customer?._id)
    const next = await customers.matchCall(call({ number: '+4915199000002' }))
    expect(next.customer).toMatchObject({ name: 'Rosa Funk', company: 'Funk GmbH' })
  })

  it('by one new card, when it is asked for several times at once', async () => {
    const unknown = await customers.matchCall(call({ number: '+4915199000006' }))
    const ask = (name: string) => customers.createForCall(unknown.callId, { name }, nina)
    // when two consoles and an impatient finger ask at the same time
    const answers = await Promise.all([ask('Ines Twice'), ask('Ines Twice'), ask('Inès Twice')])
    // then all get the first one's card, and there is no other
    expect(new Set(answers.map(({ customer }) => customer?._id)).size).toBe(1)
    expect((await customers.search('twice')).hits.map(({ name }) => name)).toEqual(['Ines Twice'])
    // and whoever asks for another afterwards gets another
    expect((await ask('Otto Else')).customer?.name).toBe('Otto Else')
  })

  it('by a new card also when a namesake had been chosen before', async () => {
    const namesake = await somebody({ name: 'Rosa Klein' })
    const unknown = await customers.matchCall(call({ number: '+4915199000005' }))
    await customers.choose(unknown.callId, namesake, false, nina)
    const made = await customers.createForCall(unknown.callId, { name: 'Rosa Klein' }, nina)
    expect(made.customer?._id).not.toBe(namesake)
  })

  it('after a restart, as the agent had said: a customer whom the number does not find, or nobody', async () => {
    const chosen = call({ number: '+380445551234' })
    const restored = await customers.restoreCall(chosen, kept('cast-weber', { decidedBy: 'lev' }))
    expect(restored).toMatchObject({ decided: true, decidedBy: 'lev', customer: { name: 'Jonas Weber' } })
    const disowned = await customers.restoreCall(call({ number: '+380445551234' }), kept(null))
    expect(disowned).toMatchObject({ decided: true, customer: null, match: { outcome: 'none' } })
    const withheld = await customers.restoreCall(call({ number: null }), kept('cast-weber'))
    expect(withheld).toMatchObject({ decided: true, customer: { name: 'Jonas Weber' } })
  })

  it('after a restart, as a look-up had found, though less is known of the call than then', async () => {
    const found = { decided: false, reason: 'account' as const }
    const caller = call({ number: '+380445551234' })
    const restored = await customers.restoreCall(caller, kept('cast-weber', found))
    expect(restored).toMatchObject({ decided: false, customer: { name: 'Jonas Weber' } })
    expect(restored.match).toMatchObject({ outcome: 'one', by: 'account' })
    expect(restored.match.candidates.map(({ name }) => name)).toEqual(['Jonas Weber', 'Olena Kovalchuk'])
    // and what is learnt later is looked up as ever
    const learnt = await customers.matchCall({ ...caller, account: '950203' })
    expect(learnt.customer?.name).not.toBe('Jonas Weber')
    const ofNobody = await customers.restoreCall(call({ number: '+380445551234' }), kept('gone', found))
    expect(ofNobody.customer?.name).toBe('Olena Kovalchuk')
  })

  it('and it is somebody else’s phone: what was noted meanwhile follows to them', async () => {
    // given a call taken for Petra's, and a note taken in it
    const borrowed = await customers.matchCall(call({ number: '+496990009512' }))
    const noteId = randomUUID()
    await customers.addNote('cast-hoffmann', { noteId, text: 'Wants 40 sacks' }, nina)
    // when it proves to be another person's
    const unlinked = await customers.unlink(borrowed.callId, nina)
    expect(unlinked).toMatchObject({ customer: null, match: { outcome: 'none' } })
    expect(unlinked.decidedBy).toBe(nina.personId)
    const bound = await customers.choose(borrowed.callId, 'cast-pohl', false, nina)
    expect(bound.decidedBy).toBe(nina.personId)
    // then the note is on their card and no longer on hers, and the number, not to be remembered, is still hers
    expect(bound.customer?.notes.map((note) => note.noteId)).toContain(noteId)
    const petra = await customers.readCard('cast-hoffmann', nina)
    expect(petra?.notes?.map((note) => note.noteId)).not.toContain(noteId)
    const next = await customers.matchCall(call({ number: '+496990009512' }))
    expect(next.customer?.name).toBe('Petra Hoffmann')
  })

  it('and what was noted follows also when the server was restarted meanwhile', async () => {
    const holder = await somebody({
      name: 'Noted Before',
      phones: [{ number: '+4915199000021', label: 'mobile' }],
    })
    const caller = call({ number: '+4915199000021' })
    await customers.matchCall(caller)
    const note = { noteId: randomUUID(), text: 'Moves in May' }
    await customers.addNote(holder, note, nina)
    // when the server that knew of the call is gone, and the next is told of it
    customers.forgetCall(caller.callId)
    await customers.matchCall(caller)
    await customers.unlink(caller.callId, nina)
    const bound = await customers.choose(caller.callId, 'cast-pohl', false, nina)
    // then
    expect(bound.customer?.notes).toContainEqual(expect.objectContaining(note))
    expect((await customers.readCard(holder, nina))?.notes).toEqual([])
  })

  it('by a new card once, though the database went away while it was made', async () => {
    const caller = await customers.matchCall(call({ number: '+4915199000022' }))
    // given a database that goes away after the card was written
    const { MongoNetworkError, Collection } = mongoose.mongo
    const failing = vi
      .spyOn(Collection.prototype, 'updateOne')
      .mockRejectedValueOnce(new MongoNetworkError('gone'))
    await expect(customers.createForCall(caller.callId, { name: 'Ida Falk' }, nina)).rejects.toMatchObject({
      code: 'database.unreachable',
    })
    failing.mockRestore()
    // when it is asked for again
    const made = await customers.createForCall(caller.callId, { name: 'Ida Falk' }, nina)
    // then there is one
    expect(made.customer?.name).toBe('Ida Falk')
    expect((await customers.search('Ida Falk')).hits).toHaveLength(1)
  })

  it('by the account keyed in, or an earlier choice, though a crowd has the number', async () => {
    const crowd = { phones: [{ number: '+4915199000023', label: 'work' as const }] }
    for (let index = 0; index < 25; index += 1)
      await somebody({ _id: `crowd-${index}`, name: `Of Many ${index}`, ...crowd })
    await somebody({ _id: 'z-account', name: 'Has Account', accountNumber: '777001' })
    const keyed = await customers.matchCall(call({ number: '+4915199000023', account: '777001' }))
    expect(keyed).toMatchObject({ match: { by: 'account' }, customer: { name: 'Has Account' } })
    await somebody({ _id: 'z-chosen', name: 'Was Chosen', ...crowd })
    const first = await customers.matchCall(call({ number: '+4915199000023' }))
    await customers.choose(first.callId, 'z-chosen', true, nina)
    const next = await customers.matchCall(call({ number: '+4915199000023' }))
    expect(next).toMatchObject({ match: { by: 'chosen' }, customer: { name: 'Was Chosen' } })
  })

  it('and is refused for a call on another desk, an unknown call, and an unknown customer', async () => {
    const theirs = await customers.matchCall(call({ number: '+380445551234' }))
    foreignCall = theirs.callId
    await expect(customers.choose(theirs.callId, 'cast-weber', true, nina)).rejects.toMatchObject({
      code: 'call.not_yours',
    })
    await expect(customers.unlink('gone', nina)).rejects.toMatchObject({ code: 'call.unknown' })
    const mine = await customers.matchCall(call({ number: '+4915199000003' }))
    await expect(customers.choose(mine.callId, 'nobody', true, nina)).rejects.toMatchObject({
      code: 'customer.unknown',
    })
  })
})

describe('what is learnt', () => {
  it('is kept once for each note, whoever writes at the same time, and shown in the call at once', async () => {
    const id = await somebody({ name: 'Much Noted', phones: [{ number: '+4915199000004', label: 'mobile' }] })
    const { callId } = await customers.matchCall(call({ number: '+4915199000004' }))
    const notes = Array.from({ length: 20 }, (_, index) => ({ noteId: randomUUID(), text: `Note ${index}` }))
    // when twenty notes are sent, each twice, all at once
    await Promise.all([...notes, ...notes].map((note) => customers.addNote(id, note, nina)))
    // then each is there once, and the call's card has them
    const card = await customers.readCard(id, nina)
    expect(card?.notes?.map(({ text }) => text).sort()).toEqual(notes.map(({ text }) => text).sort())
    expect(card?.version).toBe(21)
    await expect(customers.addNote(id, notes[0] ?? { noteId: '', text: '' }, nina)).resolves.toMatchObject(
      notes[0] ?? {},
    )
    expect(customers.callOf(callId)?.customer?.notes).toHaveLength(20)
    // and what was typed on after an answer that never came is not lost, be it sent by whoever wrote it
    const longer = { noteId: notes[3]?.noteId ?? '', text: 'Note 3, and call her back on Monday' }
    expect(await customers.addNote(id, longer, nina)).toMatchObject(longer)
    const kept = (await customers.readCard(id, nina))?.notes?.filter(({ noteId }) => noteId === longer.noteId)
    expect(kept).toMatchObject([{ text: longer.text }])
    await expect(
      customers.addNote(id, { ...longer, text: 'No' }, { ...nina, personId: 'lev' }),
    ).rejects.toMatchObject({ code: 'note.not_yours' })
    expect(changes.some((changed) => changed.callId === callId)).toBe(true)
    // nor does what was taken out again stay, or go by anybody else's hand
    const out = { noteId: longer.noteId, text: '' }
    await expect(customers.addNote(id, out, { ...nina, personId: 'lev' })).rejects.toMatchObject({
      code: 'note.not_yours',
    })
    expect(await customers.addNote(id, out, nina)).toMatchObject(out)
    expect(await customers.addNote(id, out, nina)).toMatchObject(out)
    const left = (await customers.readCard(id, nina))?.notes
    expect(left).toHaveLength(19)
    // and each says in which call it was written, so that one goes on with it after a refresh
    expect(left?.every((note) => note.callId === callId)).toBe(true)
  })

  it('bears its author’s name as it is now', async () => {
    const id = await somebody({ name: 'Told Once' })
    const note = { noteId: randomUUID(), text: 'Likes spelt' }
    const answer = { ...note, by: 'Nina Albers', byPersonId: 'nina' }
    expect(await customers.addNote(id, note, nina)).toMatchObject(answer)
    names.set('nina', 'Nina Weiss')
    expect((await customers.readCard(id, nina))?.notes).toMatchObject([{ ...answer, by: 'Nina Weiss' }])
    names.set('nina', 'Nina Albers')
  })

  it('of a talk is put into the timeline once, the newest first, and the timeline stays short', async () => {
    const id = await somebody({ name: 'Often Called' })
    const talk = (index: number) => ({
      contactId: `call-${index}/1`,
      callId: `call-${index}`,
      customerId: id,
      takenFrom: null,
      at: index,
      talkMs: 1,
      personId: null,
    })
    for (let index = 1; index <= 35; index += 1) await customers.recordContact(talk(index))
    await customers.recordContact(talk(35))
    const card = await customers.readCard(id, nina)
    expect(card?.timeline).toHaveLength(30)
    expect(card?.timeline[0]?.callId).toBe('call-35')
    expect(card?.timeline[1]?.callId).toBe('call-34')
    // and one told long after it had left the timeline does not come back
    await customers.recordContact(talk(1))
    expect((await customers.readCard(id, nina))?.timeline.at(-1)?.callId).toBe('call-6')
  })

  it('of two agents’ talks in one call are two entries, each told as the card tells it', async () => {
    const id = await somebody({ name: 'Passed On' })
    const talk = { callId: 'call-1', customerId: id, takenFrom: null, talkMs: 5 }
    await customers.recordContact({ ...talk, contactId: 'first', at: 10, personId: 'nina' })
    await customers.recordContact({ ...talk, contactId: 'second', at: 20, personId: 'lev' })
    const entry = { kind: 'call', text: '', callId: 'call-1', durationMs: 5 }
    expect((await customers.readCard(id, nina))?.timeline).toEqual([
      { ...entry, at: 20, by: 'Lev Orlov', byPersonId: 'lev' },
      { ...entry, at: 10, by: 'Nina Albers', byPersonId: 'nina' },
    ])
  })

  it('of a talk says what came of it, also when that is said later, or anew', async () => {
    const id = await somebody({ name: 'Finished Late' })
    const talk = { callId: 'call-1', customerId: id, takenFrom: null, talkMs: 5, personId: 'nina' }
    const result = (code: string, at: number) => ({ at, path: [{ code, name: { en: code, ru: code } }] })
    const told = async () =>
      (await customers.readCard(id, nina))?.timeline.map(({ at, result }) => [at, result?.path[0]?.code])
    await customers.recordContact({ ...talk, contactId: 'first', at: 10 })
    await customers.recordContact({ ...talk, contactId: 'second', at: 20 })
    await customers.recordContact({ ...talk, contactId: 'first', at: 10, result: result('open', 30) })
    expect(await told()).toEqual([
      [20, undefined],
      [10, 'open'],
    ])
    const anew = { ...talk, contactId: 'first', at: 10, result: result('solved', 40) }
    await customers.recordContact(anew)
    await customers.recordContact(anew)
    expect(await told()).toEqual([
      [20, undefined],
      [10, 'solved'],
    ])
    expect(cardsChanged).toContain(id)
  })

  it('of a talk that proves to be another’s moves to them, as if it had never been the first one’s', async () => {
    const earlier = {
      contactId: 'earlier',
      callId: 'call-1',
      at: 10,
      talkMs: 5,
      personId: 'lev',
      takenFrom: null,
    }
    const mistaken = { contactId: 'mistaken', callId: 'call-2', at: 20, talkMs: 5, personId: 'nina' }
    const first = await somebody({ name: 'Taken For' })
    const other = await somebody({ name: 'Really Called' })
    await customers.recordContact({ ...earlier, customerId: first })
    await customers.recordContact({ ...mistaken, customerId: first, takenFrom: null })
    // when it is the other's, told twice as after a crash
    const moved = { ...mistaken, customerId: other, takenFrom: first }
    await customers.recordContact(moved)
    await customers.recordContact(moved)
    // then it is on theirs, and the first was last talked with before
    const timeline = async (id: string) =>
      (await customers.readCard(id, nina))?.timeline.map(({ at, byPersonId }) => [at, byPersonId])
    expect(await timeline(other)).toEqual([[20, 'nina']])
    expect(await timeline(first)).toEqual([[10, 'lev']])
    const stored = await database.collection<StoredCustomer>(customersCollection).findOne({ _id: first })
    expect(stored?.lastContactAt).toBe(10)
    // when it is nobody's after all, then it is on nobody's
    await customers.recordContact({ ...mistaken, customerId: null, takenFrom: other })
    expect(await timeline(other)).toEqual([])
  })
})

describe('calls of the day', () => {
  it('bear the names of their customers as they are now; who is nobody’s or gone stays without', async () => {
    const customerId = await somebody({ name: 'Named Once' })
    const calls = [customerId, null, 'gone', customerId].map((id) => ({ customerId: id, customerName: null }))
    const named = await customers.named(calls)
    expect(named.map(({ customerName }) => customerName)).toEqual(['Named Once', null, null, 'Named Once'])
  })
})

describe('a search', () => {
  it.each([
    ['the beginning of a name', 'olen', 'Olena Kovalchuk'],
    ['name and company, in any order', 'bakery kovalch', 'Olena Kovalchuk'],
    ['a name in Kazakh', 'айдана', 'Айдана Омарова'],
    ['a name in Chinese', '王丽', '王丽娜'],
    ['a name without its accents', 'zeynep yilmaz', 'Zeynep Yılmaz'],
    ['half a national number', '044 555 12', 'Olena Kovalchuk'],
    ['a whole number', '+46 70 174 06 12', 'Marta Lindqvist'],
    ['an e-mail address', 'harriet@ash', 'Harriet Ashworth'],
    ['an account number', '950106', 'Petra Hoffmann'],
  ])('finds by %s', async (_what, typed, name) => {
    expect((await customers.search(typed)).hits.map((hit) => hit.name)).toContain(name)
  })

  it.each(['.*', '^o', '(a+)+$', '$where', '{"$gt":""}', 'olena|petra', '\\', '[a-z]'])(
    'takes %s for what it is, not for a pattern',
    async (typed) => {
      const { hits } = await customers.search(typed)
      expect(hits.filter(({ name }) => name === 'Petra Hoffmann')).toEqual([])
    },
  )

  it('gives at most fifty', async () => {
    await database
      .collection<StoredCustomer>(customersCollection)
      .insertMany(
        Array.from({ length: 80 }, (_, index) => newCustomer({ _id: `many-${index}`, name: 'Quill' })),
      )
    const first = await customers.search('quill')
    expect(first).toMatchObject({ more: true })
    expect(first.hits).toHaveLength(50)
    const all = await customers.search('quill', 500)
    expect(all.more).toBe(false)
    expect(all.hits.length).toBeGreaterThan(50)
  })
})

describe('when the database is away', () => {
  it('a call goes on without an answer within the time limit, and is told when it comes after all', async () => {
    // given a database that answers slowly
    const late: MatchedCall[] = []
    const slow = createCustomers({
      database: {
        ...database,
        connection: database.connection.useDb('elsewhere'),
        collection: (name) => {
          const collection = database.collection<StoredCustomer>(name)
          const find = collection.find.bind(collection)
          collection.find = ((...query: Parameters<typeof find>) => {
            const cursor = find(...query)
            const toArray = cursor.toArray.bind(cursor)
            cursor.toArray = async () => {
              await released
              return toArray()
            }
            return cursor
          }) as typeof collection.find
          return collection as never
        },
      },
      readNumber: createNumberReader(planOf('DE')),
      lookupTimeLimitMs: 30,
      partIn: () => 'talking',
      nameOf,
      log,
      onChange: (changed) => late.push(changed),
    })
    let release = (): void => undefined
    const released = new Promise<void>((resolve) => (release = resolve))
    // when a call is matched
    const olena = call({ number: '+380445551234' })
    const first = await slow.matchCall(olena)
    // then it goes on, and the card follows
    expect(first.match.outcome).toBe('unavailable')
    release()
    await vi.waitFor(() => expect(late.map(({ customer }) => customer?.name)).toEqual(['Olena Kovalchuk']))
    expect(slow.callOf(olena.callId)?.match.outcome).toBe('one')
  })

  it('a call is not kept waiting at all, is looked up when it is back, and the rest is refused with a code', async () => {
    let away = true
    const told: MatchedCall[] = []
    const stranded = createCustomers({
      database: {
        ...database,
        connection: database.connection.useDb('elsewhere'),
        state: () => ({ state: away ? 'away' : 'ready', since: 0, message: null }),
      },
      readNumber: createNumberReader(planOf('DE')),
      partIn: () => 'talking',
      nameOf,
      log,
      onChange: (changed) => told.push(changed),
    })
    const { callId, match } = await stranded.matchCall(call({ number: '+380445551234' }))
    expect(match.outcome).toBe('unavailable')
    away = false
    await stranded.retryUnavailable()
    expect(stranded.callOf(callId)?.customer?.name).toBe('Olena Kovalchuk')
    expect(told).toHaveLength(1)
  })

  it('with what an agent had said before a restart: nobody is ever told of whom the number finds', async () => {
    const told: MatchedCall[] = []
    let away = true
    const stranded = createCustomers({
      database: {
        ...database,
        connection: database.connection.useDb('elsewhere-too'),
        state: () => ({ state: away ? 'away' : 'ready', since: 0, message: null }),
      },
      readNumber: createNumberReader(planOf('DE')),
      partIn: () => 'talking',
      nameOf,
      log,
      onChange: (changed) => told.push(changed),
    })
    const asked = call({ number: '+380445551234' })
    const keptOf = () =>
      away ? Promise.reject(new ProblemError('database.unreachable')) : kept('cast-weber')()
    expect((await stranded.restoreCall(asked, keptOf)).match.outcome).toBe('unavailable')
    // More is known of it, and still nobody can read what was said.
    expect((await stranded.matchCall({ ...asked, account: '950203' })).match.outcome).toBe('unavailable')
    away = false
    await stranded.retryUnavailable()
    expect(stranded.callOf(asked.callId)).toMatchObject({ decided: true, customer: { name: 'Jonas Weber' } })
    expect(told.map(({ customer }) => customer?.name)).toEqual(['Jonas Weber'])
  })
})
