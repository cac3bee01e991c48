import { defineStore } from 'pinia'
import { computed, onScopeDispose, ref, shallowRef } from 'vue'
import type { CallTarget, CallTargets, ControlKind } from '../../shared/control.ts'
import { ApiError, callApi, type ApiErrorCode } from '../api.ts'
import { useDesk } from '../desk/desk.ts'
import { usePhone } from '../phone/phone-store.ts'
import { newId } from '../ui/new-id.ts'

/** What is asked of a call, without the id that makes it one command. */
export type Command =
  | { do: 'transfer'; to: CallTarget; word: string }
  | { do: 'consult'; to: Exclude<CallTarget, { kind: 'queue' }>; word: string }
  | { do: 'park'; word: string }
  | { do: 'record'; paused: boolean }
  | { do: Exclude<ControlKind, 'transfer' | 'consult' | 'park' | 'record'> }

/** Who is free now is asked for anew so often, while somebody looks, ms. */
const lookAgainMs = 1_000

/** What I do with the call before me: send it on, or ask somebody first. */
export const useControl = defineStore('control', () => {
  const desk = useDesk()
  const phone = usePhone()
  /** The call for which somebody is being chosen. */
  const openFor = ref<string | null>(null)
  /** Who was named already as the choice was opened. */
  const sought = ref('')
  const targets = shallowRef<CallTargets | null>(null)
  const pending = ref<{ callId: string; did: ControlKind } | null>(null)
  const failed = ref<{ callId: string; did: ControlKind; code: ApiErrorCode } | null>(null)
  /** The consultation that was ended by hand, so that its end is no news. */
  const cancelled = ref<string | null>(null)
  let looking: number | undefined

  /** The call that I can do something with: mine, and the customer is with me. */
  const call = computed(() => {
    const { call: before } = desk
    const isMine = before?.state === 'talking' || before?.state === 'held'
    return isMine && !before.isAsked ? before : null
  })
  const isOpen = computed(() => call.value !== null && openFor.value === call.value.callId)
  const isPending = computed(() => pending.value !== null)

  async function look(): Promise<void> {
    window.clearTimeout(looking)
    const callId = openFor.value
    if (callId === null) return
    try {
      const found = await callApi('calls.targets', { params: { callId } })
      if (openFor.value === callId) targets.value = found
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      const isOver = error.code === 'call.not_yours' || error.code === 'call.unknown'
      if (isOver || error.code.startsWith('session.')) {
        close()
        return
      }
    }
    if (openFor.value === callId) looking = window.setTimeout(() => void look(), lookAgainMs)
  }

  /** @param who part of a name, or an extension: what is looked for already */
  function open(who = ''): void {
    if (call.value === null || call.value.consult !== null) return
    failed.value = null
    targets.value = null
    openFor.value = call.value.callId
    sought.value = who
    void look()
  }

  function close(): void {
    window.clearTimeout(looking)
    openFor.value = null
  }

  /** Has something done with a call, once. @returns whether it was done */
  async function run(callId: string, command: Command): Promise<boolean> {
    if (pending.value !== null) return false
    pending.value = { callId, did: command.do }
    failed.value = null
    cancelled.value = command.do === 'cancel' ? callId : null
    const request = { params: { callId }, body: { ...command, commandId: newId() } }
    try {
      // Whoever got no answer asks again by the same id: what was done is not done twice.
      await callApi('calls.control', request).catch((error: unknown) => {
        if (error instanceof ApiError && error.code === 'network') return callApi('calls.control', request)
        throw error
      })
      if (openFor.value === callId) close()
      return true
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      failed.value = { callId, did: command.do, code: error.code }
      if (error.code === 'control.phone_deaf') phone.foundDeaf()
      // Whoever is sent to again is sent to as they stand now.
      if (error.code === 'control.target_not_free') void look()
      return false
    } finally {
      pending.value = null
    }
  }

  onScopeDispose(close)
  return { call, isOpen, isPending, openFor, sought, targets, pending, failed, cancelled, open, close, run }
})
