import { useI18n } from 'vue-i18n'
import type { CustomerErasure } from '../../shared/customers.ts'
import type { Texts } from '../locales/en.ts'
import { i18n, type Paths } from '../locales/i18n.ts'

const en = {
  open: 'Erase this person',
  title: 'Erase {name}',
  failed: 'What would be erased could not be read.',
  forEver: 'Nobody can undo this, and no backup of calls brings it back.',
  goes: 'Destroyed',
  amounts: {
    phones: '{n} phone number | {n} phone numbers',
    emails: '{n} e-mail address | {n} e-mail addresses',
    notes: '{n} note | {n} notes',
    promises: '{n} promise | {n} promises',
    purchases: '{n} purchase | {n} purchases',
    timeline: '{n} line of what happened | {n} lines of what happened',
  } satisfies Record<keyof CustomerErasure['card'], string>,
  card: 'The card, with name, account and PIN',
  callers:
    'Who it was in {n} call: number, name, what was typed | Who it was in {n} calls: number, name, what was typed',
  stays: 'Stays',
  calls:
    '{n} call as “Caller erased”: times, queue, agent, outcome | {n} calls as “Caller erased”: times, queues, agents, outcomes',
  noCalls: 'No call: none is known of this person',
  audit: 'That you erased somebody, and when, in the list of changes',
  inCall: 'They are in a call now. They can be erased when it is over.',
  type: 'Type the name to confirm: {name}',
  other: 'This is not the name that stands above.',
  erase: 'Erase for ever',
  cancel: 'Keep',
  done: 'Erased',
  doneCard: 'The card is gone.',
  doneCalls:
    'In {n} call nobody can read any more who it was. | In {n} calls nobody can read any more who it was.',
}

const ru: Texts<typeof en> = {
  open: 'Стереть этого человека',
  title: 'Стереть: {name}',
  failed: 'Не удалось прочитать, что будет стёрто.',
  forEver: 'Отменить это не сможет никто, и копия звонков этого не вернёт.',
  goes: 'Уничтожается',
  amounts: {
    phones: '{n} номер телефона | {n} номера телефона | {n} номеров телефона',
    emails: '{n} адрес почты | {n} адреса почты | {n} адресов почты',
    notes: '{n} заметка | {n} заметки | {n} заметок',
    promises: '{n} обещание | {n} обещания | {n} обещаний',
    purchases: '{n} покупка | {n} покупки | {n} покупок',
    timeline: '{n} запись истории | {n} записи истории | {n} записей истории',
  },
  card: 'Карточка с именем, номером счёта и PIN-кодом',
  callers:
    'Кто это был в {n} звонке: номер, имя, набранное | Кто это был в {n} звонках: номер, имя, набранное | Кто это был в {n} звонках: номер, имя, набранное',
  stays: 'Остаётся',
  calls:
    '{n} звонок как «Звонивший стёрт»: время, очередь, оператор, итог | {n} звонка как «Звонивший стёрт»: время, очереди, операторы, итоги | {n} звонков как «Звонивший стёрт»: время, очереди, операторы, итоги',
  noCalls: 'Звонков нет: об этом человеке не известно ни одного',
  audit: 'Запись в списке изменений, что вы кого-то стёрли, и когда',
  inCall: 'Сейчас идёт разговор с этим человеком. Стереть можно, когда он закончится.',
  type: 'Для подтверждения введите имя: {name}',
  other: 'Это не то имя, что указано выше.',
  erase: 'Стереть навсегда',
  cancel: 'Оставить',
  done: 'Стёрто',
  doneCard: 'Карточки больше нет.',
  doneCalls:
    'В {n} звонке больше никто не прочитает, кто это был. | В {n} звонках больше никто не прочитает, кто это был. | В {n} звонках больше никто не прочитает, кто это был.',
}

// Loaded with this part alone, for the few who may erase.
i18n.global.mergeLocaleMessage('en', { erasePerson: en })
i18n.global.mergeLocaleMessage('ru', { erasePerson: ru })

/** The texts of erasing a person in the reader's language, as `useTexts` gives the others. */
export function useEraseTexts() {
  const { t } = useI18n({ useScope: 'global' })
  type Key = Paths<typeof en>
  return {
    e: (key: Key, values: Record<string, string> = {}) => t(`erasePerson.${key}`, values),
    eCount: (key: Key, n: number) => t(`erasePerson.${key}`, { n }, n),
  }
}
