import { isSupportedCountry } from 'libphonenumber-js/max'
import { z } from 'zod'
import type { CallHours } from '../shared/call-times.ts'
import { list, wholeNumber } from './setting-schemas.ts'

/** Hours of the day as `8-21`. */
const hoursPattern = /^(?:([A-Z]{2})=)?(\d{1,2})-(\d{1,2})$/

/** Between which hours people are called: everywhere, and in countries that have their own. */
export interface CallHoursByCountry {
  everywhere: CallHours
  /** By ISO 3166. */
  of: ReadonlyMap<string, CallHours>
}

const callHours = list.transform((items, context): CallHoursByCountry => {
  let everywhere: CallHours | null = null
  const of = new Map<string, CallHours>()
  const refuse = (message: string): void => {
    context.addIssue({ code: 'custom', message })
  }
  for (const item of items) {
    const [, country, first, last] = hoursPattern.exec(item) ?? []
    const hours = { from: Number(first), until: Number(last) }
    if (first === undefined || hours.from >= hours.until || hours.until > 24)
      refuse('must be hours such as 8-21, and for a country FR=9-20, with commas between')
    else if (country === undefined) everywhere = hours
    else if (!isSupportedCountry(country)) refuse(`names ${country}, which is no country (ISO 3166)`)
    else of.set(country, hours)
  }
  if (everywhere === null) refuse('must have hours for everywhere else, such as 8-21')
  return { everywhere: everywhere ?? { from: 8, until: 21 }, of }
})

/** The settings of callbacks and tasks. */
export const taskSettings = {
  CALL_HOURS: {
    description:
      'Between which hours customers are called back, by their own clock; countries may have others: `8-21, FR=10-20`.',
    default: '8-21',
    schema: callHours,
  },
  CALLBACK_REMINDER_MINUTES: {
    description: 'How long before a callback or a task is due its agents are reminded.',
    default: '5',
    schema: wholeNumber(0, 1440),
  },
  CALLBACK_ESCALATION_MINUTES: {
    description: 'How long after it was due the supervisors are told that nobody has done it.',
    default: '15',
    schema: wholeNumber(1, 10_080),
  },
  CALLBACK_SPACING_MINUTES: {
    description: 'How long after a try that reached nobody the next one is due.',
    default: '60',
    schema: wholeNumber(1, 10_080),
  },
  CALLBACK_ATTEMPTS: {
    description: 'After how many such tries the supervisors are told.',
    default: '3',
    schema: wholeNumber(1, 20),
  },
  MISSED_CALLS_NOT_RETURNED: {
    description:
      'Queues of which calls that reached nobody do not become a task to call back, with commas. Empty: those of all do.',
    default: '',
    schema: list,
  },
  REFUSED_CALLS_RETURNED: {
    description:
      'Whether calls that were in no queue, refused at its door or outside opening hours, become a task to call back for whoever is free: `yes` or `no`.',
    default: 'yes',
    schema: z.enum(['yes', 'no'], 'must be yes or no').transform((answer) => answer === 'yes'),
  },
  TASK_DAYS: {
    description: 'How long callbacks and tasks that are closed are kept.',
    default: '365',
    schema: wholeNumber(1, 3650),
  },
} as const satisfies Record<string, { description: string; default: string; schema: z.ZodType }>
