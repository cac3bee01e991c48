import { computed } from 'vue'
import type { Right } from '../../shared/people.ts'
import { roomsFor } from '../admin/rooms.ts'
import { useMissedNotices } from '../floor/missed-notices.ts'
import { useTexts } from '../locales/i18n.ts'
import { useSession } from '../session/session.ts'
import type { IconName } from './icon-names.ts'

/** One room of the console, as its menu shows it. */
export interface Room {
  to: string
  icon: IconName
  label: string
  /** How many things there want to be seen. */
  notices?: number
}

/** The rooms that I may enter, in the order of the menu. */
export function useRooms() {
  const session = useSession()
  const { t } = useTexts()
  const missed = useMissedNotices()
  return computed<Room[]>(() => {
    const may = (right: Right): boolean => session.rights.has(right)
    const all: (Room & { may: boolean })[] = [
      { to: '/', icon: 'phone', label: t('app.desk'), may: may('desk.use') },
      {
        to: '/day',
        icon: 'clock',
        label: t(may('desk.use') ? 'app.day' : 'app.days'),
        may: may('history.all') || (may('desk.use') && may('history.own')),
      },
      {
        to: '/floor',
        icon: 'layout-grid',
        label: t('app.floor'),
        may: may('floor.watch'),
        notices: missed.value.length,
      },
      { to: '/admin', icon: 'settings-2', label: t('app.admin'), may: roomsFor(session.rights).length > 0 },
    ]
    return all.filter((room) => room.may)
  })
}
