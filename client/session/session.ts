import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import type { Locale, Me, Right, SignInRequest } from '../../shared/people.ts'
import { ApiError, callApi, onSessionLost, setCsrfToken } from '../api.ts'
import { setLocale } from '../locales/i18n.ts'
import { useLive } from '../realtime/live.ts'

/** How a session ended by itself: its time was over, or somebody ended it. */
export type Lost = 'expired' | 'revoked'

/** Who is signed in at this console, and the way in and out. */
export const useSession = defineStore('session', () => {
  const live = useLive()
  const me = ref<Me | null>(null)
  /** Whether the session was there and was ended elsewhere, which the sign-in page then says. */
  const ended = ref(false)
  /** The session is over, and whoever had it may go on where they were by signing in again; null while it is good. */
  const lost = ref<Lost | null>(null)
  const rights = computed(() => new Set<Right>(me.value?.rights))

  async function take(next: Me): Promise<void> {
    me.value = next
    ended.value = false
    lost.value = null
    setCsrfToken(next.csrfToken)
    await setLocale(next.locale)
  }

  /** Begins, or goes on where the same person was. What another person had here goes first. */
  async function enter(next: Me): Promise<void> {
    const isSame = me.value?.personId === next.personId
    if (!isSame) forget()
    const taken = take(next)
    live.start(isGood, over, isSame)
    await taken
  }

  /**
   * Asks who I am, with which rights and at which desk.
   * @returns whether the session is good, or cannot be asked now (which is not the same as gone)
   */
  async function isGood(): Promise<boolean> {
    try {
      const read = await callApi('session.read')
      // In another window somebody else has signed in.
      if (read !== null && read.personId !== me.value?.personId) await enter(read)
      else if (read !== null) await take(read)
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
      await enter(read)
    } catch (error) {
      if (!(error instanceof ApiError && error.code.startsWith('session.'))) throw error
      me.value = null
    }
  }

  /** @throws ApiError `sign_in.refused`, `sign_in.throttled`, `desk.taken`, `desk.unknown` or `network` */
  async function signIn(request: SignInRequest): Promise<void> {
    await enter(await callApi('session.create', { body: request }))
  }

  /** While the session is lost: in another window of this browser it may have been taken up again. */
  async function lookAgain(): Promise<void> {
    const read = lost.value === null ? null : await callApi('session.read').catch(() => null)
    if (read !== null && lost.value !== null) await enter(read)
  }

  /** The session is over. Who signed out elsewhere is gone here too; else the screen waits for them. */
  function over(reason: Lost | 'signedOut'): void {
    if (me.value === null) return
    if (reason === 'signedOut') {
      forget()
      ended.value = true
    } else {
      // Why it ended is told once, by the server itself.
      lost.value ??= reason
      live.end()
    }
  }

  function forget(): void {
    live.stop()
    me.value = null
    lost.value = null
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

  onSessionLost(() => over('expired'))

  return { me, ended, lost, rights, restore, signIn, signOut, takeDesk, chooseLocale, lookAgain }
})
