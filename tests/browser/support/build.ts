import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'vite'

const output = 'dist/client/index.html'
const sources = ['client', 'shared']

/** Builds the console into `dist/client`, unless what is there is newer than every source. */
export async function buildConsole(): Promise<void> {
  const built = await stat(output).then(
    (file) => file.mtimeMs,
    () => 0,
  )
  const changed = Math.max(...(await Promise.all(sources.map(newestIn))))
  if (built > changed) return
  // The test runner's own NODE_ENV would build Vue as it is for its developers, half as large again.
  const { NODE_ENV } = process.env
  process.env['NODE_ENV'] = 'production'
  try {
    await build({ configFile: 'client/vite.config.ts', logLevel: 'warn' })
  } finally {
    process.env['NODE_ENV'] = NODE_ENV ?? 'production'
  }
}

async function newestIn(folder: string): Promise<number> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true })
  const times = files
    .filter((file) => file.isFile())
    .map(async (file) => (await stat(join(file.parentPath, file.name))).mtimeMs)
  return Math.max(0, ...(await Promise.all(times)))
}
