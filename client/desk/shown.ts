import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import type { DeskCall } from '../../shared/calls.ts'
import type { Pop } from '../../shared/customers.ts'
import { closedPop } from '../realtime/closed-pop.ts'
import { useLive } from '../realtime/live.ts'
import { useSession } from '../session/session.ts'
import { now } from '../ui/clock.ts'
import { currentCall, type Shown } from './current-call.ts'
import { useDesk } from './desk.ts'

/** The call whose card and note are before me, as it was last known. */
interface Known {
  shown: Shown
  pop: Pop | null
}

const idOf = (shown: Shown): string | null => {
  if (shown.kind === 'call') return shown.call.callId
  return shown.kind === 'gone' ? shown.left.call.callId : null
}

/**
 * Whose card and note are before me. That is the call that the desk is about, save while somebody writes: then the screen
 * stays with the person it is about, whatever becomes of the calls, until it is left on purpose.
 */
export const useShown = defineStore('shown', () => {
  const desk = useDesk()
  const live = useLive()
  const session = useSession()
  /** A field of a card, or of its note, has the focus, and something stands in it. */
  const isInField = ref(false)
  /** A form is open on the card. */
  const isFormOpen = ref(false)
  const isWriting = computed(() => isInField.value || isFormOpen.value)
  /** The customer whose card was looked up and stands in the place of the call's. */
  const lookedUpId = ref<string | null>(null)
  const heldId = ref<string | null>(null)
  /** What was last known of the held call: the desk forgets a call that is over when the next one comes. */
  const last = shallowRef<Known | null>(null)

  const isErased = (callId: string): boolean => live.mine?.today.get(callId)?.party.erased === true

  function known(callId: string): Known | null {
    const shown = desk.shownOf(callId)
    return shown === null ? null : { shown, pop: desk.popOf(callId) }
  }

  function hold(): void {
    const callId = idOf(desk.shown)
    if (heldId.value !== null || callId === null) return
    heldId.value = callId
    last.value = known(callId)
  }

  function letGo(): void {
    heldId.value = null
    last.value = null
  }

  /** As the desk would leave it: over, and closed. */
  function over({ shown, pop }: Known): Known {
    if (shown.kind !== 'call' || shown.call.state === 'ended') return { shown, pop: closedPop(pop) }
    const left = { call: shown.call, pop: closedPop(pop), reason: 'ended', at: now.value } as const
    return { shown: currentCall([], left, null), pop: left.pop }
  }

  watch(
    () => (heldId.value === null ? undefined : known(heldId.value)),
    (fresh) => {
      if (fresh !== undefined && fresh !== null) last.value = fresh
      else if (fresh === null && last.value !== null) last.value = over(last.value)
    },
    { flush: 'sync' },
  )
  watch(
    isWriting,
    (writing) => {
      if (writing) hold()
      else if (heldId.value === idOf(desk.shown)) letGo()
    },
    { flush: 'sync' },
  )
  // Nobody writes: what comes next, or is answered, takes the screen.
  watch(
    () => {
      const { shown } = desk
      return `${idOf(shown) ?? ''} ${String(shown.kind === 'call' && shown.call.state === 'talking')}`
    },
    () => {
      if (!isWriting.value) letGo()
    },
    { flush: 'sync' },
  )
  watch(() => session.me?.personId, letGo, { flush: 'sync' })

  const subject = computed<Known>(() => {
    const callId = heldId.value
    if (callId === null || last.value === null)
      return { shown: desk.shown, pop: desk.call === null ? null : desk.pop }
    if (isErased(callId)) return { shown: { kind: 'idle' }, pop: null }
    return last.value
  })
  const shownId = computed(() => idOf(subject.value.shown))
  const call = computed(() => (subject.value.shown.kind === 'call' ? subject.value.shown.call : null))
  const gone = computed(() => (subject.value.shown.kind === 'gone' ? subject.value.shown.left : null))
  const pop = computed(() => (call.value === null ? null : subject.value.pop))

  /** The call that is not before me and asks for me: one that rings, else the one that the desk is about. */
  const waiting = computed<DeskCall | null>(() => {
    const ringing = desk.calls.find((one) => one.state === 'ringing')
    if (lookedUpId.value !== null) return ringing ?? null
    if (ringing !== undefined && ringing.callId !== shownId.value) return ringing
    return desk.call !== null && desk.call.state !== 'ended' && desk.call.callId !== shownId.value
      ? desk.call
      : null
  })

  /** Leaves what is before me, on purpose, for another call. */
  function turnTo(callId: string): void {
    letGo()
    desk.chosenCallId = callId
    if (isWriting.value) hold()
  }

  return { isInField, isFormOpen, isWriting, lookedUpId, heldId, call, gone, pop, waiting, turnTo }
})
