import { defineStore } from 'pinia'
import { ref, watch } from 'vue'
import { useSession } from '../session/session.ts'
import { functionKeys } from './keys.ts'

/** The keys by which a call may be answered. None writes anything, is another's here, or is the browser's own. */
export const answerKeys = [
  functionKeys.answer,
  'Insert',
  'Pause',
  'ScrollLock',
  'Alt Enter',
  'F13',
  'F14',
  'F15',
  'F16',
] as const
export type AnswerKey = (typeof answerKeys)[number]

/** @param kept what stands in the browser's storage, which may be anything */
export function answerKeyFrom(kept: string | null): AnswerKey {
  return answerKeys.find((key) => key === kept) ?? functionKeys.answer
}

/** The key by which I answer on my browser phone: chosen in the map of keys, and kept for me in this browser. */
export const useAnswerKey = defineStore('answerKey', () => {
  const session = useSession()
  const key = ref<AnswerKey>(functionKeys.answer)
  const placeOf = (personId: string) => `ringcard.answerKey.${personId}`

  watch(
    () => session.me?.personId,
    (personId) => {
      key.value = answerKeyFrom(personId === undefined ? null : localStorage.getItem(placeOf(personId)))
    },
    { immediate: true },
  )

  /** Answers by another key from now on. */
  function choose(next: AnswerKey): void {
    key.value = next
    if (session.me !== null) localStorage.setItem(placeOf(session.me.personId), next)
  }

  return { key, choose }
})
