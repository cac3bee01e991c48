import { z } from 'zod'

const linkSchema = z.strictObject({
  label: z.string().trim().min(1).max(60),
  /** Nothing but a web address: a console must never be led into a script. */
  url: z
    .string()
    .trim()
    .max(500)
    .refine(
      (url) => /^https?:\/\/[^\s/]/i.test(url) && URL.canParse(url),
      'An address that begins with https://',
    ),
})

/** What to say: to callers of a queue or of a number, or to everybody. */
export const guideSchema = z.strictObject({
  /** The first sentence, with `{customer}` and `{agent}` in it. */
  greeting: z.string().trim().max(400),
  /** What is to be covered, in order. */
  points: z.array(z.string().trim().min(1).max(160)).max(10),
  links: z.array(linkSchema).max(8),
})
export type Guide = z.infer<typeof guideSchema>
