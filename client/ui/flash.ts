import type { Directive } from 'vue'

const stillness = window.matchMedia('(prefers-reduced-motion: reduce)')

/** `v-flash="value"`: when the value changes, the element's background shows it for half a second, and nothing else moves. */
export const vFlash: Directive<HTMLElement, string | number | null> = {
  updated(element, { value, oldValue }) {
    if (value === oldValue || stillness.matches) return
    element.animate([{ backgroundColor: 'var(--accent-soft)' }, {}], { duration: 500, easing: 'ease-out' })
  },
}
