import { useAnswerKey } from '../ui/answer-key.ts'
import { onBeforeUnmount, onMounted } from 'vue'
import { functionKeys } from '../ui/keys.ts'

const { answer, mute, hold, end } = functionKeys
/** The keys of a call. None is a letter, and none does anything while somebody types. */
export const phoneKeys = { answer, mute, hold, end } as const
export type PhoneKeyAction = keyof typeof phoneKeys

/** Whether what has the focus is typed into. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target.isContentEditable) return true
  if (target instanceof HTMLInputElement)
    return !['button', 'checkbox', 'radio', 'range', 'submit'].includes(target.type)
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement
}

/**
 * What a key asks for; null for one that is none of ours, or is held down, or while somebody types.
 * @param answerKey the key by which whoever sits here answers
 */
export function actionOf(event: KeyboardEvent, answerKey: string = answer): PhoneKeyAction | null {
  if (event.repeat || event.ctrlKey || event.metaKey || event.shiftKey) return null
  if (isTyping(event.target)) return null
  const pressed = event.altKey ? `Alt ${event.key}` : event.key
  const found = Object.entries({ ...phoneKeys, answer: answerKey }).find(([, key]) => key === pressed)?.[0]
  return found === undefined ? null : (found as PhoneKeyAction)
}

/**
 * Listens for the keys of a call as long as the component stands.
 * @param act says whether it did something; then the browser does nothing of its own
 */
export function usePhoneKeys(act: (action: PhoneKeyAction) => boolean): void {
  const answering = useAnswerKey()
  const onKey = (event: KeyboardEvent): void => {
    const action = actionOf(event, answering.key)
    if (action !== null && act(action)) event.preventDefault()
  }
  onMounted(() => window.addEventListener('keydown', onKey))
  onBeforeUnmount(() => window.removeEventListener('keydown', onKey))
}
