/** After the first screen stands, and nothing of a call waits for it, ms. */
const afterMs = 5_000

/** Has the browser keep the shell of the console, where it can: then it installs, and opens without the server. */
export function keepShell(): void {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return
  window.setTimeout(() => void navigator.serviceWorker.register('/worker.js').catch(() => undefined), afterMs)
}
