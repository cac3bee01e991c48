import { createI18n, useI18n } from 'vue-i18n'
import type { Locale } from '../../shared/people.ts'
import type { ApiErrorCode } from '../api.ts'
import { en, type Messages } from './en.ts'
import { russianForm } from './plural.ts'
import { ru } from './ru.ts'

type Paths<T> = { [K in keyof T & string]: T[K] extends string ? K : `${K}.${Paths<T[K]>}` }[keyof T & string]
/** Every key there is: a wrong one does not compile. */
export type MessageKey = Paths<Messages>

const localeKey = 'ringcard.locale'

/** The language kept on this computer, else the browser's, else English. */
function firstLocale(): Locale {
  const kept = localStorage.getItem(localeKey)
  if (kept === 'en' || kept === 'ru') return kept
  return navigator.language.toLowerCase().startsWith('ru') ? 'ru' : 'en'
}

export const i18n = createI18n<[Messages], Locale, false>({
  locale: firstLocale(),
  fallbackLocale: 'en',
  messages: { en, ru },
  pluralRules: { ru: russianForm },
})

/** Changes the language of the whole console and keeps it on this computer. */
export function setLocale(locale: Locale): void {
  i18n.global.locale.value = locale
  localStorage.setItem(localeKey, locale)
  document.documentElement.lang = locale
}

/** Texts in the reader's language: `t(key, values)`, and `count(key, n, values)` for a message with plural forms. */
export function useTexts() {
  const { t, locale } = useI18n({ useScope: 'global' })
  return {
    locale,
    t: (key: MessageKey, values: Record<string, string | number> = {}) => t(key, values),
    count: (key: MessageKey, n: number, values: Record<string, string | number> = {}) =>
      t(key, { n, ...values }, n),
    /** What an error means to a person. */
    problem: (code: ApiErrorCode) => t(`problems.${code.replace('.', '_')}`),
  }
}
