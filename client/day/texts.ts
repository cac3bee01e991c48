import { useI18n } from 'vue-i18n'
import { i18n, type Paths } from '../locales/i18n.ts'
import { dayEn, type DayMessages } from './en.ts'
import { dayRu } from './ru.ts'

// Loaded with the room alone: nobody else's first load pays for these texts.
i18n.global.mergeLocaleMessage('en', { agentDay: dayEn })
i18n.global.mergeLocaleMessage('ru', { agentDay: dayRu })

export type DayKey = Paths<DayMessages>

/** The texts of an agent's day in the reader's language, as `useTexts` gives the others. */
export function useDayTexts() {
  const { t, locale } = useI18n({ useScope: 'global' })
  return {
    locale,
    d: (key: DayKey, values: Record<string, string | number> = {}) => t(`agentDay.${key}`, values),
  }
}
