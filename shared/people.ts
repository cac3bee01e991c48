import { z } from 'zod'

/** What a person may be allowed to do. Checked on the server for every route, socket event and send. */
export const rights = [
  'desk.use', // sit at a desk: be offered calls, see their cards
  'floor.watch', // see every queue, agent and call as they are now
  'agents.status', // set other agents' status
  'card.read', // open and search customers
  'card.write', // change cards, choose who is calling
  'card.purchases', // see what the customer bought
  'card.notes', // see and write notes
  'card.erase', // erase a customer, and who they were in all their calls
  'card.verify', // verify who is calling
  'card.answers', // see the right answers to the questions that verify
  'card.sensitive', // see what is closed to others until the caller is verified
  'dispositions.set', // say what came of one's own calls
  'dispositions.manage', // change what may come of calls
  'tasks.use', // promise callbacks and tasks; do one's own, one's queues' and anybody's
  'tasks.manage', // see everybody's callbacks and tasks, and hand them on
  'history.own', // see one's own calls
  'history.all', // see everybody's calls
  'history.trace', // download a call as a trace, with numbers and names replaced
  'health.read', // see the state of connections in detail
  'people.manage', // add people, change roles, end sessions
  'guides.write', // write what agents are told to say, and articles
  'phonebook.write', // keep the phone book, to which calls are sent
  'settings.manage', // desks, numbers, opening hours
] as const
export const rightSchema = z.enum(rights)
export type Right = z.infer<typeof rightSchema>

export const roles = ['agent', 'supervisor', 'marketing', 'sales', 'collections', 'admin'] as const
export const roleSchema = z.enum(roles)
export type Role = z.infer<typeof roleSchema>

/** What everybody needs who talks with customers. */
const talking: readonly Right[] = [
  'desk.use',
  'card.read',
  'card.write',
  'card.purchases',
  'card.notes',
  'card.verify',
  'card.answers',
  'dispositions.set',
  'tasks.use',
  'history.own',
]

/**
 * The rights each role has until an administrator changes it; from then on the database alone says what it may do.
 */
export const defaultRoleRights: Readonly<Record<Role, readonly Right[]>> = {
  agent: [...talking],
  supervisor: [
    'desk.use',
    'floor.watch',
    'agents.status',
    'card.read',
    'card.write',
    'card.purchases',
    'card.notes',
    'card.verify',
    'card.answers',
    'card.sensitive',
    'dispositions.set',
    'dispositions.manage',
    'tasks.use',
    'tasks.manage',
    'history.own',
    'history.all',
    'history.trace',
    'health.read',
    'guides.write',
    'phonebook.write',
  ],
  marketing: ['card.read', 'card.write', 'history.own'],
  sales: [...talking],
  collections: [...talking],
  admin: [
    'people.manage',
    'settings.manage',
    'dispositions.manage',
    'card.erase',
    'health.read',
    'history.all',
    'history.trace',
    'floor.watch',
    'guides.write',
    'phonebook.write',
  ],
}

export const extensionSchema = z.string().regex(/^\d{2,6}$/, 'An extension is 2 to 6 digits.')
export const signInNameSchema = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^[a-z0-9][a-z0-9._-]{1,63}$/, 'A sign-in name is 2 to 64 letters, digits, dots, dashes.')
export const passwordSchema = z
  .string()
  .min(10, 'A password has at least 10 characters.')
  .max(200, 'A password has at most 200 characters.')

/** A change of one's own password. */
export const ownPasswordRequestSchema = z.strictObject({
  oldPassword: z.string().min(1).max(200),
  newPassword: passwordSchema,
})

export const localeSchema = z.enum(['en', 'ru'])
export type Locale = z.infer<typeof localeSchema>

/** The signed-in person, as their own console sees them. */
export const meSchema = z.object({
  personId: z.string(),
  signInName: z.string(),
  displayName: z.string(),
  roles: z.array(roleSchema),
  rights: z.array(rightSchema),
  /** The desk this person sits at, or null. It is the same in all their sessions. */
  extension: extensionSchema.nullable(),
  /** Who sits at this person's usual desk, when somebody else does and this person sits at none; null else. */
  usualDeskTaken: z.object({ extension: extensionSchema, by: z.string() }).nullable(),
  locale: localeSchema,
  /** Send back as `x-csrf-token` with every request that changes something. */
  csrfToken: z.string(),
  /** What this person's consoles encrypt what waits on a computer under, in base64: the first, and older ones to read. */
  outboxKeys: z.array(z.string()),
})
export type Me = z.infer<typeof meSchema>

export const signInRequestSchema = z.strictObject({
  signInName: signInNameSchema,
  password: z.string().min(1).max(200),
  /** The desk to take; left out, the person's usual desk. */
  extension: extensionSchema.optional(),
})
export type SignInRequest = z.infer<typeof signInRequestSchema>

export const takeDeskRequestSchema = z.strictObject({ extension: extensionSchema.nullable() })

/** One desk of the directory: an extension and the phones behind it. `interfaces` are Asterisk's device names. */
export const deskSchema = z.object({
  extension: extensionSchema,
  interfaces: z.array(z.string()),
  takenBy: z.object({ personId: z.string(), displayName: z.string() }).nullable(),
})
export type Desk = z.infer<typeof deskSchema>
