import { computed } from 'vue'
import { useTexts } from '../locales/i18n.ts'
import type { StateMarkName } from '../ui/state-marks.ts'
import { useDesk } from './desk.ts'

/** What I am doing, as the telephone system sees my desk; only the desk's number where it does not say. */
export function useOwnState() {
  const desk = useDesk()
  const { t } = useTexts()
  return computed<{ mark: StateMarkName; text: string; since: number | null }>(() => {
    const { call, agent } = desk
    if (call?.state === 'talking') return { mark: 'talking', text: t('call.talking'), since: call.answeredAt }
    if (call?.state === 'held') return { mark: 'held', text: t('call.held'), since: call.heldSince }
    if (call?.state === 'dialling')
      return { mark: 'ringing', text: t('call.dialling'), since: call.offeredAt }
    if (call?.state === 'ringing') return { mark: 'ringing', text: t('call.ringing'), since: call.offeredAt }
    if (desk.extension === null) return { mark: 'off', text: t('menu.noDesk'), since: null }
    if (agent === null)
      return { mark: 'off', text: t('menu.desk', { extension: desk.extension }), since: null }
    const mark = { offline: 'off', unreachable: 'trouble' } as const
    const { state } = agent
    return {
      mark: state === 'offline' || state === 'unreachable' ? mark[state] : state,
      text: t(`floor.states.${state}`),
      since: agent.since,
    }
  })
}
