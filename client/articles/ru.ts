import type { Texts } from '../locales/shape.ts'
import type { articlesEn } from './en.ts'

/** The same in Russian. */
export const articlesRu: Texts<typeof articlesEn> = {
  label: 'Статьи',
  open: 'Найти в статьях',
  find: 'Слова из статьи',
  pinned: 'К этому звонку',
  none: 'Статей с такими словами нет.',
  nonePinned: 'К этому звонку ничего не прикреплено. Введите, что ищете.',
  failed: 'Прочитать статьи не удалось.',
  back: 'К списку',
}
