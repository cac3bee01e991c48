import { shallowRef } from 'vue'
import { useRouter } from 'vue-router'
import { useTexts } from '../locales/i18n.ts'
import type { PaletteEntry } from '../palette/entry.ts'
import { useSession } from '../session/session.ts'
import { roomsFor } from './rooms.ts'
import type { AdminKey } from './texts.ts'

/** The rooms of administration that I may enter. Their names are fetched for whoever has any. */
export function useAdminEntries(): () => PaletteEntry[] {
  const session = useSession()
  const router = useRouter()
  const { t } = useTexts()
  const nameOf = shallowRef<((label: AdminKey) => string) | null>(null)

  if (roomsFor(session.rights).length > 0) {
    import('./texts.ts').then(
      ({ adminText }) => (nameOf.value = adminText),
      () => undefined,
    )
  }

  return () => {
    const name = nameOf.value
    if (name === null) return []
    return roomsFor(session.rights).map(({ name: room, icon, label }) => ({
      id: `admin ${room}`,
      icon,
      title: name(label),
      detail: t('app.admin'),
      run: () => router.push({ name: room }),
    }))
  }
}
