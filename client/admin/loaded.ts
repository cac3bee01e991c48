import { onBeforeUnmount, onMounted, ref, shallowRef } from 'vue'
import { ApiError, type ApiErrorCode } from '../api.ts'

/**
 * What the server knows, read when the page opens and again whenever somebody comes back to its tab: others change it
 * too. A later failure leaves what was read before.
 * @param everyMs also read again at this pace while the tab is seen
 */
export function useLoaded<T>(ask: () => Promise<T>, everyMs?: number) {
  const value = shallowRef<T | null>(null)
  const failure = ref<ApiErrorCode | null>(null)
  let asked = 0
  let timer: number | undefined

  async function read(): Promise<void> {
    asked += 1
    const mine = asked
    window.clearTimeout(timer)
    try {
      const answer = await ask()
      if (mine !== asked) return
      value.value = answer
      failure.value = null
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      if (mine === asked) failure.value = error.code
    }
    if (everyMs !== undefined && mine === asked) timer = window.setTimeout(onSeen, everyMs)
  }
  function onSeen(): void {
    if (document.visibilityState === 'visible') void read()
  }
  onMounted(() => {
    document.addEventListener('visibilitychange', onSeen)
    void read()
  })
  onBeforeUnmount(() => {
    document.removeEventListener('visibilitychange', onSeen)
    window.clearTimeout(timer)
    asked += 1
  })
  return { value, failure, read }
}
