import { useI18n } from 'vue-i18n'
import { i18n, type Paths } from '../locales/i18n.ts'
import { adminEn, type AdminMessages } from './locales/en.ts'
import { adminRu } from './locales/ru.ts'

// Loaded with the rooms of administration alone: nobody else's first load pays for these texts.
i18n.global.mergeLocaleMessage('en', { admin: adminEn })
i18n.global.mergeLocaleMessage('ru', { admin: adminRu })

/** Every key of the administration's texts. */
export type AdminKey = Paths<AdminMessages>

/** One of the administration's texts in the reader's language. */
export const adminText = (key: AdminKey): string => i18n.global.t(`admin.${key}`)

/** The administration's texts in the reader's language, as `useTexts` gives the others. */
export function useAdminTexts() {
  const { t, locale } = useI18n({ useScope: 'global' })
  return {
    locale,
    a: (key: AdminKey, values: Record<string, string | number> = {}) => t(`admin.${key}`, values),
    aCount: (key: AdminKey, n: number, values: Record<string, string | number> = {}) =>
      t(`admin.${key}`, { n, ...values }, n),
  }
}
