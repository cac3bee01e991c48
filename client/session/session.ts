import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import type { Locale, Me, Right, SignInRequest } from '../../shared/people.ts'
import { ApiError, callApi, onSessionLost, setCsrfToken } from '../api.ts'
import { setLocale } from '../locales/i18n.ts'
import { useLive } from '../realtime/live.ts'

/** Who is signed in at this console, and the way in and out. */
export const useSession = defineStore('session', () => {
  const live = useLive()
  const me = ref<Me | null>(null)
  /** Whether the session was there and has ended by itself, which the sign-in page then says. */
  const ended = ref(false)
  const rights = computed(() => new Set<Right>(me.value?.rights))

  async function take(next: Me): Promise<void> {
    me.value = next
    ended.value = false
    setCsrfToken(next.csrfToken)
    await setLocale(next.locale)
  }

  /**
   * Asks who I am, with which rights and at which desk.
   * @returns whether the session is good, or cannot be asked now (which is not the same as gone)
   */
  async function isGood(): Promise<boolean> {
    try {
      const read = await callApi('session.read')
      if (read !== null) await take(read)
      return read !== null
    } catch (error) {
      return !(error instanceof ApiError && error.code.startsWith('session.'))
    }
  }

  /** Takes up a session that is already there. @throws ApiError when the server cannot be asked */
  async function restore(): Promise<void> {
    try {
      const read = await callApi('session.read')
      if (read === null) {
        me.value = null
        return
      }
      await take(read)
      live.start(isGood)
    } catch (error) {
      if (!(error instanceof ApiError && error.code.startsWith('session.'))) throw error
      me.value = null
    }
  }

  /** @throws ApiError `sign_in.refused`, `sign_in.throttled`, `desk.taken`, `desk.unknown` or `network` */
  async function signIn(request: SignInRequest): Promise<void> {
    await take(await callApi('session.create', { body: request }))
    live.start(isGood)
  }

  function forget(): void {
    live.stop()
    me.value = null
    setCsrfToken(null)
  }

  /** Signs out; the console forgets everything even when the server cannot be told. */
  async function signOut(): Promise<void> {
    await callApi('session.end').catch(() => null)
    forget()
    ended.value = false
  }

  /** @throws ApiError `desk.taken` or `desk.unknown` */
  async function takeDesk(extension: string): Promise<void> {
    await take(await callApi('session.desk', { body: { extension } }))
  }

  /** Changes the language at once, and for the next sign-in when the server could be told. */
  async function chooseLocale(locale: Locale): Promise<void> {
    await setLocale(locale)
    if (me.value !== null) await take(await callApi('session.locale', { body: { locale } }))
  }

  onSessionLost(() => {
    if (me.value === null) return
    ended.value = true
    forget()
  })

  return { me, ended, rights, restore, signIn, signOut, takeDesk, chooseLocale, forget }
})
