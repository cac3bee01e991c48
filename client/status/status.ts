import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import type { QueueSignIn, SetStatus, StatusView } from '../../shared/status.ts'
import { ApiError, callApi, type ApiErrorCode } from '../api.ts'
import { useLive } from '../realtime/live.ts'
import { useSession } from '../session/session.ts'

/** My own status, and what I may choose. */
export const useStatus = defineStore('status', () => {
  const live = useLive()
  const session = useSession()
  /** Whether a choice is under way. */
  const busy = ref(false)
  /** Why the last choice was not done. */
  const failed = ref<ApiErrorCode | null>(null)

  const mine = computed<StatusView | null>(() => {
    const status = live.mine?.statuses.get(session.me?.extension ?? '')
    return status === undefined || status.state === 'offline' ? null : status
  })
  /** Whether there is something to come back from by one click. */
  const mayBeReady = computed(() => ['wrapUp', 'break', 'missed', 'away'].includes(mine.value?.state ?? ''))
  const breaks = computed(() => live.mine?.breaks ?? [])

  let underWay: { what: string; done: Promise<boolean> } | null = null

  /**
   * Asks for it once: pressed again meanwhile it is not asked twice, and something else waits its turn.
   * @returns whether it was done
   */
  async function ask(what: string, work: () => Promise<unknown>): Promise<boolean> {
    if (underWay?.what === what) return false
    const before = underWay?.done
    const done = (async () => {
      await before
      busy.value = true
      failed.value = null
      try {
        await work()
        return true
      } catch (error) {
        failed.value = error instanceof ApiError ? error.code : 'unexpected'
        return false
      } finally {
        busy.value = false
      }
    })()
    const asked = { what, done }
    underWay = asked
    await done
    if (underWay === asked) underWay = null
    return done
  }

  return {
    mine,
    mayBeReady,
    breaks,
    busy,
    failed,
    choose: (body: SetStatus) => ask(JSON.stringify(body), () => callApi('status.set', { body })),
    signIn: (body: QueueSignIn) => ask(JSON.stringify(body), () => callApi('status.signIn', { body })),
    extend: () => ask('extend', () => callApi('status.extend')),
  }
})
