import { computed } from 'vue'
import { roomsFor } from '../admin/rooms.ts'
import { useTexts } from '../locales/i18n.ts'
import { useSession } from '../session/session.ts'
import type { IconName } from './icon-names.ts'

/** One room of the console, as its menu shows it. */
export interface Room {
  to: string
  icon: IconName
  label: string
}

/** The rooms that I may enter, in the order of the menu. */
export function useRooms() {
  const session = useSession()
  const { t } = useTexts()
  return computed<Room[]>(() => [
    ...(session.rights.has('desk.use') ? [{ to: '/', icon: 'phone' as const, label: t('app.desk') }] : []),
    ...(session.rights.has('floor.watch')
      ? [{ to: '/floor', icon: 'layout-grid' as const, label: t('app.floor') }]
      : []),
    ...(roomsFor(session.rights).length > 0
      ? [{ to: '/admin', icon: 'settings-2' as const, label: t('app.admin') }]
      : []),
  ])
}
