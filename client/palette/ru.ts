import type { Texts } from '../locales/shape.ts'
import type { paletteEn } from './en.ts'

/** The same in Russian. */
export const paletteRu: Texts<typeof paletteEn> = {
  open: 'Найти или сделать',
  title: 'Найти клиента или коллегу либо что-то сделать',
  placeholder: 'Клиент, коллега или действие',
  actionsOnly: 'Что сделать или куда перейти',
  none: 'По запросу «{q}» ничего нет.',
  go: 'Перейти',
  status: 'Статус',
  setting: 'Настройка',
  call: 'Звонок',
  card: 'Карточка',
  colleague: 'Место {extension}: позвонить',
  transferTo: 'Место {extension}: передать или спросить',
  themeOf: 'Тема: {theme}',
  languageOf: 'Язык: {language}',
  newCard: 'Новая карточка для звонящего',
  noCallRoom: 'Почему нет карточки?',
  keys: '↑ ↓ — выбор, Enter — открыть или выполнить, Esc — закрыть',
  moreCustomers: 'Все найденные клиенты',
}
