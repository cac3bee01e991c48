import { computed, type ComputedRef } from 'vue'

/**
 * A computed list that stays the same array as long as it holds the same things in the same order: whoever reads it is not
 * drawn anew by news that is about something else.
 * @param read makes the list
 */
export function computedList<T>(read: () => T[]): ComputedRef<T[]> {
  return computed<T[]>((before) => {
    const now = read()
    const isSame = before?.length === now.length && now.every((one, index) => one === before[index])
    return isSame ? before : now
  })
}
