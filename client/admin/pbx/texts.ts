import { useI18n } from 'vue-i18n'
import { i18n, type Paths } from '../../locales/i18n.ts'
import { pbxEn, type PbxMessages } from './en.ts'
import { pbxRu } from './ru.ts'

// Loaded with this page alone.
i18n.global.mergeLocaleMessage('en', { pbxCheck: pbxEn })
i18n.global.mergeLocaleMessage('ru', { pbxCheck: pbxRu })

export type PbxKey = Paths<PbxMessages>

/** The texts of this page in the reader's language, as `useTexts` gives the others. */
export function usePbxTexts() {
  const { t, locale } = useI18n({ useScope: 'global' })
  return {
    locale,
    p: (key: PbxKey, values: Record<string, string | number> = {}) => t(`pbxCheck.${key}`, values),
    pCount: (key: PbxKey, n: number) => t(`pbxCheck.${key}`, { n }, n),
  }
}
