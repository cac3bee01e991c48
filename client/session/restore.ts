import { createApp, h, ref, type App } from 'vue'
import { ApiError, type ApiErrorCode } from '../api.ts'
import { i18n } from '../locales/i18n.ts'
import WaitingPage from './WaitingPage.vue'

const tryAgainMs = 2_000

/**
 * Asks until the server says who is signed in, or that nobody is: that it cannot say so now is no reason to ask for a
 * password. Meanwhile a page tells what is waited for.
 * @param restore asks once; throws ApiError when the server cannot say
 * @param place where the page is shown, as a CSS selector
 */
export async function restoreSession(restore: () => Promise<void>, place: string): Promise<void> {
  const code = ref<ApiErrorCode>('network')
  let page: App | null = null
  for (;;) {
    try {
      await restore()
      break
    } catch (error) {
      code.value = error instanceof ApiError ? error.code : 'unexpected'
      if (page === null) {
        page = createApp(() => h(WaitingPage, { code: code.value })).use(i18n)
        page.mount(place)
      }
      await new Promise((resolve) => window.setTimeout(resolve, tryAgainMs))
    }
  }
  page?.unmount()
}
