import { z } from 'zod'
import { versionSchema } from './administration.ts'
import { guideSchema } from './guides.ts'
import type { Route } from './route.ts'

/** Whom a guide is for: everybody, a queue, or who dialled a number (its digits). */
export const guideIdSchema = z
  .string()
  .regex(/^(everybody|queue:\P{Cc}{1,200}|number:\d{2,20})$/u, 'Not whom a guide is for.')

export const storedGuideSchema = z.object({
  guideId: guideIdSchema,
  version: versionSchema,
  guide: guideSchema,
})
export type StoredGuide = z.infer<typeof storedGuideSchema>

/** All guides, beside the queues and numbers that there are. */
export const guidesSchema = z.object({
  guides: z.array(storedGuideSchema),
  queues: z.array(z.string()),
  numbers: z.array(z.object({ number: z.string(), label: z.string() })),
})
export type Guides = z.infer<typeof guidesSchema>

const params = z.strictObject({ guideId: guideIdSchema })

/** The routes of guides. Part of the table in api.ts. */
export const guideRoutes = {
  'guides.list': {
    method: 'GET',
    path: '/api/guides',
    summary: 'What agents are told to say, by queue and number',
    right: 'guides.write',
    answer: guidesSchema,
  },
  'guides.set': {
    method: 'PUT',
    path: '/api/guides/:guideId',
    summary: 'Write what agents are told to say',
    right: 'guides.write',
    errors: ['edit.outdated'],
    params,
    // Without a version it is new.
    body: z.strictObject({ version: versionSchema.nullable(), guide: guideSchema }),
    answer: storedGuideSchema,
  },
  'guides.remove': {
    method: 'DELETE',
    path: '/api/guides/:guideId',
    summary: 'Take a guide away: the next wider one counts',
    right: 'guides.write',
    errors: ['edit.outdated'],
    params,
    query: z.strictObject({ version: z.string().regex(/^\d{1,9}$/) }),
    answer: z.null(),
  },
} as const satisfies Record<string, Route>
