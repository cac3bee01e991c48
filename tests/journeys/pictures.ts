import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Console } from './console.ts'

const sizes = { wide: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } }

export interface Pictures {
  /** Takes what a console shows, wide and on a phone, light and dark; the console is as before afterwards. */
  take: (console: Console, name: string) => Promise<void>
  /** Takes what a console shows, as it is. */
  failure: (console: Console, name: string) => Promise<void>
}

/** @param folder made when missing */
export async function openPictures(folder: string): Promise<Pictures> {
  await mkdir(folder, { recursive: true })
  return {
    take: async ({ page }, name) => {
      for (const [size, viewport] of Object.entries(sizes)) {
        await page.setViewportSize(viewport)
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme })
          // Without this, what changes its colour slowly would be half in one theme, half in the other.
          await page.screenshot({
            path: join(folder, `${name}-${size}-${colorScheme}.png`),
            animations: 'disabled',
          })
        }
      }
      await page.setViewportSize(sizes.wide)
      await page.emulateMedia({ colorScheme: 'light' })
    },
    failure: async ({ page, person }, name) => {
      const file = `failed-${name.replace(/[^a-z0-9]+/gi, '-').slice(0, 60)}-${person.signInName}.png`
      await page.screenshot({ path: join(folder, file) })
    },
  }
}
