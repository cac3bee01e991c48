import { z } from 'zod'
import { directionSchema, partySchema } from './calls.ts'
import {
  callDispositionsSchema,
  currentDispositionsSchema,
  setDispositionRequestSchema,
} from './dispositions.ts'
import { instantSchema } from './instant.ts'
import { idSchema, type Route } from './route.ts'

const callParams = z.strictObject({ callId: idSchema })

/** A call that I have talked in and not finished: nobody knows yet what came of it. */
export const unfinishedCallSchema = z.object({
  callId: z.string(),
  /** When my last talk in it began, and when it ended. */
  at: instantSchema,
  endedAt: instantSchema,
  direction: directionSchema,
  queue: z.string().nullable(),
  party: partySchema,
  customerId: z.string().nullable(),
  customerName: z.string().nullable(),
})
export type UnfinishedCall = z.infer<typeof unfinishedCallSchema>

/** How many calls somebody has to finish. */
export const unfinishedCountSchema = z.object({
  personId: z.string(),
  /** Null for somebody who was erased. */
  name: z.string().nullable(),
  calls: z.number().int().positive(),
  oldestAt: instantSchema,
})
export type UnfinishedCount = z.infer<typeof unfinishedCountSchema>

/** The routes of what came of calls. Part of the table in api.ts. */
export const dispositionRoutes = {
  'dispositions.read': {
    method: 'GET',
    path: '/api/dispositions',
    summary: 'What may come of calls: the trees to choose from',
    right: ['dispositions.set', 'dispositions.manage'],
    answer: currentDispositionsSchema,
  },
  'dispositions.edited': {
    method: 'GET',
    path: '/api/settings/dispositions',
    summary:
      'The same for whoever changes it, with the codes that calls have: those are retired and never removed',
    right: 'dispositions.manage',
    errors: ['database.unreachable'],
    answer: currentDispositionsSchema.extend({
      /** As `treeId:code`. */
      used: z.array(z.string()),
    }),
  },
  'dispositions.change': {
    method: 'PUT',
    path: '/api/settings/dispositions',
    summary: 'Change what may come of calls',
    right: 'dispositions.manage',
    errors: ['edit.outdated', 'disposition.in_use'],
    body: currentDispositionsSchema,
    answer: currentDispositionsSchema,
  },
  'dispositions.unfinished': {
    method: 'GET',
    path: '/api/dispositions/unfinished',
    summary: 'My calls of which I have not said what came of them, the newest first',
    right: 'dispositions.set',
    errors: ['database.unreachable'],
    answer: z.object({ calls: z.array(unfinishedCallSchema) }),
  },
  'dispositions.counts': {
    method: 'GET',
    path: '/api/dispositions/unfinished/counts',
    summary: 'How many such calls everybody has',
    right: 'floor.watch',
    errors: ['database.unreachable'],
    answer: z.object({ people: z.array(unfinishedCountSchema) }),
  },
  'calls.dispositions': {
    method: 'GET',
    path: '/api/calls/:callId/disposition',
    summary: 'What came of a call that I talked in, and everything that was said of it before',
    right: 'dispositions.set',
    errors: ['call.unknown', 'call.not_yours', 'database.unreachable'],
    params: callParams,
    answer: callDispositionsSchema,
  },
  'calls.setDisposition': {
    method: 'PUT',
    path: '/api/calls/:callId/disposition',
    summary: 'Say what came of a call that I talked in, or say it anew',
    right: 'dispositions.set',
    errors: ['call.unknown', 'call.not_yours', 'disposition.gone', 'history.spool_full'],
    params: callParams,
    body: setDispositionRequestSchema,
    answer: callDispositionsSchema,
  },
} as const satisfies Record<string, Route>
