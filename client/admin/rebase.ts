/** Fields of a form, as plain data. */
export type Fields = Readonly<Record<string, unknown>>

/** A form brought up to what somebody else has saved meanwhile. */
export interface Rebased<F extends Fields> {
  fields: F
  /** Fields that both have changed: mine stays in the form, theirs is what is stored. */
  contested: (keyof F & string)[]
}

const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other)

/**
 * Puts my changes on top of theirs, field by field: what I did not touch becomes theirs, what I did stays mine.
 * @param looked what both began from
 */
export function rebase<F extends Fields>(looked: F, mine: F, theirs: F): Rebased<F> {
  const keys = Object.keys(mine) as (keyof F & string)[]
  const touched = keys.filter((key) => !same(looked[key], mine[key]))
  const kept = Object.fromEntries(touched.map((key) => [key, mine[key]]))
  const contested = touched.filter((key) => !same(looked[key], theirs[key]) && !same(mine[key], theirs[key]))
  return { fields: { ...theirs, ...kept }, contested }
}

/** The fields of `mine` that differ from what was looked at. */
export function changedFields<F extends Fields>(looked: F, mine: F): Partial<F> {
  const changed = Object.entries(mine).filter(([key, value]) => !same(looked[key], value))
  return Object.fromEntries(changed) as Partial<F>
}
