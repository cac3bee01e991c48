import { defineStore } from 'pinia'
import { ref, shallowRef, watch } from 'vue'
import type { ArticleHit } from '../../shared/articles.ts'
import { ApiError, callApi, type ApiErrorCode } from '../api.ts'
import { useShown } from '../desk/shown.ts'
import { useResults } from '../results/results.ts'
import { useSession } from '../session/session.ts'

/** The card of a call goes first, ms. */
const afterCardMs = 250

/** Articles on the desk: what is pinned to the call before me, and whether they are open. */
export const useArticles = defineStore('articles', () => {
  const session = useSession()
  const shown = useShown()
  const results = useResults()
  const isOpen = ref(false)
  /** The article that is being read; null for the list. */
  const openId = ref<string | null>(null)
  const pinned = shallowRef<readonly ArticleHit[]>([])
  const failure = ref<ApiErrorCode | null>(null)
  let asked = 0
  let timer: number | undefined

  async function look(): Promise<void> {
    asked += 1
    const mine = asked
    const { call } = shown
    if (session.me === null || !session.rights.has('desk.use')) {
      pinned.value = []
      return
    }
    const result = call === null ? null : (results.resultOf(call.callId)?.path.at(-1)?.code ?? null)
    const query = {
      q: '',
      ...(call === null ? {} : { callId: call.callId }),
      ...(call?.queue == null ? {} : { queue: call.queue }),
      ...(result === null ? {} : { result }),
    }
    try {
      const found = await callApi('articles.find', { query })
      if (mine !== asked) return
      pinned.value = found
      failure.value = null
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      // What is missing beside a call is not worth a word there: it is said where they are looked up.
      if (mine === asked) [pinned.value, failure.value] = [[], error.code]
    }
  }

  function open(articleId: string | null = null): void {
    openId.value = articleId
    isOpen.value = true
  }

  watch(
    () => session.me?.personId,
    () => {
      isOpen.value = false
      pinned.value = []
    },
    { flush: 'sync' },
  )
  watch(
    () => {
      const { call } = shown
      const result = call === null ? '' : (results.resultOf(call.callId)?.path.at(-1)?.code ?? '')
      return `${session.me?.personId ?? ''} ${call?.callId ?? ''} ${call?.queue ?? ''} ${result}`
    },
    () => {
      window.clearTimeout(timer)
      timer = window.setTimeout(() => void look(), afterCardMs)
    },
    { immediate: true },
  )

  return { isOpen, openId, pinned, failure, look, open, close: () => (isOpen.value = false) }
})
