import { z } from 'zod'
import { versionSchema } from './administration.ts'
import { numberPlanSchema } from './number-plan.ts'
import { scheduleSchema } from './opening-hours.ts'
import { extensionSchema } from './people.ts'
import { idSchema, type Route } from './route.ts'
import {
  changeDeskSchema,
  dialledNumberSchema,
  foundDeskSchema,
  foundSchema,
  newDeskSchema,
  scheduleIdSchema,
  schedulesSchema,
  storedNumberSchema,
  storedPlanSchema,
  storedScheduleSchema,
} from './settings.ts'

const deskParams = z.strictObject({ extension: extensionSchema })
const numberParams = z.strictObject({ numberId: idSchema })
const scheduleParams = z.strictObject({ scheduleId: scheduleIdSchema })
/** Which version somebody looked at who takes a thing away. */
const lookedAt = z.strictObject({ version: z.string().regex(/^\d{1,9}$/, 'The number of a version.') })

/** The routes of how the center is set up: desks, numbers, hours. Part of the table in api.ts. */
export const settingsRoutes = {
  'desks.found': {
    method: 'GET',
    path: '/api/desks/found',
    summary: 'Desks, and the queues and devices that the PBXs have, as they are now',
    right: 'settings.manage',
    answer: foundSchema,
  },
  'desks.add': {
    method: 'POST',
    path: '/api/desks',
    summary: 'Add a desk',
    right: 'settings.manage',
    errors: ['desk.exists', 'desk.device_taken'],
    body: newDeskSchema,
    answer: foundDeskSchema,
  },
  'desks.change': {
    method: 'PUT',
    path: '/api/desks/:extension',
    summary: 'Change the devices of a desk',
    right: 'settings.manage',
    errors: ['desk.unknown', 'desk.device_taken', 'edit.outdated'],
    params: deskParams,
    body: changeDeskSchema,
    answer: foundDeskSchema,
  },
  'desks.remove': {
    method: 'DELETE',
    path: '/api/desks/:extension',
    summary: 'Take a desk away',
    right: 'settings.manage',
    errors: ['desk.unknown', 'desk.taken', 'edit.outdated'],
    params: deskParams,
    query: lookedAt,
    answer: z.null(),
  },
  'numbers.list': {
    method: 'GET',
    path: '/api/settings/numbers',
    summary: 'What the center’s numbers stand for',
    right: 'settings.manage',
    answer: z.array(storedNumberSchema),
  },
  'numbers.add': {
    method: 'POST',
    path: '/api/settings/numbers',
    summary: 'Say what a number stands for',
    right: 'settings.manage',
    errors: ['number.exists'],
    body: dialledNumberSchema,
    answer: storedNumberSchema,
  },
  'numbers.change': {
    method: 'PUT',
    path: '/api/settings/numbers/:numberId',
    summary: 'Change what a number stands for',
    right: 'settings.manage',
    errors: ['number.unknown', 'edit.outdated'],
    params: numberParams,
    body: dialledNumberSchema.omit({ number: true }).extend({ version: versionSchema }),
    answer: storedNumberSchema,
  },
  'numbers.remove': {
    method: 'DELETE',
    path: '/api/settings/numbers/:numberId',
    summary: 'Let a number stand for itself',
    right: 'settings.manage',
    errors: ['number.unknown', 'edit.outdated'],
    params: numberParams,
    query: lookedAt,
    answer: z.null(),
  },
  'numberPlan.read': {
    method: 'GET',
    path: '/api/settings/number-plan',
    summary: 'How phone numbers are understood',
    right: 'settings.manage',
    answer: storedPlanSchema,
  },
  'numberPlan.change': {
    method: 'PUT',
    path: '/api/settings/number-plan',
    summary: 'Change how phone numbers are understood',
    right: 'settings.manage',
    errors: ['edit.outdated'],
    body: z.strictObject({ version: versionSchema, plan: numberPlanSchema }),
    answer: storedPlanSchema,
  },
  'schedules.list': {
    method: 'GET',
    path: '/api/settings/schedules',
    summary: 'Opening hours and holidays, of the center and of queues that have their own',
    right: 'settings.manage',
    answer: schedulesSchema,
  },
  'schedules.set': {
    method: 'PUT',
    path: '/api/settings/schedules/:scheduleId',
    summary: 'Set the opening hours of the center or of a queue',
    right: 'settings.manage',
    errors: ['edit.outdated'],
    params: scheduleParams,
    // Without a version it is new.
    body: z.strictObject({ version: versionSchema.nullable(), schedule: scheduleSchema }),
    answer: storedScheduleSchema,
  },
  'schedules.remove': {
    method: 'DELETE',
    path: '/api/settings/schedules/:scheduleId',
    summary: 'Let a queue have the center’s hours, or the center none',
    right: 'settings.manage',
    errors: ['edit.outdated'],
    params: scheduleParams,
    query: lookedAt,
    answer: z.null(),
  },
} as const satisfies Record<string, Route>
