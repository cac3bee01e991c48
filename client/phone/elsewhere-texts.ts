import { useI18n } from 'vue-i18n'
import { i18n } from '../locales/i18n.ts'
import type { Texts } from '../locales/shape.ts'

const en = {
  isThere: 'The phone is in another window.',
  coming: 'It comes here when nothing rings there.',
  answerThere: 'Answered in the other window; you hear it from there.',
}
const ru: Texts<typeof en> = {
  isThere: 'Телефон в другом окне.',
  coming: 'Перейдёт сюда, как только там перестанет звонить.',
  answerThere: 'Ответ будет в другом окне; звук пойдёт оттуда.',
}

// Loaded in a window that does not have the phone: nobody's first card waits for these texts.
i18n.global.mergeLocaleMessage('en', { elsewhere: en })
i18n.global.mergeLocaleMessage('ru', { elsewhere: ru })

/** The texts of a window that does not have the phone. */
export function useElsewhereTexts() {
  const { t } = useI18n({ useScope: 'global' })
  return { e: (key: keyof typeof en) => t(`elsewhere.${key}`) }
}
