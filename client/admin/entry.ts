import { computed, ref } from 'vue'
import { useEdited } from './edited.ts'
import { useForm } from './form.ts'
import type { Fields } from './rebase.ts'
import { useUnsaved } from './unsaved.ts'

export interface EntryOptions<S extends { version: number }, F extends Fields> {
  /** What is stored as far as is known; null for an entry that is new. Watched. */
  stored: () => S | null
  fields: (stored: S | null) => F
  /**
   * Sends what the form holds, by `submit`, and tells what is stored then by `taken`.
   * @returns whether it was sent and taken
   */
  save: (work: {
    /** The one that was looked at; null for an entry that is new. */
    version: number | null
    sent: F
    submit: ReturnType<typeof useForm>['submit']
    taken: (stored: S) => void
  }) => Promise<boolean>
  remove: (version: string) => Promise<unknown>
  /** What is asked before it is removed. */
  sure: () => string
  /** Reads anew what is stored. */
  read: () => Promise<void>
  onSaved?: (wasNew: boolean) => void
  onRemoved: () => void
}

/** Stands for an entry that is not there. */
const noVersion = -1

/** The form of one entry of a list that several people edit: new, changed or removed. */
export function useEntry<S extends { version: number }, F extends Fields>(options: EntryOptions<S, F>) {
  const { wrong, failure, working, submit, attempt } = useForm()
  const asEdited = (stored: S | null) => ({
    version: stored?.version ?? noVersion,
    fields: options.fields(stored),
  })
  const { mine, version, isChanged, contested, taken } = useEdited(() => asEdited(options.stored()))
  const saved = ref(false)
  const gone = ref(false)
  const isNew = computed(() => version.value === noVersion)
  useUnsaved(() => isChanged.value && !gone.value)

  async function save(): Promise<void> {
    const sent = { ...mine.value }
    const wasNew = isNew.value
    saved.value = await options.save({
      version: wasNew ? null : version.value,
      sent,
      submit,
      taken: (stored) => taken(asEdited(stored), sent),
    })
    if (saved.value || failure.value === 'edit.outdated') await options.read()
    if (saved.value) options.onSaved?.(wasNew)
  }

  async function remove(): Promise<void> {
    if (!window.confirm(options.sure())) return
    gone.value = await attempt(() => options.remove(String(version.value)))
    if (gone.value) options.onRemoved()
    else if (failure.value === 'edit.outdated') await options.read()
  }

  return { mine, isNew, isChanged, contested, saved, wrong, failure, working, save, remove }
}
