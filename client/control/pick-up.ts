import { defineStore } from 'pinia'
import { computed, ref, watch } from 'vue'
import type { QueueView } from '../../shared/calls.ts'
import { ApiError, callApi, type ApiErrorCode } from '../api.ts'
import { useDesk } from '../desk/desk.ts'
import { useDial } from '../phone/dial.ts'
import { useLive } from '../realtime/live.ts'
import { newId } from '../ui/new-id.ts'

export type RingingCall = QueueView['ringing'][number] & { queue: string }

/** How long it stays said who has the call that I wanted to take, ms. */
const saidForMs = 8_000

/** The calls that ring at colleagues of my queues, and taking one of them by my phone in use. */
export const usePickUp = defineStore('pickUp', () => {
  const desk = useDesk()
  const dial = useDial()
  const live = useLive()
  const pending = ref<string | null>(null)
  /** Why I have not got a call, and who has it. */
  const failed = ref<{ code: ApiErrorCode; by: string | null } | null>(null)

  /** Each call once, though it may ring for several queues; not what rings at my own desk. */
  const ringing = computed<RingingCall[]>(() => {
    const mine = new Set(desk.calls.map(({ callId }) => callId))
    const all = live.queues
      .filter(({ name }) => desk.agent?.queues.includes(name) ?? true)
      .flatMap((queue) => queue.ringing.map((one) => ({ ...one, queue: queue.name })))
      .filter(({ callId, extension }) => !mine.has(callId) && extension !== desk.extension)
    return [...new Map(all.map((one) => [one.callId, one])).values()].sort((a, b) => a.since - b.since)
  })
  const mayPickUp = computed(() => dial.canDial && pending.value === null)

  /** Takes a call, once however often it is pressed. What it came to when I have not got it is in `failed`. */
  async function pickUp(callId: string): Promise<void> {
    if (!mayPickUp.value) return
    pending.value = callId
    failed.value = null
    const request = { params: { callId }, body: { commandId: newId() } }
    try {
      await callApi('calls.pickUp', request).catch((error: unknown) => {
        if (error instanceof ApiError && error.code === 'network') return callApi('calls.pickUp', request)
        throw error
      })
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      failed.value = { code: error.code, by: error.problem?.detail ?? null }
    } finally {
      pending.value = null
    }
  }

  let forgetting: number | undefined
  watch(failed, (is) => {
    window.clearTimeout(forgetting)
    if (is !== null) forgetting = window.setTimeout(() => (failed.value = null), saidForMs)
  })

  return { ringing, mayPickUp, pending, failed, pickUp }
})
