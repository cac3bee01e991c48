import { useTexts } from '../locales/i18n.ts'
import type { PaletteEntry } from '../palette/entry.ts'
import { useSession } from '../session/session.ts'

/** A new card, while a caller is before me whom nobody knows yet. */
export function useCardEntries(): () => PaletteEntry[] {
  const session = useSession()
  const { t } = useTexts()
  const field = document.querySelector<HTMLElement>('[data-new-card] input')

  return () =>
    field === null || !session.rights.has('card.write')
      ? []
      : [
          {
            id: 'newCard',
            icon: 'user-plus',
            title: t('palette.newCard'),
            detail: t('palette.card'),
            leads: true,
            run: () => field.focus(),
          },
        ]
}
