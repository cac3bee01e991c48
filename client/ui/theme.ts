import { ref, watchEffect } from 'vue'

export type Theme = 'system' | 'light' | 'dark'
export const themes: readonly {
  value: Theme
  label: 'menu.themeSystem' | 'menu.themeLight' | 'menu.themeDark'
}[] = [
  { value: 'system', label: 'menu.themeSystem' },
  { value: 'light', label: 'menu.themeLight' },
  { value: 'dark', label: 'menu.themeDark' },
]
/** Each language by its own name. */
export const languages = [
  { value: 'en', label: 'English' },
  { value: 'ru', label: 'Русский' },
] as const
const key = 'ringcard.theme'
const system = window.matchMedia('(prefers-color-scheme: dark)')
const systemDark = ref(system.matches)
system.addEventListener('change', (event) => {
  systemDark.value = event.matches
})

const kept = localStorage.getItem(key)
/** The theme the person chose on this computer; follows the system until they choose. */
export const theme = ref<Theme>(kept === 'light' || kept === 'dark' ? kept : 'system')

/** Chooses a theme and keeps it on this computer. */
export function setTheme(next: Theme): void {
  theme.value = next
  localStorage.setItem(key, next)
}

/** Keeps the page's colours in step with the choice and the system. Called once, before the first paint. */
export function followTheme(): void {
  watchEffect(() => {
    const dark = theme.value === 'dark' || (theme.value === 'system' && systemDark.value)
    document.documentElement.classList.toggle('dark', dark)
  })
}
