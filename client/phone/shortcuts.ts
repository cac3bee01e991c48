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

/** What a key asks for; null for one that is none of ours, or is held down, or while somebody types. */
export function actionOf(event: KeyboardEvent): PhoneKeyAction | null {
  if (event.repeat || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return null
  if (isTyping(event.target)) return null
  const found = Object.entries(phoneKeys).find(([, key]) => key === event.key)?.[0]
  return found === undefined ? null : (found as PhoneKeyAction)
}

/**
 * Listens for the keys of a call as long as the component stands.
 * @param act says whether it did something; then the browser does nothing of its own
 */
export function usePhoneKeys(act: (action: PhoneKeyAction) => boolean): void {
  const onKey = (event: KeyboardEvent): void => {
    const action = actionOf(event)
    if (action !== null && act(action)) event.preventDefault()
  }
  onMounted(() => window.addEventListener('keydown', onKey))
  onBeforeUnmount(() => window.removeEventListener('keydown', onKey))
}
