import { z } from 'zod'
import { instantSchema } from './calls.ts'
import { extensionSchema, passwordSchema, rightSchema, roleSchema, signInNameSchema } from './people.ts'

/**
 * How often a thing has been changed. Whoever changes it says which version they looked at: when somebody else was
 * faster the change is refused (`edit.outdated`), and nothing of theirs is lost.
 */
export const versionSchema = z.number().int().nonnegative()

export const personSchema = z.object({
  personId: z.string(),
  signInName: z.string(),
  displayName: z.string(),
  roles: z.array(roleSchema),
  /** The usual desk, or null. */
  extension: z.string().nullable(),
  active: z.boolean(),
  version: versionSchema,
  /** The desk where they sit now, or null. */
  deskNow: z.string().nullable(),
  /** How many sessions they have open. */
  sessions: z.number().int().nonnegative(),
})
export type Person = z.infer<typeof personSchema>

const displayNameSchema = z.string().trim().min(1).max(100)
const rolesSchema = z.array(roleSchema).min(1)

export const newPersonRequestSchema = z.strictObject({
  signInName: signInNameSchema,
  displayName: displayNameSchema,
  password: passwordSchema,
  roles: rolesSchema,
  /** The usual desk. */
  extension: extensionSchema.optional(),
})
export type NewPerson = z.infer<typeof newPersonRequestSchema>

/** What is left out stays as it is. A new password, and access taken away, end the person's sessions. */
export const changePersonRequestSchema = z.strictObject({
  version: versionSchema,
  displayName: displayNameSchema.optional(),
  roles: rolesSchema.optional(),
  active: z.boolean().optional(),
  /** The usual desk; null for none. */
  extension: extensionSchema.nullable().optional(),
  password: passwordSchema.optional(),
})
export type ChangePerson = z.infer<typeof changePersonRequestSchema>

/** One role and what it may do. */
export const roleRightsSchema = z.object({
  role: roleSchema,
  rights: z.array(rightSchema),
  version: versionSchema,
  /** Whether an administrator ever changed it: then it keeps what it has, else it follows the product's definition. */
  isChanged: z.boolean(),
})
export type RoleRights = z.infer<typeof roleRightsSchema>

export const auditActions = [
  'signIn.done',
  'signIn.refused',
  'signOut',
  'sessions.ended',
  'person.created',
  'person.changed',
  'role.changed',
  'desk.taken',
  'desk.left',
  'desk.added',
  'desk.changed',
  'desk.removed',
  'number.added',
  'number.changed',
  'number.removed',
  'numberPlan.changed',
  'schedule.set',
  'schedule.removed',
  'statusRules.changed',
  'call.downloaded',
  'customer.erased',
  'pin.given',
  'pin.removed',
  'verification.changed',
  'guide.set',
  'guide.removed',
  'article.set',
  'article.removed',
  'phoneBook.set',
  'phoneBook.removed',
  'dispositions.changed',
] as const
export const auditActionSchema = z.enum(auditActions)
export type AuditAction = z.infer<typeof auditActionSchema>

/** A value before and after, as text; lists with commas. Null: there was none, or there is none any more. */
export const auditDetailSchema = z.object({
  field: z.string(),
  before: z.string().nullable(),
  after: z.string().nullable(),
})
export type AuditDetail = z.infer<typeof auditDetailSchema>

/** Comings and goings at desks, or what somebody changed or took away. */
export const auditKindSchema = z.enum(['changes', 'presence'])

export const auditRequestSchema = z.strictObject({
  kind: auditKindSchema,
  /** Nothing newer than this, ms since 1970: the way to the next page. */
  before: z
    .string()
    .regex(/^\d{1,15}$/, 'A time in ms.')
    .optional(),
})

export const auditEntrySchema = z.object({
  auditId: z.string(),
  at: instantSchema,
  action: auditActionSchema,
  /** Who did it, by the name they go by now; null for the command line and for somebody not signed in. */
  actor: z.string().nullable(),
  /** To whom or what: a person's name, else the id of a role, desk, number … */
  subject: z.string().nullable(),
  /** Which fields, or rights; those whose values are not kept (names, passwords) stand here alone. */
  changed: z.array(z.string()),
  details: z.array(auditDetailSchema),
})
export type AuditEntry = z.infer<typeof auditEntrySchema>

export const auditPageSchema = z.object({
  entries: z.array(auditEntrySchema),
  /** Give it as `before` for the next page, which may begin with entries that were told already; null at the end. */
  next: instantSchema.nullable(),
})
