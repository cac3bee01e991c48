import { z } from 'zod'

const nothing = z.strictObject({})

/**
 * The schema of one part of a request, refusing fields it does not know.
 * @param schema left out: the part must be empty
 */
export function strictly(schema: z.ZodType | undefined): z.ZodType {
  if (schema === undefined) return nothing
  return schema instanceof z.ZodObject ? schema.strict() : schema
}
