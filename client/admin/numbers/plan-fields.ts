import type { z } from 'zod'
import type { NumberPlan, numberPlanSchema } from '../../../shared/number-plan.ts'

/** A number plan as a form holds it: lists as text, one entry a line. */
export type PlanFields = ReturnType<typeof planFields>

/** A plan as fields of a form. */
export function planFields(plan: NumberPlan) {
  return {
    homeCountry: plan.homeCountry as string,
    trunkPrefixes: plan.trunkPrefixes.join(', '),
    extensionLengths: [...plan.extensionLengths],
    ownNumbers: plan.ownNumbers.join('\n'),
    ignoredNumbers: plan.ignoredNumbers.join('\n'),
  }
}

/** The plan that a form holds, not yet checked. */
export function planFrom(fields: PlanFields): z.input<typeof numberPlanSchema> {
  return {
    homeCountry: fields.homeCountry,
    trunkPrefixes: entriesOf(fields.trunkPrefixes),
    extensionLengths: [...fields.extensionLengths],
    ownNumbers: entriesOf(fields.ownNumbers),
    ignoredNumbers: entriesOf(fields.ignoredNumbers),
  }
}

/** Entries of a list, each once, without what people put between digits. */
export function entriesOf(text: string): string[] {
  const entries = text.split(/[\n,;]/).map((entry) => entry.replace(/[\s()./-]/g, ''))
  return [...new Set(entries.filter((entry) => entry !== ''))]
}

/**
 * Entries of a list that were found wrong.
 * @param wrong paths of a form's errors
 * @param list the path of the list
 */
export function wrongEntries(wrong: ReadonlySet<string>, list: string, text: string): string[] {
  return entriesOf(text).filter((_entry, index) => wrong.has(`${list}.${index}`))
}
