import { useI18n } from 'vue-i18n'
import { i18n } from '../locales/i18n.ts'
import type { Texts } from '../locales/shape.ts'

const en = {
  title: 'Sound of the browser phone',
  help: 'Kept for you in this browser. A change counts at once, also in a call.',
  microphone: 'Microphone',
  level: 'Level of the microphone',
  speaker: 'Speaker, where you hear the call',
  ringer: 'Ring',
  asSpeaker: 'Where I hear the call',
  byBrowser: 'As the browser chooses',
  missing: 'The one you chose, which is not there',
  missingHelp: 'It is not there now; the browser takes another until it is.',
  nameless: 'Device {n}',
  noSpeakers: 'Where you hear calls is chosen by this browser itself.',
  volume: 'Volume',
  tryRing: 'Try',
  voice: 'My voice',
  echoOption: 'Without echo of the speaker',
  noiseOption: 'Without noise around me',
  levelOption: 'At an even level',
  test: 'Test call',
  testHelp: 'A test call plays a greeting, and then your own voice back to you.',
  testNotReady: 'A test call can be made once the phone is ready.',
  testInCall: 'A call is on. Test it afterwards.',
  testCalls: 'Calling the test line …',
  testOn: 'After the greeting, say something: you should hear yourself.',
  testDone: 'If you heard the greeting and yourself, you are ready to take calls.',
}
const ru: Texts<typeof en> = {
  title: 'Звук телефона в браузере',
  help: 'Хранится для вас в этом браузере. Действует сразу, и в разговоре тоже.',
  microphone: 'Микрофон',
  level: 'Уровень микрофона',
  speaker: 'Динамик, в котором вы слышите разговор',
  ringer: 'Звонок',
  asSpeaker: 'Там же, где разговор',
  byBrowser: 'Как решит браузер',
  missing: 'Выбранное вами, но сейчас его нет',
  missingHelp: 'Сейчас его нет; пока браузер возьмёт другое.',
  nameless: 'Устройство {n}',
  noSpeakers: 'Где слышен разговор, решает сам браузер.',
  volume: 'Громкость',
  tryRing: 'Проба',
  voice: 'Мой голос',
  echoOption: 'Без эха от динамика',
  noiseOption: 'Без шума вокруг',
  levelOption: 'С ровной громкостью',
  test: 'Проверить',
  testHelp: 'В пробном звонке вы услышите приветствие, а потом самого себя.',
  testNotReady: 'Пробный звонок возможен, когда телефон готов.',
  testInCall: 'Идёт звонок. Проверьте после него.',
  testCalls: 'Звоним на пробную линию …',
  testOn: 'После приветствия скажите что-нибудь: вы должны услышать себя.',
  testDone: 'Если вы слышали приветствие и себя, можно принимать звонки.',
}

// Loaded with the dialog alone: nobody's first card waits for these texts.
i18n.global.mergeLocaleMessage('en', { sound: en })
i18n.global.mergeLocaleMessage('ru', { sound: ru })

/** The texts of the sound of the browser phone. */
export function useSoundTexts() {
  const { t } = useI18n({ useScope: 'global' })
  return {
    s: (key: keyof typeof en, values: Record<string, string | number> = {}) => t(`sound.${key}`, values),
  }
}
