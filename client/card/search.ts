import { ref } from 'vue'

/** Whether the search is open. */
export const searchOpen = ref(false)
/** The call that the customer found will be linked to; null when a card is only to be opened. */
export const searchForCall = ref<string | null>(null)

/** Opens the search. @param callId link what is found to this call */
export function openSearch(callId: string | null = null): void {
  searchForCall.value = callId
  searchOpen.value = true
}
