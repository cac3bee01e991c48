import { newCustomer, type NewCustomer, type StoredCustomer } from '../../../server/customers/model.ts'

/** Monday 23 November 2026, 10:00 UTC. */
export const now = Date.UTC(2026, 10, 23, 10)
export const hour = 60 * 60 * 1000
export const day = 24 * hour

/** A customer of whom only this is known. */
export function customer(id: string, known: Omit<NewCustomer, '_id' | 'name'> = {}): StoredCustomer {
  return newCustomer({ _id: id, name: id, ...known })
}

export function promise(dueAt: number | null, open = true): StoredCustomer['promises'][number] {
  return { promiseId: 'p', what: 'Call back', dueAt, madeAt: now - day, madeBy: 'Nina', open }
}

export function talk(at: number, text = 'Talked'): StoredCustomer['recent'][number] {
  return { at, kind: 'call', text, callId: null, durationMs: 60_000, by: 'Nina' }
}
