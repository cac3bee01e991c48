import { nextTick, onBeforeUnmount, onMounted, shallowRef, watch, type Component, type ShallowRef } from 'vue'

/** Not before the first screen stands, ms. */
const fetchedAfterMs = 2_000
/** Longer no key is kept from where the focus is, ms. */
const keptForMs = 3_000
/** A dialog takes the focus some frames after it stands there, ms. */
const focusWithinMs = 300

/**
 * A part that takes keys as soon as it is opened, and that nobody's first screen waits for: fetched some time after it, or
 * when it is first wanted. Keys pressed before it is there are kept from what has the focus, and given to the part.
 * @param load its module
 * @param isWanted whether it is open
 * @param close told when it cannot be fetched: what was opened is closed, and the next time it is tried again
 * @returns the part; null until it is there
 */
export function useFetched<Part extends Component>(
  load: () => Promise<{ default: Part }>,
  isWanted: () => boolean,
  close: () => void,
): Readonly<ShallowRef<Part | null>> {
  const part: ShallowRef<Part | null> = shallowRef(null)
  const fetchPart = async (): Promise<void> => {
    part.value ??= (await load()).default
  }
  const open = async (): Promise<void> => {
    const held = holdKeys()
    try {
      await fetchPart()
      await nextTick()
      await focusMoved(held.from)
    } catch {
      close()
    }
    await held.give()
  }
  watch(
    isWanted,
    (wanted) => {
      if (wanted && part.value === null) void open()
    },
    { flush: 'sync', immediate: true },
  )
  let timer: number | undefined
  onMounted(() => (timer = window.setTimeout(() => void fetchPart().catch(() => undefined), fetchedAfterMs)))
  onBeforeUnmount(() => window.clearTimeout(timer))
  return part
}

/** Keeps keys that are pressed from now on. */
function holdKeys(): { from: Element | null; give: () => Promise<void> } {
  const from = document.activeElement
  const kept: KeyboardEvent[] = []
  const keep = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return
    event.preventDefault()
    event.stopImmediatePropagation()
    kept.push(event)
  }
  const stop = (): void => window.removeEventListener('keydown', keep, { capture: true })
  const give = async (): Promise<void> => {
    stop()
    window.clearTimeout(timer)
    for (const key of kept.splice(0)) {
      press(key)
      await nextTick()
    }
  }
  const timer = window.setTimeout(() => void give(), keptForMs)
  window.addEventListener('keydown', keep, { capture: true })
  return { from, give }
}

async function focusMoved(from: Element | null): Promise<void> {
  const until = performance.now() + focusWithinMs
  while (document.activeElement === from && performance.now() < until)
    await new Promise((done) => requestAnimationFrame(done))
}

/** As if the key were pressed now: what listens hears it, and else a letter is written, or Enter sends, where the focus is. */
function press({ key, code, shiftKey }: KeyboardEvent): void {
  const target = document.activeElement ?? document.body
  const isFree = target.dispatchEvent(
    new KeyboardEvent('keydown', { key, code, shiftKey, bubbles: true, cancelable: true }),
  )
  if (!isFree) return
  if (key === 'Enter' && target instanceof HTMLInputElement) target.form?.requestSubmit()
  else if (key === 'Enter' && target instanceof HTMLButtonElement) target.click()
  const isText = target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement
  if (!isText || key.length !== 1) return
  target.setRangeText(key, target.selectionStart ?? 0, target.selectionEnd ?? 0, 'end')
  target.dispatchEvent(new InputEvent('input', { data: key, inputType: 'insertText', bubbles: true }))
}
