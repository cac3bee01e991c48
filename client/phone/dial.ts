import { defineStore } from 'pinia'
import { computed, ref, watch } from 'vue'
import { isEmergency } from '../../shared/dial.ts'
import { ApiError, callApi, type ApiErrorCode } from '../api.ts'
import { useLive } from '../realtime/live.ts'
import { useSession } from '../session/session.ts'
import { newId } from '../ui/new-id.ts'
import { dialable } from './dialable.ts'
import { usePhone } from './phone-store.ts'

/**
 * Calls a number by whichever phone I use: the browser's at once; my desk phone rings first, and is to be picked up.
 * The rest of the console calls through here and need not know which it is.
 */
export const useDial = defineStore('dial', () => {
  const live = useLive()
  const phone = usePhone()
  const session = useSession()
  /** The number that is being called, until the phone has it. */
  const pending = ref<string | null>(null)
  const failed = ref<{ number: string; code: ApiErrorCode } | null>(null)

  const hasCall = computed(() =>
    [...(live.mine?.deskCalls.values() ?? [])].some(({ state }) => state !== 'ended'),
  )
  const hasPhone = computed(() => {
    if (!session.rights.has('desk.use') || session.me?.extension == null) return false
    return phone.kind === 'browser' ? phone.state.at === 'ready' : phone.kinds.includes('desk')
  })
  /** Whether somebody can be called now: not while a call rings or is on. */
  const canDial = computed(
    () => hasPhone.value && !hasCall.value && phone.calls.length === 0 && pending.value === null,
  )

  /** Whether somebody noted that a number is not to be called. Where that cannot be asked now, nobody is kept from calling. */
  async function isUnwanted(number: string): Promise<boolean> {
    if (isEmergency(number) || !session.rights.has('tasks.use')) return false
    try {
      return (await callApi('doNotCall.check', { body: { number } })).doNotCall !== null
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      return false
    }
  }

  /**
   * Calls a number, once however often it is pressed.
   * @param typed as somebody typed it, or as it stands on a card
   * @param allTheSame also a number whose owner does not want to be called
   * @returns whether the call was made: with a desk phone, that it was picked up. Why not is in `failed`.
   */
  async function dial(typed: string, allTheSame = false): Promise<boolean> {
    // Beside a call that is on, the browser's phone makes another: that one is put on hold.
    const isBeside = phone.kind === 'browser' && hasPhone.value && phone.ringing === null
    if (!canDial.value && !isBeside) return false
    const number = dialable(typed)
    failed.value = null
    if (number === null) {
      failed.value = { number: typed, code: 'dial.not_dialable' }
      return false
    }
    if (!allTheSame && (await isUnwanted(number))) {
      failed.value = { number: typed, code: 'task.do_not_call' }
      return false
    }
    if (phone.kind === 'browser') {
      phone.call(number)
      return true
    }
    pending.value = typed
    const request = { body: { number, commandId: newId() } }
    try {
      // Whoever got no answer asks again by the same id: nobody is called twice.
      await callApi('calls.dial', request).catch((error: unknown) => {
        if (error instanceof ApiError && error.code === 'network') return callApi('calls.dial', request)
        throw error
      })
      return true
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      failed.value = { number: typed, code: error.code }
      return false
    } finally {
      pending.value = null
    }
  }

  /** A call that comes in is other news. */
  watch(hasCall, (has) => {
    if (has && pending.value === null) failed.value = null
  })

  return { canDial, hasPhone, pending, failed, dial, forget: () => (failed.value = null) }
})
