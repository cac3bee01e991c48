import { useI18n } from 'vue-i18n'
import { i18n, type Paths } from '../locales/i18n.ts'
import { promisesEn, type PromiseMessages } from './list-en.ts'
import { promisesRu } from './list-ru.ts'

// Loaded with the list or the form alone: nobody's first card waits for these texts.
i18n.global.mergeLocaleMessage('en', { promises: promisesEn })
i18n.global.mergeLocaleMessage('ru', { promises: promisesRu })

/** The texts of promises in the reader's language, as `useTexts` gives the others. */
export function usePromiseTexts() {
  const { t } = useI18n({ useScope: 'global' })
  return {
    p: (key: Paths<PromiseMessages>, values: Record<string, string | number> = {}) =>
      t(`promises.${key}`, values),
    pCount: (key: Paths<PromiseMessages>, n: number) => t(`promises.${key}`, { n }, n),
  }
}
