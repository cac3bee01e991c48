import { shallowRef } from 'vue'
import type { Desk } from '../../shared/people.ts'
import { callApi } from '../api.ts'
import { useTexts } from '../locales/i18n.ts'
import type { PaletteEntry } from '../palette/entry.ts'
import { usePhone } from '../phone/phone-store.ts'
import { useSession } from '../session/session.ts'
import { functionKeys } from '../ui/keys.ts'
import { useControl } from './control.ts'

/** Colleagues who sit at a desk: in a call it is handed on to them, else they are called where that can be done from here. */
export function useControlEntries(): () => PaletteEntry[] {
  const session = useSession()
  const control = useControl()
  const phone = usePhone()
  const { t } = useTexts()
  const desks = shallowRef<readonly Desk[]>([])

  const mayCall = () => phone.kind === 'browser' && phone.state.at === 'ready' && phone.calls.length === 0
  // Only whom something can be done with is looked for.
  if (session.rights.has('desk.use') && (control.call !== null || mayCall())) {
    callApi('desks.list').then(
      (found) => (desks.value = found),
      () => undefined,
    )
  }

  return () => {
    const inCall = control.call !== null && control.call.consult === null
    const people = desks.value.flatMap(({ extension, takenBy }): PaletteEntry[] => {
      if (takenBy === null || takenBy.personId === session.me?.personId) return []
      const common = { id: `desk ${extension}`, title: takenBy.displayName, words: extension }
      if (inCall)
        return [
          {
            ...common,
            icon: 'phone-forwarded',
            detail: t('palette.transferTo', { extension }),
            leads: true,
            run: () => control.open(extension),
          },
        ]
      if (!mayCall()) return []
      return [
        {
          ...common,
          icon: 'phone',
          detail: t('palette.colleague', { extension }),
          run: () => phone.call(extension),
        },
      ]
    })
    if (!inCall) return people
    const transfer: PaletteEntry = {
      id: 'transfer',
      icon: 'phone-forwarded',
      title: t('control.transfer'),
      detail: t('palette.call'),
      key: functionKeys.transfer,
      leads: true,
      run: () => control.open(),
    }
    return [transfer, ...people]
  }
}
