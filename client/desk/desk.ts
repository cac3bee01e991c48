import { defineStore } from 'pinia'
import { computed, ref, watch } from 'vue'
import type { DeskCall, TodayCall } from '../../shared/calls.ts'
import type { Pop } from '../../shared/customers.ts'
import type { VerifyRequest } from '../../shared/verification.ts'
import { callApi } from '../api.ts'
import { useLive } from '../realtime/live.ts'
import type { LeftCall } from '../realtime/topic-state.ts'
import { useSession } from '../session/session.ts'
import { currentCall } from './current-call.ts'

/** My desk: the call before me, its card, and how my day goes. */
export const useDesk = defineStore('desk', () => {
  const live = useLive()
  const session = useSession()
  /** The call chosen by hand when there are several; otherwise the most pressing one. */
  const chosenCallId = ref<string | null>(null)
  /** Answers to our own requests, newer than what the socket has brought so far. */
  const answered = ref<ReadonlyMap<string, Pop>>(new Map())
  /** Calls whose card was taken off by "somebody else's phone". */
  const unlinked = ref<ReadonlySet<string>>(new Set())

  const extension = computed(() => session.me?.extension ?? null)
  const calls = computed<DeskCall[]>(() => [...(live.mine?.deskCalls.values() ?? [])])
  const left = computed<LeftCall | null>(() => live.mine?.left ?? null)
  const shown = computed(() => currentCall(calls.value, left.value, chosenCallId.value))
  const call = computed(() => (shown.value.kind === 'call' ? shown.value.call : null))
  const gone = computed(() => (shown.value.kind === 'gone' ? shown.value.left : null))
  const others = computed(() => calls.value.filter((one) => one.callId !== call.value?.callId))
  const pop = computed<Pop | null>(() => {
    const callId = call.value?.callId
    if (callId === undefined) return null
    const known = live.mine?.pops.get(callId) ?? (left.value?.call.callId === callId ? left.value.pop : null)
    return answered.value.get(callId) ?? known
  })
  // Apart, so that the list is made anew only when it changed itself, and not with all else on my desk.
  const todayCalls = computed(() => live.mine?.today)
  const today = computed<TodayCall[]>(() =>
    [...(todayCalls.value?.values() ?? [])].sort((a, b) => b.at - a.at),
  )
  /** How much of my day is known. */
  const earlierToday = computed(() => live.mine?.day?.earlier ?? 'complete')
  /** My own state as the floor sees it; absent when this console is not told. */
  const agent = computed(() => live.agents.find((one) => one.extension === extension.value) ?? null)

  function takeAnswer(callId: string, next: Pop): void {
    answered.value = new Map([[callId, next]])
  }

  // A pop that comes by the socket is newer than our own answer.
  watch(
    () => live.mine?.pops.get(call.value?.callId ?? ''),
    () => {
      answered.value = new Map()
    },
  )

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
    const next = await callApi('calls.unlink', { params: { callId } })
    unlinked.value = new Set([...unlinked.value, callId])
    takeAnswer(callId, next)
  }

  /** Notes a step that verifies who is calling. @throws ApiError */
  async function verify(callId: string, body: VerifyRequest): Promise<void> {
    takeAnswer(callId, await callApi('calls.verify', { params: { callId }, body }))
  }

  return {
    extension,
    calls,
    call,
    gone,
    others,
    pop,
    today,
    earlierToday,
    agent,
    unlinked,
    chosenCallId,
    choose,
    create,
    unlink,
    verify,
  }
})
