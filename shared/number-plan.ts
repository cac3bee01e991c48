import { z } from 'zod'
import { countrySchema } from './countries.ts'
import type { CountryCode } from './phone-numbers.ts'

const digitsSchema = (most: number) =>
  z.string().regex(new RegExp(`^\\d{1,${most}}$`), `1 to ${most} digits.`)
const listedNumberSchema = z.string().regex(/^\+?\d{2,15}$/, 'Digits, with or without a plus.')
/** A number, or all that begin so: `+493023125*`. */
const numberOrBlockSchema = z
  .string()
  .regex(/^\+?\d{2,15}\*?$/, 'Digits, with or without a plus; * for all that follow.')

/** How the center understands phone numbers: data, changed in the administration. */
export const numberPlanSchema = z.strictObject({
  /** The country of the trunks: how numbers without a country code are understood. */
  homeCountry: countrySchema,
  /** What the PBX or trunk puts before the numbers of callers from outside, such as `9`: taken away first. */
  trunkPrefixes: z.array(digitsSchema(5)).max(10),
  /** How many digits an extension may have: a number of so many digits is a colleague, and nobody's card. */
  extensionLengths: z.array(z.number().int().min(2).max(8)).max(7),
  /** The center's own numbers: a call from one of them is not looked up. */
  ownNumbers: z.array(numberOrBlockSchema).max(200),
  /** Numbers of others that are never looked up: test lines, the alarm company. */
  ignoredNumbers: z.array(listedNumberSchema).max(500),
})
export type NumberPlan = z.infer<typeof numberPlanSchema>

/** The plan of a center that has said nothing but its country. */
export function planOf(homeCountry: CountryCode, ignoredNumbers: readonly string[] = []): NumberPlan {
  return {
    homeCountry,
    trunkPrefixes: [],
    extensionLengths: [2, 3, 4, 5],
    ownNumbers: [],
    ignoredNumbers: [...ignoredNumbers],
  }
}
