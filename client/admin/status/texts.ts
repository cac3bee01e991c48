import { useI18n } from 'vue-i18n'
import { i18n, type Paths } from '../../locales/i18n.ts'
import { statusRulesEn, type StatusRulesMessages } from './en.ts'
import { statusRulesRu } from './ru.ts'

// Loaded with this page, and with the list of changes, which names what is set here.
i18n.global.mergeLocaleMessage('en', { statusRules: statusRulesEn })
i18n.global.mergeLocaleMessage('ru', { statusRules: statusRulesRu })

export type StatusRulesKey = Paths<StatusRulesMessages>

/** The texts of the rules of status in the reader's language, as `useTexts` gives the others. */
export function useStatusRulesTexts() {
  const { t, locale } = useI18n({ useScope: 'global' })
  return {
    locale,
    s: (key: StatusRulesKey, values: Record<string, string | number> = {}) => t(`statusRules.${key}`, values),
  }
}
