import { defineStore } from 'pinia'
import { computed, ref, watch } from 'vue'
import { isEmergency } from '../../shared/dial.ts'
import { ApiError, callApi, type ApiErrorCode } from '../api.ts'
import { useLive } from '../realtime/live.ts'
import { useSession } from '../session/session.ts'
import { newId } from '../ui/new-id.ts'
import { dialable } from './dialable.ts'
import { usePhone } from './phone-store.ts'

/** So long a call waits to hear whether its number is not to be called, ms. */
const checkedWithinMs = 1_000

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
  /** Whether a call rings or is on beside which my phone makes no other. The browser's puts that one on hold. */
  const isBusy = computed(() =>
    phone.kind === 'browser' ? phone.ringing !== null : hasCall.value || phone.calls.length > 0,
  )
  /** Whether somebody can be called now: not while a call rings or is on. */
  const canDial = computed(
    () => hasPhone.value && !hasCall.value && phone.calls.length === 0 && pending.value === null,
  )

  function refuse(number: string, code: ApiErrorCode): false {
    failed.value = { number, code }
    return false
  }

  /** Whether a number could be called now. Where a call rings or is on it is not, which is in `failed`; nothing keeps anybody from an emergency call. */
  function isFree(typed: string): boolean {
    return !isBusy.value || isEmergency(typed) || refuse(typed, 'dial.in_call')
  }

  /** Whether somebody noted that a number is not to be called. Where that cannot be asked now, nobody is kept from calling. */
  async function isUnwanted(number: string): Promise<boolean> {
    if (isEmergency(number) || !session.rights.has('tasks.use')) return false
    try {
      const asked = callApi('doNotCall.check', { body: { number } })
      const late = new Promise<null>((resolve) => window.setTimeout(() => resolve(null), checkedWithinMs))
      return ((await Promise.race([asked, late]))?.doNotCall ?? null) !== null
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
    const number = dialable(typed)
    if (!hasPhone.value || (pending.value !== null && !isEmergency(typed))) return false
    failed.value = null
    if (!isFree(typed)) return false
    if (number === null) return refuse(typed, 'dial.not_dialable')
    pending.value = typed
    try {
      if (!allTheSame && (await isUnwanted(number))) return refuse(typed, 'task.do_not_call')
      // Something may have begun to ring meanwhile.
      if (!isFree(typed)) return false
      if (phone.kind === 'browser') {
        phone.call(number)
        return true
      }
      const request = { body: { number, commandId: newId() } }
      // Whoever got no answer asks again by the same id: nobody is called twice.
      await callApi('calls.dial', request).catch((error: unknown) => {
        if (error instanceof ApiError && error.code === 'network') return callApi('calls.dial', request)
        throw error
      })
      return true
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      return refuse(typed, error.code)
    } finally {
      if (pending.value === typed) pending.value = null
    }
  }

  /** A call that comes in is other news. */
  watch(hasCall, (has) => {
    if (has && pending.value === null) failed.value = null
  })

  return { canDial, hasPhone, pending, failed, isFree, dial, forget: () => (failed.value = null) }
})
