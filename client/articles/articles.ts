import { defineStore } from 'pinia'
import { computed, ref, watch } from 'vue'
import { useShown } from '../desk/shown.ts'
import { useSession } from '../session/session.ts'

/** Articles on the desk: what is pinned to the call before me, and whether they are open. */
export const useArticles = defineStore('articles', () => {
  const session = useSession()
  const shown = useShown()
  const isOpen = ref(false)
  /** The article that is being read; null for the list. */
  const openId = ref<string | null>(null)
  /** They come with the call. */
  const pinned = computed(() => shown.call?.articles ?? [])

  function open(articleId: string | null = null): void {
    openId.value = articleId
    isOpen.value = true
  }

  watch(
    () => session.me?.personId,
    () => (isOpen.value = false),
    { flush: 'sync' },
  )

  return { isOpen, openId, pinned, open, close: () => (isOpen.value = false) }
})
