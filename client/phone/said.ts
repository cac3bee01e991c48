import { z } from 'zod'
import { keptCallSchema } from './kept-calls.ts'

/** What windows of one person say to each other; each is named as the server knows it. */
export const saidSchema = z.discriminatedUnion('say', [
  /** I am to be the phone. */
  z.object({ say: z.literal('take'), by: z.string() }),
  /** You may be it, and these calls are on. */
  z.object({ say: z.literal('given'), to: z.string(), from: z.string(), calls: z.array(keptCallSchema) }),
  /** A call rings, or is being dialled: after that. */
  z.object({ say: z.literal('later'), to: z.string() }),
  /** I am being closed. */
  z.object({ say: z.literal('left'), calls: z.array(keptCallSchema) }),
  /** Answer what rings. */
  z.object({ say: z.literal('answer') }),
])
export type Said = z.infer<typeof saidSchema>
