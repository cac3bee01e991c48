import type { AuditEntry, Person, RoleRights } from '../../../shared/administration.ts'
import { defaultRoleRights, roles, type Me, type Role } from '../../../shared/people.ts'
import { hour, minute, nina } from './cast.ts'

/** Anna, who manages people and how the center is set up. */
export const anna: Me = {
  ...nina,
  personId: 'anna',
  signInName: 'anna',
  displayName: 'Anna Berg',
  roles: ['admin'],
  rights: [...defaultRoleRights.admin],
  extension: null,
}

function person(
  signInName: string,
  displayName: string,
  own: Role[],
  extension: string | null,
  more: Partial<Person> = {},
): Person {
  return {
    personId: signInName,
    signInName,
    displayName,
    roles: own,
    extension,
    active: true,
    version: 3,
    deskNow: null,
    sessions: 0,
    ...more,
  }
}

export const people: Person[] = [
  person('abai', 'Абай Нурланов', ['collections'], '204', { deskNow: '204', sessions: 1 }),
  person('aigerim', 'Aigerim Bekova', ['agent'], '203', { deskNow: '203', sessions: 1 }),
  person('anna', 'Anna Berg', ['admin'], null, { sessions: 2 }),
  person('chidi', 'Chidi Eze', ['agent', 'collections'], '205', { deskNow: '205', sessions: 1 }),
  person('dmytro', 'Dmytro Savchuk', ['agent'], '202', { deskNow: '202', sessions: 1 }),
  person('ingrid', 'Ingrid Bakke', ['sales'], '206'),
  person('jonas', 'Jonas Weber', ['marketing'], null, { sessions: 1 }),
  person('lev', 'Lev Okafor', ['supervisor'], '207', { deskNow: '207', sessions: 3 }),
  person('marta', 'Marta Lindqvist', ['collections'], '208', { active: false }),
  person('nina', 'Nina Sorokina', ['agent'], '201', { deskNow: '201', sessions: 1 }),
  person('preobrazhenskaya', 'Александра-Валентина Преображенская-Рождественская', ['agent', 'sales'], '209'),
  person('zoe', 'Zoë Müller-Lüdenscheidt', ['agent', 'sales'], '210', { deskNow: '214', sessions: 1 }),
]

/** As the product defines them, but for the role collections: it was changed before there was a right to verify callers. */
export const roleRights: RoleRights[] = roles.map((role) => ({
  role,
  rights:
    role === 'collections'
      ? ['desk.use', 'card.read', 'card.write', 'card.purchases', 'card.notes', 'history.own']
      : [...defaultRoleRights[role]],
  version: role === 'collections' ? 1 : 0,
  isChanged: role === 'collections',
}))

export function audit(now: number): AuditEntry[] {
  const entry = (
    ageMs: number,
    action: AuditEntry['action'],
    subject: string,
    more: Partial<AuditEntry> = {},
  ): AuditEntry => ({
    auditId: `${action} ${ageMs}`,
    at: now - ageMs,
    action,
    actor: 'Anna Berg',
    subject,
    changed: [],
    details: [],
    ...more,
  })
  return [
    entry(4 * minute, 'person.changed', 'Chidi Eze', {
      changed: ['roles'],
      details: [{ field: 'roles', before: 'agent', after: 'agent, collections' }],
    }),
    entry(9 * minute, 'role.changed', 'sales', {
      details: [{ field: 'rights', before: 'card.read, card.notes', after: 'card.read, card.purchases' }],
    }),
    entry(12 * minute, 'numberPlan.changed', 'plan', {
      details: [{ field: 'trunkPrefixes', before: '9', after: '9, 99' }],
    }),
    entry(15 * minute, 'schedule.set', 'centre', {
      details: [{ field: 'monday', before: '09:00–18:00', after: '09:00–12:30, 13:30–18:00' }],
    }),
    entry(22 * minute, 'desk.changed', '201', {
      details: [{ field: 'devices', before: 'PJSIP/201', after: 'PJSIP/201, PJSIP/201-web' }],
    }),
    entry(31 * minute, 'person.changed', 'Marta Lindqvist', {
      changed: ['active'],
      details: [{ field: 'active', before: 'true', after: 'false' }],
    }),
    entry(40 * minute, 'person.changed', 'Lev Okafor', { changed: ['displayName', 'password'] }),
    entry(52 * minute, 'verification.changed', '4', {
      details: [
        { field: 'pin.earns', before: 'full', after: 'basic' },
        { field: 'questions.ask', before: 'birthDate, postcode', after: 'postcode, birthDate' },
        { field: 'opens.payments', before: 'none', after: 'full' },
      ],
    }),
    entry(55 * minute, 'pin.given', 'c-204518', { actor: 'Nina Sorokina' }),
    entry(26 * hour, 'person.created', 'Ingrid Bakke', {
      actor: null,
      changed: ['sales'],
      details: [
        { field: 'roles', before: null, after: 'sales' },
        { field: 'extension', before: null, after: '206' },
      ],
    }),
    entry(27 * hour, 'sessions.ended', 'Marta Lindqvist'),
  ]
}

/** A list with two rows that can be added and three that cannot. */
export const listOfPeople = `name;sign-in;roles;desk
Olha Koval;olha;agent;211
Иван Петров;ivan;agent sales;212
Nina Sorokina;nina;agent;201
Pavel;p;chef;2
;;agent;
`
