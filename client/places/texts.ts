import { useI18n } from 'vue-i18n'
import { i18n, type Paths } from '../locales/i18n.ts'
import type { Texts } from '../locales/shape.ts'
import { placesEn } from './en.ts'
import { placesRu } from './ru.ts'

// Loaded with the first kept place: nobody's first card waits for these texts.
i18n.global.mergeLocaleMessage('en', { places: placesEn })
i18n.global.mergeLocaleMessage('ru', { places: placesRu })

/** The texts of kept places in the reader's language, as `useTexts` gives the others. */
export function usePlaceTexts() {
  const { t } = useI18n({ useScope: 'global' })
  return { p: (key: Paths<Texts<typeof placesEn>>) => t(`places.${key}`) }
}
