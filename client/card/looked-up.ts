import { defineStore } from 'pinia'
import { ref, shallowRef, watch } from 'vue'
import type { Card } from '../../shared/customers.ts'
import { ApiError, callApi, type ApiErrorCode } from '../api.ts'
import { useSession } from '../session/session.ts'

/** The card that was looked up, for whoever shows a part of it. */
export const useLookedUp = defineStore('lookedUp', () => {
  /** By the id that was asked for. */
  const read = shallowRef<{ customerId: string; card: Card } | null>(null)
  const failure = ref<ApiErrorCode | null>(null)
  let asked = 0

  /** Reads a card; what was shown of the same one stays until the answer. What goes wrong is in `failure`. */
  async function load(customerId: string): Promise<void> {
    const mine = ++asked
    failure.value = null
    if (read.value?.customerId !== customerId) read.value = null
    try {
      const card = await callApi('customers.read', { params: { customerId } })
      if (mine === asked) read.value = { customerId, card }
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      if (mine === asked) failure.value = error.code
    }
  }

  /** A newer state of the card that stands here. */
  function take(next: Card): void {
    if (read.value?.customerId === next.customerId) read.value = { customerId: next.customerId, card: next }
  }

  /** Forgets it: the customer, or whoever looked, is here no more. */
  function drop(): void {
    asked += 1
    read.value = null
  }

  // What one person looked up is not for the next.
  const session = useSession()
  watch(() => session.me?.personId, drop, { flush: 'sync' })

  const cardOf = (customerId: string): Card | null =>
    read.value?.customerId === customerId ? read.value.card : null

  return { failure, load, take, drop, cardOf }
})
