import { useI18n } from 'vue-i18n'
import type { CardField } from '../../shared/card-edits.ts'
import type { Texts } from '../locales/en.ts'
import { i18n, type Paths } from '../locales/i18n.ts'

const en = {
  title: 'Correct the card',
  fields: {
    name: 'Name',
    company: 'Company',
    position: 'Position',
    city: 'City',
    languages: 'Languages',
    tags: 'Tags',
    preferences: 'Good to know',
    phones: 'Phones',
    emails: 'E-mails',
  } satisfies Record<CardField, string>,
  tagsHelp: 'With commas between them.',
  languageAdd: 'Add a language',
  languagesHelp: 'The preferred first.',
  what: 'What it is about',
  value: 'What to know',
  sensitive: 'sensitive: shown only after verification',
  kind: 'Kind',
  byNumber: 'By the number',
  number: 'Number',
  address: 'Address',
  add: {
    preferences: 'Add something to know',
    phones: 'Add a phone',
    emails: 'Add an e-mail',
  },
  remove: 'Remove {what}',
  save: 'Save',
  cancel: 'Cancel',
  discardAsk: 'Your changes are not saved.',
  discard: 'Discard them',
  goOn: 'Go on editing',
  errors: {
    name: 'A name is needed.',
    text: 'At most 200 characters.',
    number:
      'This is no phone number. Write it with its country code, as +49 30 5550100, or as it is dialled here.',
    address: 'This is no e-mail address.',
    preference: 'Both are needed: what it is about, and what to know.',
  },
  outdated:
    'Somebody else changed this card meanwhile. What they changed stands here now, beside yours. Look, and save again.',
  contested:
    'Somebody else changed this as well: {fields}. Yours stands here; saving puts it in place of theirs.',
  history: 'What was changed before',
  historyNone: 'Nobody has corrected this card yet.',
  historyFailed: 'What was changed before could not be read.',
  nothing: 'nothing',
  somebody: 'somebody',
}

const ru: Texts<typeof en> = {
  title: 'Исправить карточку',
  fields: {
    name: 'Имя',
    company: 'Компания',
    position: 'Должность',
    city: 'Город',
    languages: 'Языки',
    tags: 'Метки',
    preferences: 'Важно знать',
    phones: 'Телефоны',
    emails: 'Почта',
  },
  tagsHelp: 'Через запятую.',
  languageAdd: 'Добавить язык',
  languagesHelp: 'Предпочтительный — первым.',
  what: 'О чём это',
  value: 'Что нужно знать',
  sensitive: 'личное: видно только после проверки',
  kind: 'Вид',
  byNumber: 'По номеру',
  number: 'Номер',
  address: 'Адрес',
  add: {
    preferences: 'Добавить, что нужно знать',
    phones: 'Добавить телефон',
    emails: 'Добавить почту',
  },
  remove: 'Убрать: {what}',
  save: 'Сохранить',
  cancel: 'Отмена',
  discardAsk: 'Изменения не сохранены.',
  discard: 'Не сохранять',
  goOn: 'Продолжить',
  errors: {
    name: 'Нужно имя.',
    text: 'Не больше 200 знаков.',
    number:
      'Это не номер телефона. Укажите его с кодом страны, например +49 30 5550100, или как его набирают здесь.',
    address: 'Это не адрес почты.',
    preference: 'Нужно и то и другое: о чём это и что нужно знать.',
  },
  outdated:
    'Тем временем карточку изменил кто-то другой. Его изменения теперь здесь, рядом с вашими. Посмотрите и сохраните ещё раз.',
  contested: 'Это изменил и кто-то другой: {fields}. Здесь стоит ваше; при сохранении оно заменит его.',
  history: 'Что меняли раньше',
  historyNone: 'Эту карточку ещё никто не исправлял.',
  historyFailed: 'Не удалось прочитать, что меняли раньше.',
  nothing: 'ничего',
  somebody: 'кто-то',
}

// Loaded with the form alone: the first card of the day does not wait for it.
i18n.global.mergeLocaleMessage('en', { cardForm: en })
i18n.global.mergeLocaleMessage('ru', { cardForm: ru })

/** The texts of the form in the reader's language. */
export function useEditTexts() {
  const { t } = useI18n({ useScope: 'global' })
  return {
    f: (key: Paths<typeof en>, values: Record<string, string> = {}) => t(`cardForm.${key}`, values),
  }
}
