import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

/**
 * `npm test` runs four projects, from the cheapest to the dearest, one after the other: unit (pure, no set-up), integration (a database
 * and sockets on loopback), lab (the real Asterisk and SIPp) and browser (the real server and Chromium).
 * Files of integration and lab mostly wait, for a server or a caller: two run side by side, each with ports, folders and
 * an Asterisk of its own. Browser files keep both processors busy by themselves. What takes long is `long`, which has a
 * command of its own: every screen in every state, and stories on the real PBX that last.
 */
const project = (name: string, groupOrder: number, more: object) => ({
  extends: true as const,
  test: {
    name,
    include: [`tests/${name}/**/*.test.ts`],
    sequence: { groupOrder },
    ...more,
  },
})
const twoByTwo = { maxWorkers: 2, hookTimeout: 300_000 }
const oneByOne = { fileParallelism: false, maxWorkers: 1, hookTimeout: 300_000 }

export default defineConfig({
  plugins: [vue()],
  test: {
    projects: [
      project('unit', 0, {}),
      project('integration', 1, {
        ...twoByTwo,
        globalSetup: ['tests/integration/database.setup.ts'],
        testTimeout: 20_000,
      }),
      project('lab', 2, { ...twoByTwo, testTimeout: 60_000 }),
      project('browser', 3, { ...oneByOne, maxConcurrency: 2, testTimeout: 60_000 }),
      project('long', 4, { ...oneByOne, maxConcurrency: 2, testTimeout: 60_000 }),
    ],
  },
})
