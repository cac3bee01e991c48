import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AuditEntry } from '../../../shared/administration.ts'
import type { ImportRow } from '../../../shared/people-import.ts'
import { openOffice, password, type Office } from './support.ts'

let office: Office
let boss: string
beforeAll(async () => {
  office = await openOffice('people-management')
  boss = await office.add('boss', { roles: ['admin'] })
  await office.add('anna', { extension: '201' })
})
afterAll(() => office.close())

const management = () => office.people.management
const personOf = (signInName: string) => {
  const person = management()
    .list()
    .find((one) => one.signInName === signInName)
  if (person === undefined) throw new Error(`There is no ${signInName}.`)
  return person
}
const roleOf = (name: string) => {
  const role = management()
    .listRoles()
    .find(({ role }) => role === name)
  if (role === undefined) throw new Error(`There is no role ${name}.`)
  return role
}
const outdated = { code: 'edit.outdated' }

describe('two administrators at once', () => {
  it('cannot undo each other’s change of a person unseen', async () => {
    const { personId, version } = personOf('anna')
    await management().change(personId, { version, extension: '202' }, boss)
    await expect(
      management().change(personId, { version, displayName: 'Anna B.' }, boss),
    ).rejects.toMatchObject(outdated)
    expect(personOf('anna')).toMatchObject({ extension: '202', displayName: 'Person anna' })
    await management().change(personId, { version: version + 1, displayName: 'Anna B.' }, boss)
    expect(personOf('anna')).toMatchObject({ extension: '202', displayName: 'Anna B.', version: version + 2 })
  })

  it('nor of a role', async () => {
    const { version, rights } = roleOf('marketing')
    await management().changeRole('marketing', ['card.read'], boss, version)
    await expect(management().changeRole('marketing', rights, boss, version)).rejects.toMatchObject(outdated)
    expect(roleOf('marketing').rights).toEqual(['card.read'])
    await management().changeRole('marketing', rights, boss, version + 1)
  })

  it('nor when they ask two servers in the same moment', async () => {
    const other = await office.otherProcess()
    const { personId, version } = personOf('anna')
    const outcomes = await Promise.allSettled([
      management().change(personId, { version, extension: '203' }, boss),
      other.people.management.change(personId, { version, extension: '204' }, boss),
    ])
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    // Whichever it was: what stands is what this server shows and goes by from here on.
    const stands = outcomes[0].status === 'fulfilled' ? '203' : '204'
    expect(personOf('anna').extension).toBe(stands)
    await other.stop()
  })

  it('a choice of language is no change that anybody could be too late for', async () => {
    const anna = await office.signIn('anna')
    const { version } = personOf('anna')
    await office.people.setLocale(anna, 'ru')
    expect(personOf('anna').version).toBe(version)
    expect(office.people.me(anna).locale).toBe('ru')
  })
})

describe('a list of people', () => {
  const row = (line: number, signInName: string, more: Partial<ImportRow> = {}): ImportRow => ({
    line,
    signInName,
    displayName: `Import ${line}`,
    roles: 'agent',
    extension: '',
    password,
    ...more,
  })

  it('adds the good rows alone, says why not of the others, and may be sent again', async () => {
    const rows = [row(2, 'ivan', { extension: '202' }), row(3, 'anna'), row(4, 'olga', { roles: 'chef' })]
    const faults = async () =>
      (await management().importAll(rows, boss)).map(({ line, faults }) => ({ line, faults }))
    expect(await faults()).toEqual([
      { line: 2, faults: [] },
      { line: 3, faults: ['signInNameTaken'] },
      { line: 4, faults: ['rolesUnknown'] },
    ])
    expect((await office.signIn('ivan')).extension).toBe('202')
    expect((await faults())[0]).toEqual({ line: 2, faults: ['signInNameTaken'] })
  })
})

describe('the audit', () => {
  const read = async (): Promise<AuditEntry[]> => (await office.people.readAudit({ kind: 'changes' })).entries
  const newest = async () => (await read())[0]

  it('tells who changed what, before and after, and nothing secret or personal', async () => {
    const { personId, version } = personOf('anna')
    office.clock.now += 1_000
    const change = { displayName: 'Anna Secretname', roles: ['agent' as const, 'sales' as const] }
    await management().change(personId, { version, ...change, password: 'another horse battery' }, boss)
    expect(await newest()).toMatchObject({
      action: 'person.changed',
      actor: 'Person boss',
      subject: 'Anna Secretname',
      changed: ['displayName', 'roles', 'password'],
      details: [{ field: 'roles', before: 'agent', after: 'agent, sales' }],
    })
    const stored = JSON.stringify(await office.database.collection('audit').find().toArray())
    expect(stored).not.toContain('Secretname')
    expect(stored).not.toContain('another horse')
  })

  it('tells what a role may do before and after', async () => {
    office.clock.now += 1_000
    const { rights } = roleOf('marketing')
    await management().changeRole('marketing', ['card.read'], boss)
    expect(await newest()).toMatchObject({
      action: 'role.changed',
      subject: 'marketing',
      details: [{ field: 'rights', before: rights.join(', '), after: 'card.read' }],
    })
  })

  it('is read a page at a time, changes apart from comings and goings, and nothing is left out', async () => {
    office.clock.now += 1_000
    for (let n = 0; n < 60; n += 1) {
      await management().changeRole('marketing', n % 2 === 0 ? [] : ['card.read'], boss)
      office.clock.now += n % 3 === 0 ? 1 : 0
    }
    for (let n = 0; n < 60; n += 1) await management().changeRole('sales', n % 2 ? [] : ['card.read'], boss)
    const seen = new Set<string>()
    let before: string | undefined
    for (let pages = 0; pages < 5; pages += 1) {
      const page = await office.people.readAudit({ kind: 'changes', ...(before ? { before } : {}) })
      for (const { auditId, action } of page.entries) {
        seen.add(auditId)
        expect(action).not.toMatch(/^signIn|^desk/)
      }
      if (page.next === null) break
      before = String(page.next)
    }
    const stored = await office.database.collection('audit').find().toArray()
    const changes = stored.filter(({ action }) => /^(person|role|sessions)\./.test(String(action)))
    expect(seen).toEqual(new Set(changes.map(({ _id }) => String(_id))))
    const { entries } = await office.people.readAudit({ kind: 'presence' })
    expect(new Set(entries.map(({ action }) => action))).toContain('signIn.done')
  })
})
