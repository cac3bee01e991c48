import { ref, watch } from 'vue'
import { useSession } from '../session/session.ts'
import { isFresh, type KeptCall } from './kept-calls.ts'
import { saidSchema } from './said.ts'
import type { Received, Windows, WindowsOptions } from './windows.ts'

/** Which of my windows has the phone; unknown until the browser has said. */
export type PhonePlace = 'unknown' | 'here' | 'elsewhere'

type PlaceOptions = Pick<WindowsOptions, 'page' | 'giveable' | 'onAnswer'> & {
  /** Where the phone is has changed. */
  onPlace: () => void
}

const joinAfterMs = 2_000
const nothing: Received = { from: null, calls: [] }

/** One of my windows in this browser has the phone, rings and notifies; the others know that, and can have it. */
export function usePhonePlace({ page, giveable, onAnswer, onPlace }: PlaceOptions) {
  const session = useSession()
  const place = ref<PhonePlace>('unknown')
  /** Asked for, and it comes once nothing rings in the other window. */
  const isComing = ref(false)
  let received = nothing
  let windows: Windows | null = null
  /** Counts who was here. */
  let joining = 0
  let timer: number | undefined
  /** Wanted here before it was known where it is. */
  let isWanted = false
  /** For which of those it has begun. */
  let begun = -1

  function be(next: PhonePlace): void {
    place.value = next
    if (next !== 'unknown') onPlace()
  }
  function onReceived(how: Received): void {
    received = how
    be('here')
  }

  function leaveAll(): void {
    window.clearTimeout(timer)
    joining += 1
    windows?.stop()
    windows = null
    received = nothing
    isWanted = false
    isComing.value = false
    be('unknown')
  }
  async function join(): Promise<void> {
    window.clearTimeout(timer)
    const personId = session.me?.personId
    if (personId === undefined || begun === joining) return
    const mine = joining
    begun = mine
    const part = await import('./windows.ts').catch(() => null)
    if (mine !== joining) return
    if (part === null) {
      onReceived(nothing)
      return
    }
    windows = part.openWindows({
      ...{ personId, page, giveable, onAnswer, onReceived },
      read: (data) => saidSchema.safeParse(data).data ?? null,
      onElsewhere: () => {
        be('elsewhere')
        if (isWanted) take()
      },
      onComing: (coming) => (isComing.value = coming),
    })
  }
  watch(
    () => (session.me !== null && session.rights.has('desk.use') ? session.me.personId : null),
    (personId) => {
      leaveAll()
      // Nobody's first screen waits for it, unless the browser is the phone.
      if (personId !== null) timer = window.setTimeout(() => void join(), joinAfterMs)
    },
    { immediate: true },
  )
  function take(): void {
    isWanted = windows === null
    if (windows === null) void join()
    else windows.take()
  }

  return {
    place,
    isComing,
    /** Where it is must be known now. */
    want: () => {
      if (windows === null) void join()
    },
    take,
    look: () => windows?.look(),
    answerThere: () => windows?.answerThere(),
    /** What came with the phone, once. */
    takeReceived: (): Received => {
      const { from, calls } = received
      received = nothing
      return { from, calls: calls.filter((call) => isFresh(call, Date.now())) }
    },
    /** This window is left, with calls on: another goes on with them, or this one after a reload. */
    leave: (calls: KeptCall[]) => windows?.leave(calls),
  }
}
