import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import type { DeskCall, TodayCall } from '../../shared/calls.ts'
import type { Card, Pop } from '../../shared/customers.ts'
import type { VerifyRequest } from '../../shared/verification.ts'
import { callApi } from '../api.ts'
import { useLive } from '../realtime/live.ts'
import type { LeftCall } from '../realtime/topic-state.ts'
import { useSession } from '../session/session.ts'
import { computedList } from '../ui/computed-list.ts'
import { currentCall, type Shown } from './current-call.ts'

/** More calls than one desk has at a time. */
const answersKept = 8

/** My desk: the call before me, its card, and how my day goes. */
export const useDesk = defineStore('desk', () => {
  const live = useLive()
  const session = useSession()
  /** The call chosen by hand when there are several; otherwise the most pressing one. */
  const chosenCallId = ref<string | null>(null)
  /** Answers to our own requests, each newer than what the socket had brought of that call. */
  const answered = shallowRef<ReadonlyMap<string, { pop: Pop; over: Pop | null }>>(new Map())

  const extension = computed(() => session.me?.extension ?? null)
  const calls = computedList<DeskCall>(() => [...(live.mine?.deskCalls.values() ?? [])])
  const left = computed<LeftCall | null>(() => live.mine?.left ?? null)
  const shown = computed(() => currentCall(calls.value, left.value, chosenCallId.value))
  const call = computed(() => (shown.value.kind === 'call' ? shown.value.call : null))
  const gone = computed(() => (shown.value.kind === 'gone' ? shown.value.left : null))
  const others = computedList(() => calls.value.filter((one) => one.callId !== call.value?.callId))
  const pop = computed<Pop | null>(() => (call.value === null ? null : popOf(call.value.callId)))
  // Apart, so that the list is made anew only when it changed itself, and not with all else on my desk.
  const todayCalls = computed(() => live.mine?.today)
  const today = computed<TodayCall[]>(() =>
    [...(todayCalls.value?.values() ?? [])].sort((a, b) => b.at - a.at),
  )
  /** How much of my day is known. */
  const earlierToday = computed(() => live.mine?.day?.earlier ?? 'complete')
  /** My own state as the floor sees it; absent when this console is not told. */
  const agent = computed(() => live.agents.find((one) => one.extension === extension.value) ?? null)

  watch(
    () => session.me?.personId,
    () => {
      chosenCallId.value = null
      answered.value = new Map()
    },
    { flush: 'sync' },
  )

  /** A call of mine, wherever it stands now: on the desk, or as the one that left it last. */
  function shownOf(callId: string): Shown | null {
    const onDesk = live.mine?.deskCalls.get(callId)
    if (onDesk !== undefined) return { kind: 'call', call: onDesk }
    return left.value?.call.callId === callId ? currentCall([], left.value, null) : null
  }

  /** What the socket has told of who is calling in one of my calls. */
  function toldOf(callId: string): Pop | null {
    const lastPop = left.value?.call.callId === callId ? left.value.pop : null
    return live.mine?.pops.get(callId) ?? lastPop
  }

  /** What is known of that: our own answer, until the socket tells something newer. */
  function popOf(callId: string): Pop | null {
    const told = toldOf(callId)
    const own = answered.value.get(callId)
    return own !== undefined && own.over === told ? own.pop : told
  }

  function takeAnswer(callId: string, next: Pop): void {
    const own = { pop: next, over: toldOf(callId) }
    answered.value = new Map([...answered.value].slice(-answersKept)).set(callId, own)
  }

  /** A card that was corrected here, in the call that it stands in. */
  function takeCard(callId: string, card: Card): void {
    const pop = popOf(callId)
    if (pop?.card?.customerId === card.customerId) takeAnswer(callId, { ...pop, card })
  }

  /** Says who is calling, and whether the number is theirs from now on. @throws ApiError */
  async function choose(callId: string, customerId: string, remember: boolean): Promise<void> {
    const body = { customerId, remember }
    takeAnswer(callId, await callApi('calls.choose', { params: { callId }, body }))
  }

  /** Makes a new card for the caller. @throws ApiError */
  async function create(callId: string, name: string, company: string): Promise<void> {
    const body = { name, ...(company.trim() === '' ? {} : { company }) }
    takeAnswer(callId, await callApi('calls.create', { params: { callId }, body }))
  }

  /** "It is somebody else's phone": the card comes off the call, the note stays. @throws ApiError */
  async function unlink(callId: string): Promise<void> {
    takeAnswer(callId, await callApi('calls.unlink', { params: { callId } }))
  }

  /** Notes a step that verifies who is calling. @throws ApiError */
  async function verify(callId: string, body: VerifyRequest): Promise<void> {
    takeAnswer(callId, await callApi('calls.verify', { params: { callId }, body }))
  }

  return {
    extension,
    calls,
    shown,
    shownOf,
    popOf,
    call,
    gone,
    others,
    pop,
    today,
    earlierToday,
    agent,
    chosenCallId,
    takeCard,
    choose,
    create,
    unlink,
    verify,
  }
})
