import type { Logger } from 'pino'
import type { Desk, Locale, Me, Right } from '../../shared/people.ts'
import { ProblemError } from '../../shared/problems.ts'
import { lookAround } from '../database/look-around.ts'
import type { DeskInfo } from '../floor/events.ts'
import { versionOf } from '../database/versioned.ts'
import { createAuditReader } from './audit.ts'
import { createPeopleChanges } from './changes.ts'
import { createDeskManagement } from './desks.ts'
import { createManagement } from './manage.ts'
import { PeopleMemory, type PeopleChange } from './memory.ts'
import type { PeopleStore, PersonDocument } from './model.ts'
import { createOwnPassword } from './own-password.ts'
import { createPresence } from './presence.ts'
import { createSignIn } from './sign-in.ts'
import { csrfTokenOf, sessionIdOf } from './tokens.ts'

export type { PeopleChange } from './memory.ts'

/** Who is asking, as proved by a session. A picture of one moment: ask again for each request and each send. */
export interface Caller {
  readonly sessionId: string
  readonly personId: string
  readonly csrfToken: string
  readonly rights: ReadonlySet<Right>
  /** The desk where they sit. */
  readonly extension: string | null
}

export interface PeopleOptions {
  store: PeopleStore
  log: Pick<Logger, 'warn'>
  sessionHours: number
  /** A session without a request or an open console ends after this. */
  idleMinutes: number
  /** Desks to add at start, where nobody has had or removed them yet. */
  desks: readonly { extension: string; interfaces: readonly string[] }[]
  /** What a person's consoles encrypt what waits on a computer under; left out, it stays in memory there. */
  outboxKeysOf?: (personId: string) => string[]
  /** ms since 1970. */
  now?: () => number
}

export type People = ReturnType<typeof createPeople>

const writeSeenEveryMs = 60_000

/**
 * Persons, their sessions, rights and desks. Call `start` once the database answers; until then whoever asks about a
 * session gets `server.starting`.
 */
export function createPeople(options: PeopleOptions) {
  const { store, log, sessionHours } = options
  const now = options.now ?? Date.now
  const idleMs = options.idleMinutes * 60_000
  const listeners = new Set<(change: PeopleChange) => void>()
  const memory = new PeopleMemory((change) => listeners.forEach((listener) => listener(change)))
  const changes = createPeopleChanges(store, memory, now)
  const presence = createPresence(store, memory, changes)
  const signIn = createSignIn({ store, memory, changes, presence, sessionHours, now })
  const changePassword = createOwnPassword({ store, memory, changes, presence, now })
  const management = createManagement(store, memory, changes, presence, now)

  /** Sessions used since that was last written. */
  const used = new Set<string>()
  let usedWrittenAt = now()
  let stopLooking: (() => void) | undefined

  const refuseBeforeStart = (): void => {
    if (stopLooking === undefined) throw new ProblemError('server.starting')
  }

  const touch = (sessionId: string): void => {
    const session = memory.sessions.get(sessionId)
    if (session === undefined) return
    session.seenAt = now()
    used.add(sessionId)
  }

  /** Ends what has expired, and reads what other processes have changed. */
  const refresh = async (): Promise<void> => {
    const expired = [...memory.sessions.values()].filter(
      (session) => session.expiresAt <= now() || session.seenAt + idleMs <= now(),
    )
    await presence.endSessions(
      expired.map((session) => session.sessionId),
      'expired',
    )
    if (used.size > 0 && now() - usedWrittenAt >= writeSeenEveryMs) {
      const sessionIds = [...used]
      used.clear()
      usedWrittenAt = now()
      await store.touchSessions(sessionIds, new Date(now()))
    }
    if (await changes.catchUp()) await presence.leaveEmptyDesks()
  }

  const load = async (): Promise<void> => {
    await store.seed(options.desks)
    await changes.inTurn(changes.reload)
  }

  /** Why somebody who may sit at a desk sits at none: their usual one is another's. Who may sit at desks may see who does. */
  const usualDeskTaken = ({ _id: personId, extension }: PersonDocument): Me['usualDeskTaken'] => {
    const desk = extension === null ? undefined : memory.desks.get(extension)
    if (!desk?.personId || memory.deskOf(personId) !== null) return null
    if (!memory.rightsOf(personId).has('desk.use')) return null
    return { extension: desk._id, by: memory.persons.get(desk.personId)?.displayName ?? '' }
  }

  return {
    /** Seeds roles and desks and loads everything once, for a command that then ends. Needs the database. */
    load,

    /** Loads, and begins to look for changes of other processes and for what expires. */
    start: async (): Promise<void> => {
      await load()
      await changes.inTurn(presence.leaveEmptyDesks)
      stopLooking?.()
      stopLooking = lookAround(() => changes.inTurn(refresh), 'people', log)
    },

    /** Stops looking, after the change under way. */
    stop: async (): Promise<void> => {
      stopLooking?.()
      stopLooking = undefined
      await changes.settled()
    },

    /** Whether `start` has succeeded: people can sign in. */
    isStarted: (): boolean => stopLooking !== undefined,

    /**
     * Tells of every change as soon as it holds. A listener must not throw.
     * @returns a function that stops telling
     */
    onChange: (listener: (change: PeopleChange) => void): (() => void) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },

    /**
     * Who holds a session token (from the cookie, see tokens.ts). Counts as activity.
     * @throws ProblemError `session.required`, `session.revoked` (ended or expired), `server.starting`
     */
    authenticate: (token: string | null): Caller => {
      if (token === null) throw new ProblemError('session.required')
      refuseBeforeStart()
      const session = memory.sessions.get(sessionIdOf(token))
      const person = session && memory.persons.get(session.personId)
      const over = session === undefined || session.expiresAt <= now() || session.seenAt + idleMs <= now()
      if (over || !person?.active) throw new ProblemError('session.revoked')
      touch(session.sessionId)
      return {
        sessionId: session.sessionId,
        personId: person._id,
        csrfToken: csrfTokenOf(token),
        rights: memory.rightsOf(person._id),
        extension: memory.deskOf(person._id),
      }
    },

    /** Counts as activity of a session: an open console is not idle. */
    touch,

    /** Whether a session still holds. */
    isLive: (sessionId: string): boolean => memory.sessions.has(sessionId),

    /** What a person may do now; nothing for one who is unknown or has no access. */
    rightsOf: (personId: string): ReadonlySet<Right> => memory.rightsOf(personId),

    /** The name to show for a person, or null. */
    nameOf: (personId: string): string | null => memory.persons.get(personId)?.displayName ?? null,

    /** The extension of the desk where a person sits, or null. */
    deskOf: (personId: string): string | null => memory.deskOf(personId),

    /** Who sits at a desk, or null. */
    personAt: (extension: string): string | null => memory.desks.get(extension)?.personId ?? null,

    /** The devices that stand at a desk; none where there is no such desk. */
    devicesOf: (extension: string): readonly string[] => memory.desks.get(extension)?.interfaces ?? [],

    /** Every desk with its devices and who sits there, for the floor. */
    directory: (): DeskInfo[] =>
      [...memory.desks.values()].map(({ _id, interfaces, personId }) => ({
        extension: _id,
        interfaces,
        personId,
      })),

    /** Everybody who has access, by name. */
    list: (): { personId: string; name: string }[] =>
      [...memory.persons.values()]
        .filter(({ active }) => active)
        .map(({ _id, displayName }) => ({ personId: _id, name: displayName })),

    /** Every desk as the console lists them, by extension. */
    listDesks: (): Desk[] =>
      [...memory.desks.values()]
        .map(({ _id, interfaces, personId }) => ({
          extension: _id,
          interfaces,
          takenBy:
            personId === null
              ? null
              : { personId, displayName: memory.persons.get(personId)?.displayName ?? '' },
        }))
        .sort((a, b) => a.extension.localeCompare(b.extension, 'en', { numeric: true })),

    /** The caller as their own console sees them. */
    me: (caller: Caller): Me => {
      const person = memory.persons.get(caller.personId)
      if (person === undefined) throw new ProblemError('session.revoked')
      return {
        personId: person._id,
        signInName: person.signInName,
        displayName: person.displayName,
        roles: person.roles,
        rights: [...memory.rightsOf(person._id)],
        extension: memory.deskOf(person._id),
        usualDeskTaken: usualDeskTaken(person),
        locale: person.locale,
        csrfToken: caller.csrfToken,
        outboxKeys: options.outboxKeysOf?.(person._id) ?? [],
      }
    },

    /** See createSignIn. */
    signIn: (...request: Parameters<typeof signIn>): ReturnType<typeof signIn> => {
      refuseBeforeStart()
      return signIn(...request)
    },

    /** See createOwnPassword. */
    changePassword,

    /** Ends the caller's session; with their last one the desk is left. */
    signOut: (caller: Caller): Promise<void> =>
      changes.inTurn(async () => {
        await presence.endSessions([caller.sessionId], 'signedOut')
        await changes.audit('signOut', caller.personId, caller.personId)
      }),

    /**
     * Sits the caller at a desk, or takes them away from theirs with null.
     * @throws ProblemError `desk.unknown`, `desk.taken`
     */
    takeDesk: (caller: Caller, extension: string | null): Promise<void> =>
      changes.inTurn(() => presence.sit(caller.personId, extension, caller.personId)),

    /** Keeps that somebody took a call away as a file. */
    noteDownload: (personId: string, callId: string): Promise<void> =>
      changes.inTurn(() => changes.audit('call.downloaded', personId, callId)),

    /** Sets the language of the caller's console. */
    setLocale: (caller: Caller, locale: Locale): Promise<void> =>
      changes.inTurn(async () => {
        const person = memory.persons.get(caller.personId)
        if (person === undefined) throw new ProblemError('session.revoked')
        await changes.write(() => store.setLocale(person._id, locale))
        memory.setPerson({ ...person, locale })
      }),

    /** Keeps for later who did what, where another part did it. */
    audit: changes.audit,

    management,

    /** How desks are set up, by those with the right `settings.manage`. */
    desks: createDeskManagement(store, memory, changes),

    /** A desk's version, as those who change it must have looked at it. */
    deskVersion: (extension: string): number => versionOf(memory.desks.get(extension) ?? {}),

    /** What was done, by whom and when: a page of it, the newest first. Needs the database. */
    readAudit: createAuditReader(store, memory, now),
  }
}
