import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/** The conformance suite alone: not a part of `npm test`, since it tests the database and not the product. */
export default defineConfig({
  test: {
    name: 'database',
    root: fileURLToPath(new URL('../..', import.meta.url)),
    include: ['tests/database/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
})
