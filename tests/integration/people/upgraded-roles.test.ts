import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { defaultRoleRights, type Right, type Role } from '../../../shared/people.ts'
import type { Database } from '../../../server/database/database.ts'
import { openOffice, type Office } from './support.ts'

/** What an agent could do before callers were verified. */
const formerly: Right[] = [
  'desk.use',
  'card.read',
  'card.write',
  'card.purchases',
  'card.notes',
  'history.own',
]

/** The roles as a version left them that knew neither verification nor, for most of its time, versions of a role. */
async function storeAsFormerly(database: Database): Promise<void> {
  const roles = database.collection<{ _id: string; rights: string[]; version?: number }>('roles')
  await roles.insertMany([
    { _id: 'agent', rights: formerly },
    { _id: 'sales', rights: formerly.slice(1) },
    { _id: 'collections', rights: formerly.slice(2), version: 1 },
    { _id: 'admin', rights: ['people.manage', 'floor.watch'] },
  ])
  const audit = database.collection<{ _id: string; action: string; subjectId: string }>('audit')
  const changed = { at: new Date(0), actorId: null, changed: [], details: [] }
  await audit.insertMany([
    { _id: 'one', action: 'role.changed', subjectId: 'sales', ...changed },
    { _id: 'two', action: 'role.changed', subjectId: 'collections', ...changed },
    { _id: 'three', action: 'person.changed', subjectId: 'agent', ...changed },
  ])
}

let office: Office
beforeAll(async () => {
  office = await openOffice('upgraded-roles', storeAsFormerly)
  await office.add('boss', { roles: ['admin'] })
})
afterAll(() => office.close())

const roleOf = (role: Role) => office.people.management.listRoles().find((one) => one.role === role)

describe('after an upgrade a role', () => {
  it('that nobody has changed may do what the new version gives it, and so may who has it', async () => {
    expect(roleOf('agent')).toMatchObject({ rights: defaultRoleRights.agent, isChanged: false })
    await office.add('anna')
    expect((await office.signIn('anna')).rights.has('card.verify')).toBe(true)
    expect(roleOf('admin')?.rights).toContain('card.erase')
  })

  it('that somebody has changed keeps what it has, also when that was before versions were kept', () => {
    expect(roleOf('collections')).toMatchObject({ rights: formerly.slice(2), isChanged: true })
    expect(roleOf('sales')).toMatchObject({ rights: formerly.slice(1), isChanged: true })
  })

  it('that did not exist yet is there', () => {
    expect(roleOf('marketing')).toMatchObject({ rights: defaultRoleRights.marketing, isChanged: false })
  })

  it('is taken at its new rights by the first who changes it, and keeps from then on what they say', async () => {
    const { management } = office.people
    const version = roleOf('agent')?.version ?? -1
    const rights = defaultRoleRights.agent.filter((right) => right !== 'card.answers')
    await management.changeRole('agent', rights, null, version)
    const other = await office.otherProcess()
    const again = other.people.management.listRoles().find(({ role }) => role === 'agent')
    expect(again).toMatchObject({ rights, isChanged: true, version: version + 1 })
    await other.stop()
  })
})
