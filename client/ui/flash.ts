import type { Directive } from 'vue'

const stillness = window.matchMedia('(prefers-reduced-motion: reduce)')

/** A few steps look as smooth at this size, and a floor of 300 calls is not painted sixty times a second for it. */
const steps = 'steps(6, end)'

/** `v-flash="value"`: when the value changes, the element's background shows it for half a second, and nothing else moves. */
export const vFlash: Directive<HTMLElement, string | number | null> = {
  updated(element, { value, oldValue }) {
    if (value === oldValue || stillness.matches) return
    element.animate([{ backgroundColor: 'var(--accent-soft)' }, {}], { duration: 500, easing: steps })
  },
}
