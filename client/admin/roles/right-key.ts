import type { Right } from '../../../shared/people.ts'
import type { Underscored } from '../../locales/en.ts'

/** A right as a key of texts, which dots would part. */
export type RightKey = Underscored<Right>

/** The key of a right's texts: `people.manage` is `people_manage`. */
export function rightKey(right: Right): RightKey {
  return right.replace('.', '_') as RightKey
}
