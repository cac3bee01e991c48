import type { Page } from 'playwright-core'

/** What lies on this computer, as anybody who opens the browser's database finds it. */
export function lyingHere(page: Page): Promise<{ personId: string; id: string; box: string }[]> {
  return page.evaluate(`(async () => {
    const rows = await new Promise((done, failed) => {
      const request = indexedDB.open('ringcard', 1)
      request.onerror = () => failed(request.error)
      request.onsuccess = () => {
        const reading = request.result.transaction('outbox').objectStore('outbox').getAll()
        reading.onsuccess = () => { request.result.close(); done(reading.result) }
      }
    })
    return rows.map(({ personId, id, box }) => ({ personId, id, box: new TextDecoder('latin1').decode(box) }))
  })()`)
}

/** What of it whoever is signed in can read: the texts of notes, by what they are about. */
export function waitingNotes(page: Page): Promise<Record<string, string>> {
  return page.evaluate(`(async () => {
    const { personId, outboxKeys } = await (await fetch('/api/session')).json()
    const raw = Uint8Array.from(atob(outboxKeys[0]), (one) => one.charCodeAt(0))
    const key = await crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['decrypt'])
    const rows = await new Promise((done) => {
      const request = indexedDB.open('ringcard', 1)
      request.onsuccess = () => {
        const reading = request.result.transaction('outbox').objectStore('outbox').getAll()
        reading.onsuccess = () => { request.result.close(); done(reading.result) }
      }
    })
    const found = {}
    for (const { personId: of, id, iv, box } of rows) {
      if (of !== personId || !id.startsWith('note:')) continue
      const additionalData = new TextEncoder().encode(of + ' ' + id)
      const clear = await crypto.subtle.decrypt({ name: 'AES-GCM', iv, additionalData }, key, box)
      found[id.slice('note:'.length)] = JSON.parse(new TextDecoder().decode(clear)).text
    }
    return found
  })()`)
}
