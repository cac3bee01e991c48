import type { z } from 'zod'
import {
  auditActions,
  type AuditAction,
  type AuditDetail,
  type AuditEntry,
  type auditPageSchema,
  type auditRequestSchema,
} from '../../shared/administration.ts'
import type { PeopleMemory } from './memory.ts'
import type { AuditDocument, PeopleStore } from './model.ts'

/** Comings and goings; everything else is what somebody changed or took away. */
const presence: readonly AuditAction[] = [
  'signIn.done',
  'signIn.refused',
  'signOut',
  'desk.taken',
  'desk.left',
]
const changes = auditActions.filter((action) => !presence.includes(action))
const pageSize = 100

/** What may stand before and after in the audit: never a person's name, never a secret. */
export type AuditValue = string | number | boolean | null | readonly string[]

/** Keeps who did what to whom or what, and what became other by it. */
export type Audit = (
  action: AuditAction,
  actorId: string,
  subjectId: string,
  changed: string[],
  details: AuditDetail[],
) => Promise<void>

/** What became other, field by field, as text. */
export function detailsOf(
  before: Readonly<Record<string, AuditValue>>,
  after: Readonly<Record<string, AuditValue>>,
): AuditDetail[] {
  const text = (value: AuditValue | undefined): string | null => {
    if (value === null || value === undefined) return null
    return typeof value === 'object' ? value.join(', ') : String(value)
  }
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((field) => {
    const detail = { field, before: text(before[field]), after: text(after[field]) }
    return detail.before === detail.after ? [] : [detail]
  })
}

/** Makes the reader of the audit: a page at a time, the newest first, with the names that people go by now. */
export function createAuditReader(store: PeopleStore, memory: PeopleMemory, now: () => number) {
  const nameOf = (id: string | null): string | null =>
    id === null ? null : (memory.persons.get(id)?.displayName ?? id)
  const outward = (entry: AuditDocument): AuditEntry => ({
    auditId: entry._id,
    at: entry.at.getTime(),
    action: entry.action,
    actor: nameOf(entry.actorId),
    subject: nameOf(entry.subjectId),
    changed: entry.changed,
    details: entry.details ?? [],
  })

  /** Entries of one ms are never parted without the next page beginning with all of them again. */
  return async ({
    kind,
    before,
  }: z.output<typeof auditRequestSchema>): Promise<z.input<typeof auditPageSchema>> => {
    const until = new Date(before === undefined ? now() : Number(before))
    const found = await store.readAudit(kind === 'presence' ? presence : changes, until, pageSize + 1)
    return {
      entries: found.slice(0, pageSize).map(outward),
      next: found[pageSize]?.at.getTime() ?? null,
    }
  }
}
