import { z } from 'zod'

/** Words that a plain name of a file is made of. */
const nameSchema = z.string().regex(/^[a-z0-9][a-z0-9-]*$/)
const entrySchema = z.looseObject({ type: z.string(), pbx: z.string(), at: z.number() })

/**
 * A call as a file, for replaying it elsewhere: what the floor was told of it, in our own vocabulary, and what it made of
 * that. Recorded traces (`format: 1`, see docs/lab.md) hold Asterisk's own bytes; the journal has none, and so neither has
 * this. Numbers, names, accounts and what was keyed in are replaced, the same by the same; time begins at 2026-01-01.
 */
export const callTraceSchema = z.object({
  format: z.literal(2),
  name: nameSchema,
  /** How the floor was set. */
  floor: z.object({ shortAbandonMs: z.number(), trunks: z.array(z.string()) }),
  /** False when the call was still going on, or more of it was kept than fits: then it replays to its first part. */
  complete: z.boolean(),
  /** The floor's inputs, in order (`server/floor/events.ts`): first who sat where. */
  events: z.array(entrySchema.extend({ arrivedAt: z.number() })),
  /** What history holds of it (`server/floor/facts.ts`): a replay gives the same. */
  facts: z.array(entrySchema),
})
export type CallTraceFile = z.infer<typeof callTraceSchema>
