import { ref, watch } from 'vue'
import { useSession } from '../session/session.ts'
import { isFresh, type KeptCall } from './kept-calls.ts'
import type { Received, Windows, WindowsOptions } from './windows.ts'

/** Which of my windows has the phone; unknown until the browser has said. */
export type PhonePlace = 'unknown' | 'here' | 'elsewhere'

type PlaceOptions = Pick<WindowsOptions, 'page' | 'giveable' | 'onAnswer'> & {
  /** Where the phone is has changed. */
  onPlace: () => void
}

/** A tab that is opened again later than this was closed, and not loaded anew, ms. */
const reloadedWithinMs = 30_000
const nothing: Received = { from: null, calls: [] }

/** One of my windows in this browser has the phone, rings and notifies; the others know that, and can have it. */
export function usePhonePlace({ page, giveable, onAnswer, onPlace }: PlaceOptions) {
  const session = useSession()
  const place = ref<PhonePlace>('unknown')
  /** Asked for, and it comes once nothing rings in the other window. */
  const isComing = ref(false)
  let received = nothing
  let windows: Windows | null = null
  let joining = 0

  const placeOfMark = (personId: string) => `ringcard.hadPhone.${personId}`

  function be(next: PhonePlace): void {
    place.value = next
    if (next !== 'unknown') onPlace()
  }
  function onReceived(how: Received): void {
    received = how
    be('here')
  }

  async function join(personId: string | null): Promise<void> {
    joining += 1
    const mine = joining
    windows?.stop()
    windows = null
    received = nothing
    isComing.value = false
    be('unknown')
    if (personId === null) return
    const leftAt = Number(sessionStorage.getItem(placeOfMark(personId)) ?? 0)
    const hadIt = Date.now() - leftAt < reloadedWithinMs
    sessionStorage.removeItem(placeOfMark(personId))
    const part = await import('./windows.ts').catch(() => null)
    if (mine !== joining) return
    if (part === null) {
      onReceived(nothing)
      return
    }
    windows = part.joinWindows({
      ...{ personId, page, hadIt, giveable, onAnswer, onReceived },
      // Only pages that are served safely have locks.
      locks: 'locks' in navigator ? navigator.locks : null,
      channel: new BroadcastChannel(`ringcard.phone.${personId}`),
      onElsewhere: () => be('elsewhere'),
      onComing: (coming) => (isComing.value = coming),
    })
  }
  watch(
    () => (session.me !== null && session.rights.has('desk.use') ? session.me.personId : null),
    (personId) => void join(personId),
    { immediate: true },
  )

  return {
    place,
    isComing,
    take: () => windows?.take(),
    look: () => windows?.look(),
    answerThere: () => windows?.answerThere(),
    /** What came with the phone, once. */
    takeReceived: (): Received => {
      const { from, calls } = received
      received = nothing
      return { from, calls: calls.filter((call) => isFresh(call, Date.now())) }
    },
    /** This window is left, with calls on: another goes on with them, or this one after a reload. */
    leave: (personId: string, calls: KeptCall[]): void => {
      if (place.value !== 'here') return
      sessionStorage.setItem(placeOfMark(personId), String(Date.now()))
      windows?.leave(calls)
    },
  }
}
