import { useTexts } from '../locales/i18n.ts'
import type { PaletteEntry } from '../palette/entry.ts'
import { functionKeys } from '../ui/keys.ts'
import { useStatus } from './status.ts'
import { useStatusWords } from './words.ts'

/** What may be chosen as my status now. */
export function useStatusEntries(): () => PaletteEntry[] {
  const status = useStatus()
  const { t } = useTexts()
  const { nameText } = useStatusWords()

  return () => {
    const { mine } = status
    if (mine === null) return []
    const breaks = status.breaks.filter(({ reasonId }) => mine.reason?.reasonId !== reasonId)
    return [
      ...(mine.state === 'ready'
        ? []
        : [
            {
              id: 'status ready',
              icon: 'check' as const,
              title: t('status.ready'),
              detail: t('palette.status'),
              key: functionKeys.ready,
              run: () => status.choose({ state: 'ready' }),
            },
          ]),
      ...breaks.map(({ reasonId, name }) => ({
        id: `status ${reasonId}`,
        icon: 'pause' as const,
        title: nameText(name),
        detail: t('palette.status'),
        run: () => status.choose({ state: 'break', reasonId }),
      })),
    ]
  }
}
