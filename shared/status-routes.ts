import { z } from 'zod'
import { agentDaySchema, dayPeopleSchema, dayQuerySchema } from './agent-day.ts'
import { versionSchema } from './administration.ts'
import { extensionSchema } from './people.ts'
import { idSchema, type Route } from './route.ts'
import {
  editedRulesSchema,
  queueSignInSchema,
  setStatusRequestSchema,
  statusRulesSchema,
  statusViewSchema,
  storedRulesSchema,
} from './status.ts'

const signInErrors = [
  'queue.unknown',
  'queue.no_phone',
  'queue.refused',
  'pbx.unreachable',
  'history.spool_full',
] as const

/** The routes of agents' status. Part of the table in api.ts. */
export const statusRoutes = {
  'status.read': {
    method: 'GET',
    path: '/api/status',
    summary: 'My own status',
    right: 'desk.use',
    errors: ['status.no_desk'],
    answer: statusViewSchema,
  },
  'status.set': {
    method: 'PUT',
    path: '/api/status',
    summary: 'Be ready, or go on a break; during a call: after it',
    right: 'desk.use',
    errors: ['status.no_desk', 'status.reason_unknown', 'status.device_lost', 'history.spool_full'],
    body: setStatusRequestSchema,
    answer: statusViewSchema,
  },
  'status.signIn': {
    method: 'PUT',
    path: '/api/status/queues',
    summary: 'Sign in to a queue, or out of it, where the rules let me',
    right: 'desk.use',
    errors: ['status.no_desk', 'queue.not_open', ...signInErrors],
    body: queueSignInSchema,
    answer: statusViewSchema,
  },
  'status.extend': {
    method: 'POST',
    path: '/api/status/wrap-up',
    summary: 'Extend my wrap-up by one step',
    right: 'desk.use',
    errors: ['status.no_desk', 'status.not_extendable', 'history.spool_full'],
    answer: statusViewSchema,
  },
  'agents.setStatus': {
    method: 'PUT',
    path: '/api/agents/:extension/status',
    summary: 'Set the status of whoever sits at a desk; during a call: after it',
    right: 'agents.status',
    errors: [
      'desk.unknown',
      'status.no_desk',
      'status.reason_unknown',
      'status.device_lost',
      'history.spool_full',
    ],
    params: z.strictObject({ extension: extensionSchema }),
    body: setStatusRequestSchema,
    answer: statusViewSchema,
  },
  'agents.signIn': {
    method: 'PUT',
    path: '/api/agents/:extension/queues',
    summary: 'Sign whoever sits at a desk in to a queue, or out of it',
    right: 'agents.status',
    errors: ['desk.unknown', 'status.no_desk', ...signInErrors],
    params: z.strictObject({ extension: extensionSchema }),
    body: queueSignInSchema,
    answer: statusViewSchema,
  },
  'agents.noticeSeen': {
    method: 'POST',
    path: '/api/agents/:extension/missed-notice/seen',
    summary: 'Say that it was seen that somebody is on a break for missed calls: nobody is told it any more',
    right: 'agents.status',
    errors: ['desk.unknown', 'status.no_desk'],
    params: z.strictObject({ extension: extensionSchema }),
    answer: statusViewSchema,
  },
  'days.mine': {
    method: 'GET',
    path: '/api/days/mine',
    summary: 'My day: what I did from one moment to another, with its figures and the calls behind them',
    right: ['history.own', 'history.all'],
    errors: ['database.unreachable'],
    query: dayQuerySchema,
    answer: agentDaySchema,
  },
  'days.people': {
    method: 'GET',
    path: '/api/days/people',
    summary: 'Who was signed in at a desk from one moment to another, and the breaks that there are',
    right: 'history.all',
    errors: ['database.unreachable'],
    query: dayQuerySchema,
    answer: dayPeopleSchema,
  },
  'days.read': {
    method: 'GET',
    path: '/api/days/:personId',
    summary: 'Somebody’s day, as their own is to them',
    right: 'history.all',
    errors: ['database.unreachable'],
    params: z.strictObject({ personId: idSchema }),
    query: dayQuerySchema,
    answer: agentDaySchema,
  },
  'statusRules.read': {
    method: 'GET',
    path: '/api/settings/status',
    summary: 'How agents’ status works: wrap-up, missed calls, lost consoles, breaks',
    right: 'settings.manage',
    answer: editedRulesSchema,
  },
  'statusRules.change': {
    method: 'PUT',
    path: '/api/settings/status',
    summary: 'Change how agents’ status works',
    right: 'settings.manage',
    errors: ['edit.outdated'],
    body: z.strictObject({ version: versionSchema, rules: statusRulesSchema }),
    answer: storedRulesSchema,
  },
} as const satisfies Record<string, Route>
