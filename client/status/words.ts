import { deviceReasonId, type BreakReason, type ShownReason, type StatusView } from '../../shared/status.ts'
import { useTexts } from '../locales/i18n.ts'
import type { StateMarkName } from '../ui/state-marks.ts'

/** The shape of each state that is not told by the telephone. */
export const statusMarks: Readonly<Record<StatusView['state'], StateMarkName>> = {
  offline: 'off',
  ready: 'free',
  onCall: 'talking',
  wrapUp: 'wrapUp',
  break: 'paused',
  missed: 'trouble',
  away: 'trouble',
}

/** How a status is said in the reader's language. */
export function useStatusWords() {
  const { t, locale } = useTexts()

  const nameText = (name: BreakReason['name']): string => (locale.value === 'ru' ? name.ru : name.en)
  const reasonText = (reason: ShownReason | null): string =>
    (reason?.name ? nameText(reason.name) : reason?.text) ?? t('status.states.break')

  /** `Lunch`, `Wrap-up`; of a break its kind, of a lost phone whether it is back. */
  const stateText = ({
    state,
    reason,
    deviceLost = true,
  }: Pick<StatusView, 'state' | 'reason'> & Partial<Pick<StatusView, 'deviceLost'>>): string => {
    if (state === 'break') return reasonText(reason)
    if (state === 'away' && reason?.reasonId === deviceReasonId)
      return t(deviceLost ? 'status.phoneLost' : 'status.phoneBack')
    return t(`status.states.${state}`)
  }

  return {
    nameText,
    stateText,

    /** What comes after the call or wrap-up; empty where that is to be ready. */
    nextText: ({ next }: StatusView): string =>
      next === null ? '' : t('status.then', { what: stateText(next) }),

    /** Who made it so, for whoever watches the floor. */
    authorText: ({ by, byName }: StatusView): string =>
      by === 'supervisor' && byName === null
        ? t('status.by.rule')
        : t(`status.by.${by}`, { name: byName ?? '' }),

    /** Why I am not ready, in a sentence; null where I know it myself. */
    whyText: ({ state, reason, deviceLost, device, by, byName }: StatusView): string | null => {
      if (state === 'away' && reason?.reasonId === deviceReasonId)
        return t(deviceLost ? `status.why.lost.${device}` : 'status.why.phoneBack')
      if (state === 'missed' || state === 'away') return t(`status.why.${state}`)
      if (state === 'break' && by === 'rule') return t('status.why.missedBreak')
      if (by === 'supervisor') return t('status.why.supervisor', { name: byName ?? '' })
      if (by === 'pbx') return t(state === 'ready' ? 'status.why.unpaused' : 'status.why.pbx')
      return null
    },
  }
}
