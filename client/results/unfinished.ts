import { defineStore } from 'pinia'
import { computed, shallowRef, watch } from 'vue'
import type { UnfinishedCall } from '../../shared/disposition-routes.ts'
import { ApiError, callApi } from '../api.ts'
import { useCallWords } from '../desk/call-words.ts'
import { useDesk } from '../desk/desk.ts'
import { useLive } from '../realtime/live.ts'
import { useSession } from '../session/session.ts'
import { useStatus } from '../status/status.ts'
import { useResults, type ResultTarget } from './results.ts'

/** A call to be finished, in a list. */
export interface ToFinish extends ResultTarget {
  at: number
}

/** My calls of which nobody knows yet what came of them: those of today as the day tells them, and those of before. */
export const useUnfinished = defineStore('unfinished', () => {
  const live = useLive()
  const session = useSession()
  const desk = useDesk()
  const status = useStatus()
  const results = useResults()
  const { partyName } = useCallWords()
  const before = shallowRef<readonly UnfinishedCall[]>([])

  async function read(): Promise<void> {
    if (!results.maySet) return
    try {
      before.value = (await callApi('dispositions.unfinished')).calls
    } catch (error) {
      // They are asked for again when the connection is back, and the day tells its own.
      if (!(error instanceof ApiError)) throw error
    }
  }

  /** Calls that are still being talked in, or written up. */
  const underWay = computed(() => {
    const isWrapUp = status.mine?.state === 'wrapUp' || status.mine?.state === 'onCall'
    const kept = desk.calls.filter(({ state }) => state !== 'ended' || isWrapUp).map(({ callId }) => callId)
    return new Set(isWrapUp && desk.call !== null ? [...kept, desk.call.callId] : kept)
  })

  const calls = computed<ToFinish[]>(() => {
    const today = desk.today.filter(({ owed }) => owed)
    const known = new Set(desk.today.map(({ callId }) => callId))
    const named = (
      call: Pick<UnfinishedCall, 'callId' | 'at' | 'queue' | 'party' | 'customerName' | 'customerId'>,
    ): ToFinish => ({
      callId: call.callId,
      at: call.at,
      queue: call.queue,
      about: call.customerName ?? partyName(call.party),
      whom: { customerId: call.customerId, number: call.party.number },
    })
    return [...today.map(named), ...before.value.filter(({ callId }) => !known.has(callId)).map(named)]
      .filter(({ callId }) => !underWay.value.has(callId) && results.resultOf(callId) === null)
      .sort((one, other) => other.at - one.at)
  })

  watch(
    [() => live.state, () => live.mine?.day?.since, () => live.mine?.dispositions],
    ([state, , version]) => {
      if (state === 'live' && version != null) void read()
    },
    { immediate: true },
  )
  watch(
    () => session.me?.personId,
    () => (before.value = []),
    { flush: 'sync' },
  )

  return { calls }
})
