/**
 * Puts a text on the clipboard.
 * @returns whether that was possible: browsers have a clipboard over TLS and on this machine alone, and may refuse there too
 */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return false
  }
}
