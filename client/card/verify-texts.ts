import { useI18n } from 'vue-i18n'
import type { AskableFact } from '../../shared/verification.ts'
import type { Texts } from '../locales/en.ts'
import { i18n, type Paths } from '../locales/i18n.ts'

const en = {
  title: 'Verify who is calling',
  close: 'Close',
  again: 'Try again',
  ask: 'Ask. {n} more right answer verifies them. | Ask. {n} more right answers verify them.',
  askingFailed: 'Too many wrong answers: in this call nothing more can be asked.',
  askingPassed: 'They answered right.',
  nothingKnown: 'Too little is known of this customer to ask anything.',
  notAsked: 'Questions are not used here.',
  questions: {
    birthDate: 'When were you born?',
    postcode: 'What is your postcode?',
    accountNumber: 'What is your account number?',
    lastPurchase: 'How much was your last invoice?',
    email: 'Which e-mail address do we have of you?',
  } satisfies Record<AskableFact, string>,
  right: 'Right',
  wrong: 'Wrong',
  said: 'What they said',
  check: 'Check',
  callBackElsewhere:
    'Or end the call, call a number that is on the card, and say here that you reached them.',
  callBackHere: 'You called a number that is on the card. Is it the customer?',
  reached: 'It is them',
  notReached: 'It is not',
  pin: {
    title: 'PIN for the phone menu',
    isSet: 'They have one. Nobody can read it; a new one replaces it.',
    isNotSet: 'They have none.',
    notNow:
      'It is given, or taken away, while you talk with them, once they are verified as far as a PIN verifies.',
    typed: 'New PIN, {n} digits',
    digits: '{n} digits',
    give: 'Give a PIN',
    replace: 'Replace',
    remove: 'Take away',
    given: 'The new PIN holds from now on.',
    removed: 'They have no PIN any more.',
    malformed: 'A PIN has {n} digits here: the phone menu reads as many.',
  },
  thirdPerson: 'Somebody else speaks for them',
  themselves: 'The customer speaks now',
  maySay: 'Say',
  maySayWhat: 'That you would like to speak with them, and when you can be called. Take a message.',
  mayNotSay: 'Do not say',
  mayNotSayWhat:
    'Whether they are a customer, what they bought, what is open or owed, why you call. Change nothing.',
}

const ru: Texts<typeof en> = {
  title: 'Проверить, кто звонит',
  close: 'Закрыть',
  again: 'Повторить',
  ask: 'Спросите. Нужен ещё {n} верный ответ. | Спросите. Нужно ещё {n} верных ответа. | Спросите. Нужно ещё {n} верных ответов.',
  askingFailed: 'Слишком много неверных ответов: в этом звонке больше спрашивать нельзя.',
  askingPassed: 'Ответы верны.',
  nothingKnown: 'О клиенте известно слишком мало, спросить не о чем.',
  notAsked: 'Вопросы здесь не используются.',
  questions: {
    birthDate: 'Когда вы родились?',
    postcode: 'Какой у вас почтовый индекс?',
    accountNumber: 'Какой у вас номер клиента?',
    lastPurchase: 'На какую сумму был последний счёт?',
    email: 'Какой адрес почты вы нам давали?',
  },
  right: 'Верно',
  wrong: 'Неверно',
  said: 'Что ответили',
  check: 'Сверить',
  callBackElsewhere:
    'Или завершите звонок, перезвоните на номер из карточки и отметьте здесь, что дозвонились.',
  callBackHere: 'Вы перезвонили на номер из карточки. Это клиент?',
  reached: 'Это он',
  notReached: 'Не он',
  pin: {
    title: 'PIN-код для голосового меню',
    isSet: 'PIN-код есть. Прочитать его нельзя; новый заменит его.',
    isNotSet: 'PIN-кода нет.',
    notNow:
      'Выдать или убрать его можно в разговоре с клиентом, когда он проверен не слабее, чем проверяет PIN-код.',
    typed: 'Новый PIN-код, {n} цифра | Новый PIN-код, {n} цифры | Новый PIN-код, {n} цифр',
    digits: '{n} цифра | {n} цифры | {n} цифр',
    give: 'Выдать PIN-код',
    replace: 'Заменить',
    remove: 'Убрать',
    given: 'Новый PIN-код уже действует.',
    removed: 'PIN-кода больше нет.',
    malformed:
      'Здесь в PIN-коде {n} цифра: столько принимает голосовое меню. | Здесь в PIN-коде {n} цифры: столько принимает голосовое меню. | Здесь в PIN-коде {n} цифр: столько принимает голосовое меню.',
  },
  thirdPerson: 'За клиента говорит другой',
  themselves: 'Теперь говорит сам клиент',
  maySay: 'Можно',
  maySayWhat: 'Сказать, что хотите поговорить с клиентом и когда вам перезвонить. Принять сообщение.',
  mayNotSay: 'Нельзя',
  mayNotSayWhat:
    'Говорить, клиент ли это, что куплено, что открыто или не оплачено, зачем вы звоните. Ничего не менять.',
}

// Loaded with the panel alone: the first card of the day does not wait for it.
i18n.global.mergeLocaleMessage('en', { verifyPanel: en })
i18n.global.mergeLocaleMessage('ru', { verifyPanel: ru })

/** The texts of the panel in the reader's language, as `useTexts` gives the others. */
export function useVerifyTexts() {
  const { t } = useI18n({ useScope: 'global' })
  type Key = Paths<typeof en>
  return {
    p: (key: Key) => t(`verifyPanel.${key}`),
    pCount: (key: Key, n: number) => t(`verifyPanel.${key}`, { n }, n),
  }
}
