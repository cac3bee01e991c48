import { z } from 'zod'
import { instantSchema } from '../../shared/calls.ts'

/** What one agent left for whoever gets the call next. */
export const keptWordSchema = z.object({
  wordId: z.string(),
  at: instantSchema,
  extension: z.string(),
  by: z.string().nullable(),
  text: z.string(),
})
export type KeptWord = z.infer<typeof keptWordSchema>
