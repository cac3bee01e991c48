import type { Sealed } from './sealer.ts'

/** What lies on the disk for one person under one name. */
export interface Row extends Sealed {
  personId: string
  id: string
}

/** Where sealed things lie. Each function rejects where the browser refuses. */
export interface OutboxDisk {
  all: (personId: string) => Promise<Row[]>
  get: (personId: string, id: string) => Promise<Row | null>
  put: (row: Row) => Promise<void>
  remove: (personId: string, id: string) => Promise<void>
}

const databaseName = 'ringcard'
const storeName = 'outbox'

/** The browser's own database on this computer. Opened when it is first used. */
export function indexedDbDisk(): OutboxDisk {
  let opening: Promise<IDBDatabase> | null = null

  const open = (): Promise<IDBDatabase> =>
    (opening ??= new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open(databaseName, 1)
      request.onupgradeneeded = () => {
        request.result.createObjectStore(storeName, { keyPath: ['personId', 'id'] })
      }
      request.onsuccess = () => {
        // Closed by the browser, as when its data is cleared: the next use opens it anew.
        request.result.onclose = () => (opening = null)
        resolve(request.result)
      }
      request.onerror = () => reject(request.error ?? new Error('IndexedDB does not open.'))
    }).catch((error: unknown) => {
      opening = null
      throw error
    }))

  async function inStore<T>(
    mode: IDBTransactionMode,
    work: (store: IDBObjectStore) => IDBRequest<T>,
  ): Promise<T> {
    const database = await open()
    return new Promise((resolve, reject) => {
      const transaction = database.transaction(storeName, mode)
      const request = work(transaction.objectStore(storeName))
      transaction.oncomplete = () => resolve(request.result)
      transaction.onabort = () => reject(transaction.error ?? new Error('IndexedDB gave it up.'))
    })
  }

  return {
    // Everything of one person: no name sorts behind the empty list.
    all: (personId) =>
      inStore('readonly', (store) => store.getAll(IDBKeyRange.bound([personId], [personId, []]))) as Promise<
        Row[]
      >,
    get: async (personId, id) =>
      ((await inStore('readonly', (store) => store.get([personId, id]))) as Row | undefined) ?? null,
    put: async (row) => {
      await inStore('readwrite', (store) => store.put(row))
    },
    remove: async (personId, id) => {
      await inStore('readwrite', (store) => store.delete([personId, id]))
    },
  }
}
