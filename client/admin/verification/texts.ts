import { useI18n } from 'vue-i18n'
import { i18n, type Paths } from '../../locales/i18n.ts'
import { verificationEn, type VerificationMessages } from './en.ts'
import { verificationRu } from './ru.ts'

// Loaded with this page, and with the list of changes, which names what is set here.
i18n.global.mergeLocaleMessage('en', { callerVerification: verificationEn })
i18n.global.mergeLocaleMessage('ru', { callerVerification: verificationRu })

export type VerificationKey = Paths<VerificationMessages>

/** The texts of how callers are verified in the reader's language, as `useTexts` gives the others. */
export function useVerificationTexts() {
  const { t, locale } = useI18n({ useScope: 'global' })
  return {
    locale,
    v: (key: VerificationKey, values: Record<string, string | number> = {}) =>
      t(`callerVerification.${key}`, values),
  }
}
