import { createI18n, useI18n } from 'vue-i18n'
import type { Locale } from '../../shared/people.ts'
import type { ApiErrorCode } from '../api.ts'
import { en, type Messages } from './en.ts'
import { russianForm } from './plural.ts'

export type Paths<T> = { [K in keyof T & string]: T[K] extends string ? K : `${K}.${Paths<T[K]>}` }[keyof T &
  string]
/** Every key there is: a wrong one does not compile. */
export type MessageKey = Paths<Messages>

const localeKey = 'ringcard.locale'

/** The language kept on this computer, else the browser's, else English. */
export function firstLocale(): Locale {
  const kept = localStorage.getItem(localeKey)
  if (kept === 'en' || kept === 'ru') return kept
  return navigator.language.toLowerCase().startsWith('ru') ? 'ru' : 'en'
}

export const i18n = createI18n<[Messages], Locale, false>({
  locale: 'en',
  fallbackLocale: 'en',
  // What a room brings with it comes with the room; Russian is fetched when somebody reads it.
  messages: { en: en as Messages, ru: {} as Messages },
  pluralRules: { ru: russianForm },
})

/** Texts of another language than English come when somebody reads it: nobody waits for both. */
let russian: Promise<void> | null = null
async function fetchRussian(): Promise<void> {
  const { ru } = await import('./ru.ts')
  i18n.global.mergeLocaleMessage('ru', ru)
}

/**
 * Changes the language of the whole console and keeps it on this computer. A language that cannot be fetched now is left
 * for later: the console stays readable in the one it has.
 */
export async function setLocale(locale: Locale): Promise<void> {
  localStorage.setItem(localeKey, locale)
  if (locale === 'ru') {
    try {
      await (russian ??= fetchRussian())
    } catch {
      russian = null
      return
    }
  }
  // Chosen again meanwhile.
  if (localStorage.getItem(localeKey) !== locale) return
  i18n.global.locale.value = locale
  document.documentElement.lang = locale
}

/** Texts without values, looked up once: most of a card's are, and a look-up costs more than a label is worth. */
const plainTexts = new Map<string, string>()
function plainText(locale: string, key: MessageKey, t: (key: string) => string): string {
  const id = `${locale} ${key}`
  const text = plainTexts.get(id) ?? t(key)
  plainTexts.set(id, text)
  return text
}

/** Texts in the reader's language: `t(key, values)`, and `count(key, n, values)` for a message with plural forms. */
export function useTexts() {
  const { t, locale } = useI18n({ useScope: 'global' })
  return {
    locale,
    t: (key: MessageKey, values?: Record<string, string | number>) =>
      values === undefined ? plainText(locale.value, key, t) : t(key, values),
    count: (key: MessageKey, n: number, values: Record<string, string | number> = {}) =>
      t(key, { n, ...values }, n),
    /** What an error means to a person. */
    problem: (code: ApiErrorCode) => t(`problems.${code.replace('.', '_')}`),
  }
}
