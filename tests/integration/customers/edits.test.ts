import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { editCardRequestSchema, type EditCardRequest } from '../../../shared/card-edits.ts'
import { planOf } from '../../../shared/number-plan.ts'
import { createNumberReader } from '../../../shared/number-reader.ts'
import { defaultRoleRights } from '../../../shared/people.ts'
import { createCustomers, type Customers, type Who } from '../../../server/customers/customers.ts'
import { customersCollection, newCustomer, type StoredCustomer } from '../../../server/customers/model.ts'
import { connectDatabase, type Database } from '../../../server/database/database.ts'
import { ensureIndexes } from '../../../server/database/schema.ts'
import { testDatabaseUri } from '../support/database.ts'

const log = { info: () => undefined, warn: () => undefined }
const nina: Who = { personId: 'nina', rights: [...defaultRoleRights.agent] }
const petra: Who = { personId: 'petra', rights: [...defaultRoleRights.supervisor] }
const names = new Map([
  ['nina', 'Nina Albers'],
  ['petra', 'Petra Lang'],
])

let database: Database
let customers: Customers
let isProven = false
let changedCards: string[] = []
let id = ''

beforeAll(async () => {
  database = connectDatabase({ uri: testDatabaseUri('edits'), log })
  await database.whenReady()
  customers = createCustomers({
    database,
    readNumber: createNumberReader(planOf('DE', ['201'])),
    partIn: () => 'talking',
    nameOf: (personId) => names.get(personId) ?? null,
    mayGivePin: () => isProven,
    log,
    onChange: () => undefined,
    onCardChange: (customerId) => changedCards.push(customerId),
  })
  await ensureIndexes(database.connection)
})
afterAll(() => database.stop())
beforeEach(async () => {
  isProven = false
  changedCards = []
  id = randomUUID()
  await database.collection<StoredCustomer>(customersCollection).insertOne(
    newCustomer({
      _id: id,
      name: 'Ida Falk',
      phones: [{ number: `+49151${String(Math.random()).slice(2, 10)}`, label: 'mobile' }],
      preferences: [
        { label: 'Prefers', value: 'E-mail' },
        { label: 'In trust', value: 'Sells the shop', sensitive: true },
      ],
    }),
  )
})

const edit = (changes: EditCardRequest['changes'], edition = 0, me = nina) =>
  customers.editCard(id, editCardRequestSchema.parse({ edition, changes }), me)
const stored = () => database.collection<StoredCustomer>(customersCollection).findOne({ _id: id })
const calls = (number: string) =>
  customers.matchCall({
    callId: randomUUID(),
    number,
    restricted: false,
    dialled: null,
    account: null,
  })

describe('a card is corrected', () => {
  it('by its name and company, is found by them at once, and whoever has it open is told', async () => {
    const word = `Quarz${id.slice(0, 6)}`
    const card = await edit({ name: '  Ida Falk-Brandt ', company: `${word} GmbH` })
    expect(card).toMatchObject({ name: 'Ida Falk-Brandt', company: `${word} GmbH`, edition: 1 })
    expect((await customers.search(word)).hits).toMatchObject([{ customerId: id }])
    expect(changedCards).toEqual([id])
    // and an empty company is none
    expect(await edit({ company: '' }, 1)).toMatchObject({ company: null })
    expect((await customers.search(word)).hits).toEqual([])
  })

  it('by a number as it is dialled at home: it is kept in full, labelled by its kind, and the next call from it is theirs', async () => {
    const mobile = (await stored())?.phones[0]
    const card = await edit({
      company: 'Falk Backwaren',
      phones: [
        ...(mobile ? [{ ...mobile, label: 'work' as const }] : []),
        { number: '030 23125177', label: null },
        { number: '0160 5550177', label: null },
        { number: '+49 30 23125177', label: 'home' },
      ],
    })
    expect(card?.phones).toEqual([
      { number: mobile?.number, label: 'work' },
      { number: '+493023125177', label: 'work' },
      { number: '+491605550177', label: 'mobile' },
    ])
    const call = await calls('+493023125177')
    expect(call.customer?._id).toBe(id)
    // Who calls is looked up without what was corrected before.
    expect(call.customer).not.toHaveProperty('edits')
    expect((await stored())?.edits).toHaveLength(1)
    // and one that was taken away is theirs no more
    await edit({ phones: [] }, 1)
    expect((await calls('+493023125177')).match.outcome).toBe('none')
  })

  it.each(['12', '+49 30', '201', 'by the door', '+999 12345678'])(
    'by no number that is none, which is said at its place: %s',
    async (number) => {
      await expect(edit({ phones: [{ number, label: null }] })).rejects.toMatchObject({
        code: 'request.invalid',
        errors: [{ path: 'changes.phones.0.number' }],
      })
      expect((await stored())?.edits).toBeUndefined()
    },
  )

  it('by one of two at the same time: the second is told, and nothing of the first is lost', async () => {
    const results = await Promise.allSettled([edit({ name: 'First' }), edit({ name: 'Second' }, 0, petra)])
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(results.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { code: 'edit.outdated' },
    })
    expect((await stored())?.edits).toHaveLength(1)
  })

  it('beside notes and choices, none of which it loses', async () => {
    const number = '+491605550199'
    const call = await calls(number)
    await Promise.all([
      edit({ phones: [{ number: '+491605550188', label: 'mobile' }] }),
      ...Array.from({ length: 5 }, (_, index) =>
        customers.addNote(id, { noteId: randomUUID(), text: `Note ${index}` }, nina),
      ),
      customers.choose(call.callId, id, true, nina),
    ])
    const card = await stored()
    expect(card?.notes).toHaveLength(5)
    expect((await calls(number)).match).toMatchObject({ outcome: 'one', by: 'chosen' })
    expect((await calls('+491605550188')).customer?._id).toBe(id)
  })

  it('and who, when and what was there before is kept', async () => {
    await edit({ tags: ['wholesale'], languages: ['uk', 'en'] })
    await edit({ tags: ['retail'] }, 1, petra)
    expect(await customers.editsOfCard(id, nina)).toMatchObject([
      {
        by: 'Petra Lang',
        changes: [
          {
            field: 'tags',
            before: [{ text: 'wholesale', label: null }],
            after: [{ text: 'retail', label: null }],
          },
        ],
      },
      { by: 'Nina Albers', changes: [{ field: 'languages' }, { field: 'tags', before: [] }] },
    ])
  })

  it('without what is closed to who corrects it being lost, or told by what was there before', async () => {
    // Nina does not see what is said in trust; Petra does.
    const card = await edit({ preferences: [{ label: 'Prefers', value: 'Phone' }] })
    expect(card?.preferences).toEqual([{ label: 'Prefers', value: 'Phone' }])
    expect((await stored())?.preferences).toContainEqual(expect.objectContaining({ value: 'Sells the shop' }))
    await edit({ preferences: [{ label: 'Prefers', value: 'Phone' }] }, 1, petra)
    expect((await stored())?.preferences).toHaveLength(1)
    expect(JSON.stringify(await customers.editsOfCard(id, nina))).not.toContain('Sells the shop')
    expect(JSON.stringify(await customers.editsOfCard(id, petra))).toContain('Sells the shop')
  })

  it('by a number that nobody has shown to be theirs: to reach them there verifies nobody', async () => {
    await edit({ phones: [{ number: '+491605550111', label: null }] })
    expect((await stored())?.unprovenNumbers).toEqual(['+491605550111'])
    isProven = true
    await calls('+491605550111')
    await edit(
      {
        phones: [
          { number: '+491605550111', label: null },
          { number: '+491605550112', label: null },
        ],
      },
      1,
    )
    expect((await stored())?.unprovenNumbers).toEqual(['+491605550111'])
  })
})

describe('“somebody else’s phone”', () => {
  it('says whose the number is, and is undone: they are recognised as before', async () => {
    const number = (await stored())?.phones[0]?.number ?? ''
    const { callId } = await calls(number)
    const off = await customers.unlink(callId, nina)
    expect(off.match).toMatchObject({ outcome: 'none', takenOff: { customerId: id, name: 'Ida Falk' } })
    const back = await customers.choose(callId, id, false, nina)
    expect(back.match).toMatchObject({ outcome: 'one', by: 'sameNumber' })
    expect(back.match.takenOff).toBeUndefined()
    expect((await stored())?.choices).toEqual([])
  })

  it('gives back what was remembered of the number, too', async () => {
    const number = '+491605550121'
    await customers.choose((await calls(number)).callId, id, true, nina)
    const { callId } = await calls(number)
    await customers.unlink(callId, nina)
    expect((await stored())?.choices).toEqual([])
    expect((await customers.choose(callId, id, false, nina)).match.by).toBe('chosen')
    expect((await calls(number)).match.by).toBe('chosen')
  })
})
