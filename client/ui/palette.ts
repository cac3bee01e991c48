import { useRouter } from 'vue-router'
import { useTexts } from '../locales/i18n.ts'
import type { PaletteEntry } from '../palette/entry.ts'
import { useSession } from '../session/session.ts'
import { keysOpen } from './keys-open.ts'
import { useRooms } from './rooms.ts'
import { languages, setTheme, theme, themes } from './theme.ts'

/** What the frame of the console offers: its rooms, how it looks, its keys. */
export function useFrameEntries(): () => PaletteEntry[] {
  const session = useSession()
  const router = useRouter()
  const rooms = useRooms()
  const { t, locale } = useTexts()

  return () => [
    ...rooms.value.map(({ to, icon, label }) => ({
      id: `room ${to}`,
      icon,
      title: label,
      detail: t('palette.go'),
      run: () => router.push(to),
    })),
    ...(session.rights.has('history.all')
      ? [
          {
            id: 'noCall',
            icon: 'circle-dashed' as const,
            title: t('palette.noCallRoom'),
            detail: t('palette.go'),
            run: () => router.push({ name: 'noCall' }),
          },
        ]
      : []),
    {
      id: 'keys',
      icon: 'info',
      title: t('shown.keysTitle'),
      detail: t('palette.go'),
      key: '?',
      run: () => (keysOpen.value = true),
    },
    ...themes
      .filter(({ value }) => value !== theme.value)
      .map(({ value, label }) => ({
        id: `theme ${value}`,
        icon: 'settings-2' as const,
        title: t('palette.themeOf', { theme: t(label) }),
        detail: t('palette.setting'),
        run: () => setTheme(value),
      })),
    ...languages
      .filter(({ value }) => value !== locale.value)
      .map(({ value, label }) => ({
        id: `language ${value}`,
        icon: 'languages' as const,
        title: t('palette.languageOf', { language: label }),
        // Whoever reads neither finds it by its own name.
        words: `language язык ${label}`,
        detail: t('palette.setting'),
        run: () => session.chooseLocale(value).catch(() => null),
      })),
  ]
}
