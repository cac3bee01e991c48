import type { Texts } from '../locales/shape.ts'
import type { tasksEn } from './en.ts'

/** The same in Russian. */
export const tasksRu: Texts<typeof tasksEn> = {
  promised: 'Обещано',
  begin: 'Перезвонить или задача',
  kinds: {
    callback: 'Перезвонить',
    task: 'Задача',
    missed: 'Звонил, не дозвонился',
    voicemail: 'Голосовое сообщение',
  },
  times: '{there} там · {here} здесь',
  somebody: 'кто-то',
  saved: 'Обещано на {when}',
}
