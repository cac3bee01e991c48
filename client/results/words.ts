import type { NamedPath, Names } from '../../shared/dispositions.ts'
import { useTexts } from '../locales/i18n.ts'

/** How a result is said in the reader's language. */
export function useResultWords() {
  const { t, locale } = useTexts()
  const named = (name: Names): string => (locale.value === 'ru' ? name.ru : name.en)
  return {
    named,
    /** The result itself. */
    resultName: (path: NamedPath): string => {
      const last = path.at(-1)
      return last === undefined ? t('results.none') : named(last.name)
    },
    /** With its groups before it. */
    pathText: (path: NamedPath): string =>
      path.length === 0 ? t('results.none') : path.map(({ name }) => named(name)).join(' › '),
  }
}
