import { z } from 'zod'
import {
  auditPageSchema,
  auditRequestSchema,
  changePersonRequestSchema,
  newPersonRequestSchema,
  personSchema,
  roleRightsSchema,
  versionSchema,
} from './administration.ts'
import { importRowSchema, importVerdictSchema, mostImportRows } from './people-import.ts'
import { rightSchema, roleSchema } from './people.ts'
import { idSchema, type Route } from './route.ts'

const personParams = z.strictObject({ personId: idSchema })

/** The routes of the rooms where the center is set up. Part of the table in api.ts. */
export const administrationRoutes = {
  'people.list': {
    method: 'GET',
    path: '/api/people',
    summary: 'All people',
    right: 'people.manage',
    answer: z.array(personSchema),
  },
  'people.create': {
    method: 'POST',
    path: '/api/people',
    summary: 'Add a person',
    right: 'people.manage',
    errors: ['person.exists'],
    body: newPersonRequestSchema,
    answer: personSchema,
  },
  'people.import': {
    method: 'POST',
    path: '/api/people/import',
    summary: 'Add the people of a list; rows with faults are left out and told',
    right: 'people.manage',
    body: z.strictObject({ rows: z.array(importRowSchema).min(1).max(mostImportRows) }),
    answer: z.array(importVerdictSchema),
  },
  'people.change': {
    method: 'PATCH',
    path: '/api/people/:personId',
    summary: 'Change a person’s roles, name or access',
    right: 'people.manage',
    errors: ['person.unknown', 'person.last_manager', 'edit.outdated'],
    params: personParams,
    body: changePersonRequestSchema,
    answer: personSchema,
  },
  'people.endSessions': {
    method: 'DELETE',
    path: '/api/people/:personId/sessions',
    summary: 'End all sessions of a person',
    right: 'people.manage',
    errors: ['person.unknown'],
    params: personParams,
    answer: z.null(),
  },
  'roles.list': {
    method: 'GET',
    path: '/api/roles',
    summary: 'What each role may do',
    right: 'people.manage',
    answer: z.array(roleRightsSchema),
  },
  'roles.change': {
    method: 'PUT',
    path: '/api/roles/:role',
    summary: 'Change what a role may do',
    right: 'people.manage',
    errors: ['person.last_manager', 'edit.outdated'],
    params: z.strictObject({ role: roleSchema }),
    body: z.strictObject({ rights: z.array(rightSchema), version: versionSchema }),
    answer: roleRightsSchema,
  },
  'audit.list': {
    method: 'GET',
    path: '/api/audit',
    summary: 'Who changed what, or came and went, and when; the newest first',
    right: 'people.manage',
    errors: ['database.unreachable'],
    query: auditRequestSchema,
    answer: auditPageSchema,
  },
} as const satisfies Record<string, Route>
