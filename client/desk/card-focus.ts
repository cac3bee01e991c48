import { onBeforeUnmount, onMounted, type Ref } from 'vue'

/** Where cards and notes stand: elements with this attribute. */
const areas = '[data-card-area]'
const fields =
  'textarea, select, [contenteditable=true], input:not([type=checkbox], [type=radio], [type=button])'

/** A field in which something stands: with the focus left in an empty one nobody writes. */
const isWritten = (field: Element): boolean =>
  field.matches(fields) && (!('value' in field) || field.value !== '')

/** Somebody asked for a card by keyboard from elsewhere: the next that stands there gets the focus. */
let isAwaited = false
const lookers = new Set<() => void>()
/** Until the dialog has gone for sure. */
const goneAfterMs = 150

/** The focus goes to the heading of the card that comes next: for a dialog that closes because it led there. */
export function focusNextCard(): void {
  isAwaited = true
  window.setTimeout(() => {
    for (const look of lookers) look()
  }, goneAfterMs)
}

/**
 * Watches the focus among cards: says whether somebody writes there, and when what had the focus is taken away, because a
 * card came or went, gives it to the heading of what stands there now. It is never taken from anything that is still there.
 * @param root what holds the areas
 * @param onWriting told whether a field of an area has the focus and holds something, at each change
 * @returns looks again: for what was written or sent without a key
 */
export function useCardFocus(
  root: Readonly<Ref<HTMLElement | null>>,
  onWriting: (isWriting: boolean) => void,
): () => void {
  let had: { element: Element; area: Element } | null = null

  function look(): void {
    const { activeElement: active } = document
    const isNowhere = active === null || active === document.body
    // Pressed and waiting for its answer: what comes of it is still to come.
    if (isNowhere && had?.element.isConnected === true && had.element.matches(':disabled')) {
      onWriting(false)
      return
    }
    const lost = had !== null && !had.element.isConnected
    if (isNowhere && (lost || isAwaited)) {
      const area = had?.area.isConnected === true && !isAwaited ? had.area : root.value?.querySelector(areas)
      const heading = area?.querySelector('h1') ?? root.value?.querySelector('h1')
      // What stands there next is still to come: it is seen when it does.
      if (heading == null) {
        onWriting(false)
        return
      }
      isAwaited = false
      heading.tabIndex = -1
      heading.focus()
    }
    const area = document.activeElement?.closest(areas) ?? null
    if (area !== null) isAwaited = false
    had = area === null || document.activeElement === null ? null : { element: document.activeElement, area }
    onWriting(had !== null && isWritten(had.element) && root.value?.contains(had.element) === true)
  }

  const observer = new MutationObserver(look)
  // Where the focus goes is known after it has left.
  const later = (): void => queueMicrotask(look)
  onMounted(() => {
    if (root.value === null) return
    root.value.addEventListener('focusin', look)
    root.value.addEventListener('focusout', later)
    root.value.addEventListener('input', look)
    lookers.add(look)
    observer.observe(root.value, { childList: true, subtree: true })
    look()
  })
  onBeforeUnmount(() => {
    observer.disconnect()
    lookers.delete(look)
    onWriting(false)
  })
  return look
}
