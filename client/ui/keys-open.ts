import { ref } from 'vue'

/** Whether the map of keys is open. */
export const keysOpen = ref(false)
