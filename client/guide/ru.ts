import type { Texts } from '../locales/shape.ts'
import type { guideEn } from './en.ts'

/** The same in Russian. */
export const guideRu: Texts<typeof guideEn> = {
  say: 'Скажите',
  points: 'О чём спросить',
  links: 'Ссылки',
  opens: 'откроется в другой вкладке',
}
