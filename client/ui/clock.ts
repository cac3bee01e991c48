import { computed, readonly, ref } from 'vue'

/** Half a second, so that a duration is never shown more than that behind. */
const tickMs = 500
let offsetMs = 0
const current = ref(Date.now())

/** The server's time in ms, ticking. Durations on screen are reckoned from it, not from this machine's clock. */
export const now = readonly(current)

const minuteMs = 60_000
/** The minute it is, ms. For what is told in days and hours: a card is not drawn anew twice a second. */
export const thisMinute = computed(() => Math.floor(current.value / minuteMs) * minuteMs)

/** @param offset ms to add to this machine's clock; what is told to the server by it is whole milliseconds */
export function setClockOffset(offset: number): void {
  offsetMs = Math.round(offset)
  current.value = Date.now() + offsetMs
}

/** Starts the ticking; called once when the console starts. */
export function startClock(): void {
  setInterval(() => {
    current.value = Date.now() + offsetMs
  }, tickMs)
}
