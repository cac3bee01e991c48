import { useI18n } from 'vue-i18n'
import { i18n, type Paths } from '../../locales/i18n.ts'
import { dispositionsEn, type DispositionsMessages } from './en.ts'
import { dispositionsRu } from './ru.ts'

// Loaded with this page alone.
i18n.global.mergeLocaleMessage('en', { dispositionSettings: dispositionsEn })
i18n.global.mergeLocaleMessage('ru', { dispositionSettings: dispositionsRu })

/** The texts of setting up results in the reader's language, as `useTexts` gives the others. */
export function useDispositionTexts() {
  const { t, locale } = useI18n({ useScope: 'global' })
  return {
    locale,
    d: (key: Paths<DispositionsMessages>, values: Record<string, string | number> = {}) =>
      t(`dispositionSettings.${key}`, values),
    named: ({ en, ru }: { en: string; ru: string }) => (locale.value === 'ru' ? ru : en),
  }
}
