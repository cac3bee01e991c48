import { computed, ref, shallowRef, watch, type Ref } from 'vue'
import { changedFields, rebase, type Fields } from './rebase.ts'

/** What is stored of something that people edit, as fields of a form. */
export interface Stored<F extends Fields> {
  version: number
  fields: F
}

/**
 * A form over something that others may change meanwhile. When they do, what was not touched here follows, what was stays,
 * and the fields that both have changed are named in `contested`.
 * @param stored what is stored as far as is known; it is watched
 */
export function useEdited<F extends Fields>(stored: () => Stored<F>) {
  const looked = shallowRef(stored())
  const mine = ref(structuredClone(looked.value.fields)) as Ref<F>
  const contested = ref<(keyof F & string)[]>([])
  const changes = computed(() => changedFields(looked.value.fields, mine.value))

  /** Puts what was typed since `base` on top of what is stored now. @returns the fields that both have changed */
  function follow(base: F, theirs: Stored<F>): (keyof F & string)[] {
    const rebased = rebase(base, mine.value, structuredClone(theirs.fields))
    mine.value = rebased.fields
    looked.value = theirs
    return rebased.contested
  }

  watch(stored, (theirs) => {
    if (theirs.version !== looked.value.version) contested.value = follow(looked.value.fields, theirs)
  })

  return {
    mine,
    /** What a change is sent with: the version that the form began from. */
    version: computed(() => looked.value.version),
    changes,
    isChanged: computed(() => Object.keys(changes.value).length > 0),
    contested: computed(() => contested.value),
    /**
     * A change of ours has been stored.
     * @param sent the fields that it was made from; left out, none of them was sent
     */
    taken: (after: Stored<F>, sent: F = looked.value.fields): void => {
      follow(sent, after)
      contested.value = []
    },
    /** What was typed is given up. */
    takeBack: (): void => {
      mine.value = structuredClone(looked.value.fields)
      contested.value = []
    },
  }
}
