import { computed, watchEffect } from 'vue'
import { useRoute } from 'vue-router'
import { useLookedUp } from './card/looked-up.ts'
import { useCallWords } from './desk/call-words.ts'
import { useDesk } from './desk/desk.ts'
import { useShown } from './desk/shown.ts'
import { useTexts } from './locales/i18n.ts'
import { useSession } from './session/session.ts'

/** Names the room and whose card is open in it, in the title of the page; who rings comes before both. */
export function usePageTitle(): void {
  const route = useRoute()
  const session = useSession()
  const desk = useDesk()
  const shown = useShown()
  const lookedUp = useLookedUp()
  const { t } = useTexts()
  const { callName } = useCallWords()

  const ringing = computed(() => desk.calls.find(({ state }) => state === 'ringing') ?? null)
  const room = computed(() => {
    if (route.matched.some(({ name }) => name === 'admin')) return t('app.admin')
    switch (route.name) {
      case 'signIn':
        return t('signIn.title')
      case 'floor':
        return t('app.floor')
      case 'day':
        return t('app.day')
      case 'why':
      case 'noCall':
        return t('why.title')
      case 'customer':
        return t('card.region')
      case 'desk':
        return t('app.desk')
      case undefined:
      default:
        return null
    }
  })
  const who = computed(() => {
    if (session.lost === 'revoked') return null
    if (route.name === 'customer') return lookedUp.cardOf(String(route.params['customerId']))?.name ?? null
    return route.name === 'desk' && shown.call !== null ? callName(shown.call, shown.pop) : null
  })

  watchEffect(() => {
    const call = session.rights.has('desk.use') ? ringing.value : null
    const rings =
      call === null ? null : `● ${t('call.titleRinging', { name: callName(call, desk.popOf(call.callId)) })}`
    document.title = [...(rings === null ? [who.value, room.value] : [rings]), 'Ringcard']
      .filter((part) => part !== null)
      .join(' · ')
  })
}
