import type { AuditAction, AuditDetail, AuditEntry } from '../../../shared/administration.ts'
import { rightSchema, roleSchema } from '../../../shared/people.ts'
import type { Underscored } from '../../locales/en.ts'
import { rightKey } from '../roles/right-key.ts'
import { statusRulesEn } from '../status/en.ts'
import { useStatusRulesTexts, type StatusRulesKey } from '../status/texts.ts'
import { useAdminTexts, type AdminKey } from '../texts.ts'
import { useDefinitionWords } from '../verification/words.ts'

/** Fields that have a name of their own in the texts; others are shown by the name they are kept under. */
const fields: Readonly<Record<string, AdminKey>> = {
  displayName: 'people.name',
  roles: 'people.roles',
  extension: 'people.usualDesk',
  active: 'people.access',
  password: 'people.password',
  rights: 'audit.rights',
  label: 'numbers.label',
  campaign: 'numbers.campaign',
  homeCountry: 'numbers.plan.country',
  trunkPrefixes: 'numbers.plan.prefixes',
  extensionLengths: 'numbers.plan.lengths',
  ownNumbers: 'numbers.plan.ours',
  ignoredNumbers: 'numbers.plan.ignored',
  devices: 'desks.devices',
  greeting: 'guides.greeting',
  title: 'articles.name',
  tags: 'articles.tags',
  pins: 'articles.pins',
  points: 'guides.points',
  links: 'guides.links',
  name: 'phoneBook.name',
  number: 'phoneBook.number',
  group: 'phoneBook.group',
  note: 'phoneBook.note',
  timeZone: 'hours.timeZone',
  holidays: 'hours.holidays',
  monday: 'hours.days.monday',
  tuesday: 'hours.days.tuesday',
  wednesday: 'hours.days.wednesday',
  thursday: 'hours.days.thursday',
  friday: 'hours.days.friday',
  saturday: 'hours.days.saturday',
  sunday: 'hours.days.sunday',
}

/** The rules of agents’ status. */
const statusRules: ReadonlySet<string> = new Set(Object.keys(statusRulesEn.fields))

/** Fields that hold a list: of these is said what came and what went. */
const lists: ReadonlySet<string> = new Set([
  'roles',
  'rights',
  'trunkPrefixes',
  'extensionLengths',
  'ownNumbers',
  'ignoredNumbers',
  'devices',
  'holidays',
  'points',
  'tags',
  'pins',
  'links',
  'queues',
  'breaks',
])

/** How an entry of the audit is said in the reader's language. */
export function useAuditWords() {
  const { a } = useAdminTexts()
  const definition = useDefinitionWords()
  const { s } = useStatusRulesTexts()

  const fieldName = (field: string): string => {
    const key = fields[field]
    if (key !== undefined) return a(key)
    const ofStatus = statusRules.has(field) ? s(`fields.${field}` as StatusRulesKey) : null
    return ofStatus ?? definition.fieldName(field) ?? field
  }

  /** One item of a value: roles and rights by their names, all else as it was kept. */
  function item(field: string, text: string): string {
    const role = roleSchema.safeParse(text)
    if (field === 'roles' && role.success) return a(`roleNames.${role.data}`)
    const right = rightSchema.safeParse(text)
    if (field === 'rights' && right.success) return a(`rights.${rightKey(right.data)}.name`)
    if (field === 'active') return a(text === 'true' ? 'audit.yes' : 'audit.no')
    return definition.item(field, text) ?? text
  }

  const value = (field: string, text: string | null): string =>
    text === null || text === ''
      ? '–'
      : text
          .split(', ')
          .map((one) => item(field, one))
          .join(', ')

  /** Lists say only what came and what went; anything else says both values. */
  function change({ field, before, after }: AuditDetail): string {
    if (!lists.has(field)) return `${fieldName(field)}: ${value(field, before)} → ${value(field, after)}`
    const [was, is] = [before, after].map((text) => text?.split(', ').filter((one) => one !== '') ?? [])
    const came = is?.filter((one) => was?.includes(one) !== true).map((one) => `+ ${item(field, one)}`) ?? []
    const went = was?.filter((one) => is?.includes(one) !== true).map((one) => `− ${item(field, one)}`) ?? []
    return `${fieldName(field)}: ${[...came, ...went].join(', ')}`
  }

  const scheduleName = (subject: string | null): string | null =>
    subject === 'centre' ? a('hours.centre') : (subject?.replace(/^queue:/, '') ?? null)

  return {
    /** What was done, to whom or what. */
    sentence: ({ action, subject }: AuditEntry): string => {
      const key = action.replace('.', '_') as Underscored<AuditAction>
      const role = roleSchema.safeParse(subject)
      const name =
        action === 'role.changed' && role.success
          ? a(`roleNames.${role.data}`)
          : action.startsWith('schedule.')
            ? scheduleName(subject)
            : subject
      return a(`audit.actions.${key}`, { subject: name ?? '–' })
    },

    /** What became other, one text each; fields whose values are not kept are named alone. */
    changes: ({ action, changed, details }: AuditEntry): string[] => {
      const told = new Set(details.map(({ field }) => field))
      const silent = action === 'person.changed' ? changed.filter((field) => !told.has(field)) : []
      const same = ['roles', 'active', 'extension']
      return [
        ...details.map(change),
        ...silent.filter((field) => !same.includes(field)).map((field) => fieldName(field)),
      ]
    },
  }
}
