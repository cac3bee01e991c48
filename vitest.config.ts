import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

/**
 * Four projects, from the cheapest to the dearest, one after the other: unit (pure, no set-up), integration (a database
 * and sockets on loopback), lab (the real Asterisk and SIPp) and browser (the real server and Chromium).
 * Only unit files run side by side: the others share ports, processors and Asterisk's patience.
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
const oneByOne = { fileParallelism: false, maxWorkers: 1, hookTimeout: 300_000 }

export default defineConfig({
  plugins: [vue()],
  test: {
    projects: [
      project('unit', 0, {}),
      project('integration', 1, {
        ...oneByOne,
        globalSetup: ['tests/integration/database.setup.ts'],
        testTimeout: 20_000,
      }),
      project('lab', 2, { ...oneByOne, testTimeout: 60_000 }),
      project('browser', 3, { ...oneByOne, testTimeout: 60_000 }),
    ],
  },
})
