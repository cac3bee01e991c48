import { z } from 'zod'

/** A setting that is a whole number. */
export const wholeNumber = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, `must be a whole number from ${least} to ${most}`)
    .transform(Number)
    .refine((n) => n >= least && n <= most, `must be from ${least} to ${most}`)

/** A setting that is a list, with commas; empty for none. */
export const list = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
)

/** A setting that names a context of the dialplan. */
export const contextSchema = z
  .string()
  .regex(/^[\w-]{1,79}$/, 'must be the name of a context of the dialplan')
