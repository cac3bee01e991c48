import { open, readFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { frameLine, readLines } from './frame.ts'

/**
 * Replaces a small file by another at once: whoever reads it finds the old one or the new one, never a half. It is on the
 * disk, with its name, when this resolves.
 * @throws the file system's error (a full disk among them); the old file is then untouched
 */
export async function writeSmallFile(path: string, value: unknown): Promise<void> {
  const fresh = `${path}.new`
  const file = await open(fresh, 'w', 0o600)
  try {
    await file.writeFile(frameLine(JSON.stringify(value)))
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(fresh, path)
  await syncFolder(dirname(path))
}

/**
 * Reads what `writeSmallFile` wrote.
 * @returns `absent`, `damaged`, or the value
 */
export async function readSmallFile(
  path: string,
): Promise<{ state: 'absent' | 'damaged' } | { state: 'read'; value: unknown }> {
  let bytes: Buffer
  try {
    bytes = await readFile(path)
  } catch (error) {
    if (isErrorCode(error, 'ENOENT')) return { state: 'absent' }
    throw error
  }
  const json = readLines(bytes, 1)[0]?.json ?? null
  return json === null ? { state: 'damaged' } : { state: 'read', value: JSON.parse(json) }
}

/** Puts a folder's own entries (new names, renames) on the disk. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Whether an error is the system's error of that name, such as `ENOSPC`. */
export function isErrorCode(error: unknown, ...codes: string[]): boolean {
  return (
    error instanceof Error && 'code' in error && typeof error.code === 'string' && codes.includes(error.code)
  )
}
