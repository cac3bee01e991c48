import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createDispositions } from '../../../server/dispositions/dispositions.ts'
import type { DispositionStore } from '../../../server/dispositions/model.ts'
import { openHistory, type HistoryOptions } from '../../../server/history/history.ts'
import { explain } from '../../../server/history/explanation.ts'
import type { EndedContact } from '../../../server/history/ended-contacts.ts'
import {
  setDispositionRequestSchema,
  type Disposition,
  type DispositionDefinition,
} from '../../../shared/dispositions.ts'
import { answeredCall, morning } from '../history/calls.ts'
import { masterKeys } from '../history/master-keys.ts'
import { memoryStore, noDatabase, showParty, silent, temporaryFolder } from '../history/support.ts'
import { twoTrees } from './support.ts'

const lines = (definition: DispositionDefinition, versions: number) => {
  const kept = Array.from({ length: versions }, (_, index) => ({
    version: index + 1,
    at: morning - 1_000,
    definition,
  }))
  const store: Pick<DispositionStore, 'definitions' | 'used'> & { codes: Set<string> } = {
    codes: new Set<string>(),
    definitions: {
      newest: () => Promise.resolve(kept.at(-1) ?? { version: 0, definition }),
      since: (version) => Promise.resolve(kept.filter((one) => one.version > version)),
      add: (next, _by, at) => {
        kept.push({ ...next, at })
        return Promise.resolve(true)
      },
    },
    used: () => Promise.resolve(store.codes),
  }
  return store
}

/** Boris has talked in the call lab:1, which came by support and is over; Anna was only offered it. */
async function open(more: Partial<HistoryOptions> = {}) {
  const memory = memoryStore()
  const folder = temporaryFolder()
  const told: string[] = []
  const kept: Disposition[] = []
  const contacts: EndedContact[] = []
  const history = await openHistory({
    folder,
    node: 'one',
    database: noDatabase(),
    store: memory.store,
    masterKeys,
    showParty,
    log: silent,
    readSpace: () => ({ total: 1e12, free: 9e11 }),
    onDispositions: (those) => {
      kept.push(...those)
      return Promise.resolve()
    },
    onContact: (contact) => {
      contacts.push(contact)
      return Promise.resolve()
    },
    ...more,
  })
  onTestFinished(history.close)
  history.append([{ kind: 'facts', facts: answeredCall('lab:1') }])
  const store = lines(twoTrees, 1)
  let clock = morning + 80_000
  const dispositions = createDispositions({
    store,
    history,
    nameOf: (personId) => `the name of ${personId}`,
    audit: () => Promise.resolve(),
    onResult: (callId, personId, { path }) =>
      told.push(`${callId} ${personId} ${path.map(({ code }) => code).join('/')}`),
    onDefinition: () => told.push('definition'),
    log: { warn: () => undefined },
    now: () => (clock += 1_000),
  })
  await dispositions.start()
  onTestFinished(dispositions.stop)
  const give = (code: string | null, rest: object = {}, personId = 'boris', callId = 'lab:1') =>
    dispositions.set(
      callId,
      setDispositionRequestSchema.parse({
        dispositionId: randomUUID(),
        treeId: 'support',
        code,
        reason: '',
        fields: [],
        ...rest,
      }),
      personId,
    )
  return { memory, folder, history, store, dispositions, give, told, kept, contacts }
}

const order = { fields: [{ fieldId: 'order', value: 'A-17, for Erika' }] }

describe('saying what came of a call', () => {
  it('is done by whoever talked in it, with the names of the tree, and what it starts', async () => {
    const { give, dispositions, told, kept, history } = await open()
    const answer = await give('call-back', order)
    expect(answer.mine).toMatchObject({
      personId: 'boris',
      by: 'the name of boris',
      contactId: 'lab:1/c1',
      version: 1,
      path: [{ code: 'open' }, { code: 'call-back', name: { en: 'call-back in English' } }],
      followUps: [{ followUpId: 'ring', kind: 'callback' }],
      said: { reason: null, fields: [{ fieldId: 'order', value: 'A-17, for Erika' }] },
    })
    expect(told.at(-1)).toBe('lab:1 boris open/call-back')
    expect(await dispositions.read('lab:1', 'boris')).toEqual(answer)
    expect(await history.drain(5_000)).toBe(true)
    expect(kept.map(({ path }) => path.at(-1)?.code)).toEqual(['call-back'])
    expect(await dispositions.read('lab:1', 'boris')).toEqual(answer)
  })

  it('is refused to whoever did not talk, and for a call that is not there', async () => {
    const { give } = await open()
    await expect(give('solved', {}, 'anna')).rejects.toMatchObject({ code: 'call.not_yours' })
    await expect(give('solved', {}, 'boris', 'lab:9')).rejects.toMatchObject({ code: 'call.unknown' })
  })

  it('twice by one id is one result', async () => {
    const { give, history } = await open()
    const dispositionId = randomUUID()
    const [one, other] = await Promise.all([
      give('solved', { dispositionId }),
      give('solved', { dispositionId }),
    ])
    expect(other.trail).toHaveLength(1)
    expect(one.trail).toHaveLength(1)
    expect(await history.drain(5_000)).toBe(true)
    expect((await history.readCall('lab:1'))?.dispositions).toHaveLength(1)
  })

  it('anew leaves what was said before, with who and when', async () => {
    const { give, history } = await open()
    await give('solved')
    expect(await history.drain(5_000)).toBe(true)
    const { mine, trail } = await give(null, { reason: 'She hung up before we came to it.' })
    expect(mine?.path).toEqual([])
    expect(trail.map(({ path, by, said }) => [path[0]?.code, by, said?.reason])).toEqual([
      [undefined, 'the name of boris', 'She hung up before we came to it.'],
      ['solved', 'the name of boris', null],
    ])
    expect(trail[0]?.at).toBeGreaterThan(trail[1]?.at ?? Infinity)
  })

  it('is refused without what is asked, with each field named, and nothing is kept', async () => {
    const { give, dispositions } = await open()
    await expect(give('call-back')).rejects.toMatchObject({
      code: 'request.invalid',
      errors: [{ path: 'fields.order', message: 'This is needed.' }],
    })
    expect((await dispositions.read('lab:1', 'boris')).mine).toBeNull()
  })

  it('needs a reason where none fits', () => {
    const bare = { dispositionId: randomUUID(), treeId: 'support', code: null, reason: ' ', fields: [] }
    expect(setDispositionRequestSchema.safeParse(bare).success).toBe(false)
  })

  it('is refused with a result that was taken out meanwhile, or retired, and with a group', async () => {
    const { give, dispositions } = await open()
    await expect(give('open')).rejects.toMatchObject({ code: 'disposition.gone' })
    await expect(give('solved', { treeId: 'nowhere' })).rejects.toMatchObject({ code: 'disposition.gone' })
    const { version, definition } = dispositions.current()
    const trees = definition.trees.map((tree) => ({
      ...tree,
      nodes: tree.nodes.map((node) => ({ ...node, retired: node.code === 'solved' })),
    }))
    await dispositions.change({ version, definition: { ...definition, trees } }, 'petra')
    await expect(give('solved')).rejects.toMatchObject({ code: 'disposition.gone' })
  })

  it('is refused when the disk is full', async () => {
    const { give } = await open({ readSpace: () => ({ total: 1e12, free: 1_000 }) })
    await expect(give('solved')).rejects.toMatchObject({ code: 'history.spool_full' })
  })
})

describe('what was written with a result', () => {
  it('stands nowhere in clear, and is read again by whoever has the key', async () => {
    const { give, history, folder, memory } = await open()
    await give('call-back', order)
    expect(await history.drain(5_000)).toBe(true)
    const files = readdirSync(folder, { recursive: true })
      .map((name) => join(folder, String(name)))
      .filter((path) => statSync(path).isFile())
    const all = [
      ...files.map((path) => readFileSync(path, 'latin1')),
      JSON.stringify([...memory.journal.values()]),
      JSON.stringify([...memory.calls.values()]),
    ].join('\n')
    expect(all).toContain('call-back')
    expect(all).not.toContain('A-17')
    expect(JSON.stringify(memory.opened().calls)).toContain('A-17, for Erika')
    expect(JSON.stringify(memory.opened().entries)).toContain('A-17, for Erika')
  })

  it('goes with the customer who is erased; what came of the call stays, and nothing more is written', async () => {
    const { give, history, dispositions } = await open()
    history.bindCustomer('lab:1', 'erika', true, 'boris')
    await give('call-back', order)
    await history.eraseCustomer('erika', [])
    const call = await history.readCall('lab:1')
    expect(call?.dispositions.map(({ path, said }) => [path.length, said])).toEqual([[2, null]])
    await expect(dispositions.read('lab:1', 'boris')).rejects.toMatchObject({ code: 'call.unknown' })
    await expect(give('solved')).rejects.toMatchObject({ code: 'call.unknown' })
  })
})

describe('a call that is to be finished', () => {
  it('stands in the list of whoever talked, until they say what came of it, also over the database', async () => {
    const { give, dispositions, history } = await open()
    const ids = async () =>
      (await dispositions.unfinished('boris')).map(({ callId, queue }) => [callId, queue])
    expect(await ids()).toEqual([['lab:1', 'support']])
    expect(await dispositions.unfinished('anna')).toEqual([])
    expect(await dispositions.counts()).toEqual([
      { personId: 'boris', name: 'the name of boris', calls: 1, oldestAt: morning + 16_000 },
    ])
    expect(await history.drain(5_000)).toBe(true)
    expect(await ids()).toEqual([['lab:1', 'support']])
    await give('solved')
    expect(await ids()).toEqual([])
    expect(await history.drain(5_000)).toBe(true)
    expect(await ids()).toEqual([])
    expect(await dispositions.counts()).toEqual([])
  })

  it('is none where nothing is asked, nor from before it was', async () => {
    const { dispositions } = await open()
    const { definition } = dispositions.current()
    const change = async (required: boolean) => {
      const trees = definition.trees.map((tree) => ({ ...tree, required }))
      await dispositions.change(
        { version: dispositions.current().version, definition: { ...definition, trees } },
        'petra',
      )
    }
    await change(false)
    expect(await dispositions.unfinished('boris')).toEqual([])
    await change(true)
    expect(await dispositions.unfinished('boris')).toEqual([])
  })

  it('is told with the day', async () => {
    const { dispositions, history, give } = await open()
    const today = async () =>
      dispositions
        .owing((await history.todayOf('boris', morning, 10)).calls)
        .map(({ owed, result }) => [owed, result?.path[0]?.code])
    expect(await today()).toEqual([[true, undefined]])
    await give('solved')
    expect(await today()).toEqual([[false, 'solved']])
    const ofAnna = dispositions.owing((await history.todayOf('anna', morning, 10)).calls)
    expect(ofAnna.map(({ owed }) => owed)).toEqual([false])
  })
})

describe('the definition', () => {
  it('is changed by whoever looked at the newest', async () => {
    const { dispositions } = await open()
    const { definition } = dispositions.current()
    const next = { ...definition, mayEndWrapUp: false }
    expect(await dispositions.change({ version: 1, definition: next }, 'petra')).toMatchObject({ version: 2 })
    await expect(dispositions.change({ version: 1, definition }, 'lev')).rejects.toMatchObject({
      code: 'edit.outdated',
    })
    expect(dispositions.current()).toEqual({ version: 2, definition: next })
  })

  it('is in force here soon after another server has changed it, and consoles are told', async () => {
    const { dispositions, store, told } = await open()
    const before = told.filter((one) => one === 'definition').length
    const next = { ...dispositions.current().definition, otherwise: null }
    await store.definitions.add({ version: 2, definition: next }, 'lev', morning)
    await expect
      .poll(() => dispositions.current(), { timeout: 5_000 })
      .toEqual({ version: 2, definition: next })
    expect(told.filter((one) => one === 'definition')).toHaveLength(before + 1)
  })

  it('keeps what calls have: it is retired and not removed', async () => {
    const { dispositions, store } = await open()
    store.codes.add('support:open').add('support:call-back')
    const { version, definition } = dispositions.current()
    const without = (code: string) => ({
      ...definition,
      trees: definition.trees.map((tree) => ({
        ...tree,
        nodes: tree.nodes.filter((node) => node.code !== code && node.parent !== code),
      })),
    })
    await expect(
      dispositions.change({ version, definition: without('open') }, 'petra'),
    ).rejects.toMatchObject({
      code: 'disposition.in_use',
      message: 'support:open, support:call-back',
    })
    await dispositions.change({ version, definition: without('solved') }, 'petra')
    expect((await dispositions.forEditing()).used).toEqual(['support:open', 'support:call-back'])
  })
})

it('the customer’s timeline is told what came of a talk, also when it is said later', async () => {
  const { give, history, contacts } = await open()
  history.bindCustomer('lab:1', 'erika', true, 'boris')
  expect(await history.drain(5_000)).toBe(true)
  expect(contacts.map(({ result }) => result)).toEqual([undefined])
  await give('solved')
  expect(await history.drain(5_000)).toBe(true)
  expect(contacts).toHaveLength(2)
  expect(contacts[1]).toMatchObject({
    contactId: 'lab:1/c1',
    customerId: 'erika',
    takenFrom: null,
    result: { path: [{ code: 'solved' }] },
  })
})

it('why a call went as it went names who said what came of it, and nothing that was written', async () => {
  const { give, history } = await open()
  await give('call-back', order)
  await give('solved')
  const journal = await history.journalOf('lab:1')
  if (journal === null) throw new Error('no such call')
  const { lines: said } = explain(journal, {
    showParty,
    extensionOf: () => null,
    nameOf: (personId) => personId,
    inputDays: 30,
  })
  expect(
    said.filter(({ text }) => text.startsWith('result')).map(({ text, values }) => [text, values]),
  ).toEqual([
    [
      'resultGiven',
      {
        person: 'boris',
        resultEn: 'open in English › call-back in English',
        resultRu: 'open по-русски › call-back по-русски',
      },
    ],
    ['resultChanged', { person: 'boris', resultEn: 'solved in English', resultRu: 'solved по-русски' }],
  ])
})
