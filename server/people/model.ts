import { trusted, type Connection } from 'mongoose'
import { z } from 'zod'
import { auditActionSchema, auditDetailSchema, type AuditAction } from '../../shared/administration.ts'
import {
  defaultRoleRights,
  localeSchema,
  rightSchema,
  roleSchema,
  roles,
  type Locale,
} from '../../shared/people.ts'
import { needingDatabase } from '../database/errors.ts'
import { defineModel } from '../database/schema.ts'

const personDocument = z.object({
  _id: z.string(),
  signInName: z.string(),
  displayName: z.string(),
  /** Argon2id in PHC form. */
  passwordHash: z.string(),
  roles: z.array(roleSchema),
  /** The usual desk. */
  extension: z.string().nullable(),
  active: z.boolean(),
  locale: localeSchema,
  createdAt: z.date(),
  version: z.number().optional(),
})
export type PersonDocument = z.infer<typeof personDocument>

const roleDocument = z.object({
  _id: roleSchema,
  /** Of a role that no administrator has changed they are a copy, and may be older than the product: see `isChanged`. */
  rights: z.array(rightSchema),
  /** How often an administrator has changed it; absent for never. */
  version: z.number().optional(),
})
export type RoleDocument = z.infer<typeof roleDocument>

/** Whether an administrator has ever changed a role. One that nobody has follows the product's own definition. */
export function isChanged({ version }: Pick<RoleDocument, 'version'>): boolean {
  return (version ?? 0) > 0
}

/** A role as it holds: as stored if an administrator has changed it, else with the rights that this version gives it. */
export function inForce(role: RoleDocument): RoleDocument {
  return isChanged(role) ? role : { ...role, rights: [...defaultRoleRights[role._id]] }
}

const sessionDocument = z.object({
  /** SHA-256 of the token in the cookie: who reads the database cannot sign in with it. */
  _id: z.string(),
  personId: z.string(),
  startedAt: z.date(),
  seenAt: z.date(),
  expiresAt: z.date(),
})
export type SessionDocument = z.infer<typeof sessionDocument>

const deskDocument = z.object({
  /** The extension. */
  _id: z.string(),
  interfaces: z.array(z.string()),
  /** Who sits there. */
  personId: z.string().nullable(),
  version: z.number().optional(),
  /** Taken away by an administrator: kept, so that the setting DESKS does not bring it back. */
  removed: z.boolean().optional(),
})
export type DeskDocument = z.infer<typeof deskDocument>

const auditDocument = z.object({
  _id: z.string(),
  at: z.date(),
  action: auditActionSchema,
  /** Who did it; null for somebody not signed in and for the command line. */
  actorId: z.string().nullable(),
  /** Whom or what it was done to: a person, a role, a desk, a customer. */
  subjectId: z.string().nullable(),
  /** Names of changed fields or rights. */
  changed: z.array(z.string()),
  /** Values before and after, of those fields that hold neither a person's name nor a secret. */
  details: z.array(auditDetailSchema).optional(),
})
export type AuditDocument = z.infer<typeof auditDocument>

const revisionDocument = z.object({ _id: z.string(), revision: z.number() })

/** Everything that is kept about people, as it is loaded into memory. */
export interface StoredPeople {
  revision: number
  persons: PersonDocument[]
  roles: RoleDocument[]
  sessions: SessionDocument[]
  desks: DeskDocument[]
}

export type PeopleStore = ReturnType<typeof createPeopleStore>

const revisionId = 'people'

/**
 * The collections of people. Each function throws ProblemError `database.unreachable` when the database is away.
 * `revision` counts changes, so that another process (a second node, the command line) is noticed by one point read.
 */
export function createPeopleStore(connection: Connection) {
  const persons = defineModel(connection, 'persons', personDocument, [
    { keys: { signInName: 1 }, options: { name: 'signInName', unique: true } },
  ])
  const roleModel = defineModel(connection, 'roles', roleDocument, [])
  const sessions = defineModel(connection, 'sessions', sessionDocument, [
    { keys: { expiresAt: 1 }, options: { name: 'expiry', expireAfterSeconds: 0 } },
  ])
  const desks = defineModel(connection, 'desks', deskDocument, [])
  const audit = defineModel(connection, 'audit', auditDocument, [
    { keys: { subjectId: 1, at: -1 }, options: { name: 'subject' } },
    { keys: { actorId: 1, at: -1 }, options: { name: 'actor' } },
    { keys: { at: -1 }, options: { name: 'time' } },
  ])
  const revisions = defineModel(connection, 'revisions', revisionDocument, [])

  const readRevision = async () => (await revisions.findById(revisionId).lean().exec())?.revision ?? 0

  return {
    readRevision: () => needingDatabase(readRevision),

    /** @returns the revision after this change */
    bumpRevision: () =>
      needingDatabase(async () => {
        const after = await revisions
          .findOneAndUpdate(
            { _id: revisionId },
            { $inc: { revision: 1 } },
            { upsert: true, returnDocument: 'after' },
          )
          .lean()
          .exec()
        return after.revision
      }),

    /** The revision is read first: a change that comes while the rest is read is noticed the next time. */
    loadAll: () =>
      needingDatabase(async (): Promise<StoredPeople> => {
        const revision = await readRevision()
        return {
          revision,
          persons: await persons.find().lean().exec(),
          roles: await roleModel.find().lean().exec(),
          sessions: await sessions.find().lean().exec(),
          desks: await desks
            .find({ removed: trusted({ $ne: true }) })
            .lean()
            .exec(),
        }
      }),

    /**
     * Adds roles that are not stored yet, and desks that nobody has had or removed yet. A role that was changed before
     * versions were kept is known by the audit, and gets one.
     */
    seed: (seeds: readonly { extension: string; interfaces: readonly string[] }[]) =>
      needingDatabase(async () => {
        for (const role of roles) {
          const rights = [...defaultRoleRights[role]]
          await roleModel.updateOne({ _id: role }, { $setOnInsert: { rights } }, { upsert: true }).exec()
          const wasChanged = await audit.exists({ action: 'role.changed', subjectId: role }).exec()
          if (wasChanged === null) continue
          await roleModel.updateOne({ _id: role, version: null }, { $set: { version: 1 } }).exec()
        }
        for (const { extension, interfaces } of seeds) {
          await desks
            .updateOne(
              { _id: extension },
              { $setOnInsert: { interfaces: [...interfaces], personId: null } },
              { upsert: true },
            )
            .exec()
        }
      }),

    insertPerson: (person: PersonDocument) =>
      needingDatabase(async () => {
        await persons.create(person)
      }),
    /** @returns false when another process changed the person since `before` was read */
    updatePerson: (after: PersonDocument, before: PersonDocument) =>
      needingDatabase(async () => {
        const { _id, displayName, passwordHash, roles, extension, active, version } = after
        const changed = await persons
          .updateOne(
            { _id, version: before.version ?? null },
            { $set: { displayName, passwordHash, roles, extension, active, version } },
          )
          .exec()
        return changed.matchedCount === 1
      }),
    setLocale: (personId: string, locale: Locale) =>
      needingDatabase(async () => {
        await persons.updateOne({ _id: personId }, { $set: { locale } }).exec()
      }),

    /** @returns false when another process changed the role since `before` was read */
    updateRole: ({ _id, ...fields }: RoleDocument, before: RoleDocument) =>
      needingDatabase(async () => {
        const changed = await roleModel
          .updateOne({ _id, version: before.version ?? null }, { $set: fields })
          .exec()
        return changed.matchedCount === 1
      }),

    insertSession: (session: SessionDocument) =>
      needingDatabase(async () => {
        await sessions.create(session)
      }),
    deleteSessions: (sessionIds: readonly string[]) =>
      needingDatabase(async () => {
        await sessions.deleteMany({ _id: trusted({ $in: [...sessionIds] }) }).exec()
      }),
    touchSessions: (sessionIds: readonly string[], seenAt: Date) =>
      needingDatabase(async () => {
        await sessions.updateMany({ _id: trusted({ $in: [...sessionIds] }) }, { $set: { seenAt } }).exec()
      }),

    /** Adds a desk, also where there was one that has been removed. @returns its version */
    addDesk: (extension: string, interfaces: string[]) =>
      needingDatabase(async () => {
        const desk = await desks
          .findOneAndUpdate(
            { _id: extension },
            { $set: { interfaces, personId: null, removed: false }, $inc: { version: 1 } },
            { upsert: true, returnDocument: 'after' },
          )
          .lean()
          .exec()
        return desk.version ?? 0
      }),
    /** @returns false when another process changed the desk since `before` was read */
    updateDesk: (before: DeskDocument, interfaces: string[]) =>
      needingDatabase(async () => {
        const changed = await desks
          .updateOne(
            { _id: before._id, version: before.version ?? null },
            { $set: { interfaces }, $inc: { version: 1 } },
          )
          .exec()
        return changed.matchedCount === 1
      }),
    /** @returns false when another process changed the desk since `before` was read, or somebody sat down */
    removeDesk: (before: DeskDocument) =>
      needingDatabase(async () => {
        const changed = await desks
          .updateOne(
            { _id: before._id, version: before.version ?? null, personId: null },
            { $set: { removed: true }, $inc: { version: 1 } },
          )
          .exec()
        return changed.matchedCount === 1
      }),

    /** @returns false when somebody else sits there */
    takeDesk: (extension: string, personId: string) =>
      needingDatabase(async () => {
        const taken = await desks
          .updateOne({ _id: extension, personId: trusted({ $in: [null, personId] }) }, { $set: { personId } })
          .exec()
        return taken.matchedCount === 1
      }),
    /** Frees every desk of this person but one. */
    leaveDesks: (personId: string, except: string | null) =>
      needingDatabase(async () => {
        await desks
          .updateMany({ personId, _id: trusted({ $ne: except ?? '' }) }, { $set: { personId: null } })
          .exec()
      }),

    insertAudit: (entry: AuditDocument) =>
      needingDatabase(async () => {
        await audit.create(entry)
      }),
    /** What was done up to a time, the newest first. */
    readAudit: (actions: readonly AuditAction[], until: Date, most: number) =>
      needingDatabase(() =>
        audit
          .find({ action: trusted({ $in: [...actions] }), at: trusted({ $lte: until }) })
          .sort({ at: -1 })
          .limit(most)
          .lean()
          .exec(),
      ),
  }
}
