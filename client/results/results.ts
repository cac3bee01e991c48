import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import {
  pathOf,
  treeFor,
  type CallDispositions,
  type DispositionDefinition,
  type NamedPath,
  type SetDisposition,
  type ShownResult,
} from '../../shared/dispositions.ts'
import { ApiError, callApi, type ApiErrorCode } from '../api.ts'
import { useOutbox } from '../outbox/outbox.ts'
import { createSending, isPassing } from '../outbox/sending.ts'
import { useLive } from '../realtime/live.ts'
import { useSession } from '../session/session.ts'
import { now } from '../ui/clock.ts'
import { newId } from '../ui/new-id.ts'

/** A result that was chosen, as it waits on this computer until the server has it. */
export interface WaitingResult {
  request: SetDisposition
  path: NamedPath
  /** Whom the call was with, to recognise it later. */
  about: string
  at: number
  /** Why the server will not have it: it is to be chosen anew. */
  refused: ApiErrorCode | null
}

/** What is filled in beside a result before it is given, as it is typed. */
export interface Filling {
  treeId: string
  /** Null: why none fits. */
  code: string | null
  reason: string
  fields: Record<string, string>
}

/** A call of mine to say what came of. */
export interface ResultTarget {
  callId: string
  /** Whom it was with. */
  about: string
  queue: string | null
  /** What is known of them, for what is promised after the call. */
  whom?: { customerId: string | null; number: string | null }
}

const prefix = 'result:'
const fillingPrefix = 'filling:'
/** What another window chose is that window's to send; after so long it is gone, ms. */
const ofAnotherWindowMs = 10_000
const retryMs = 5_000

/** What came of my calls: what may be chosen, what I chose, and what of it is still on its way. */
export const useResults = defineStore('results', () => {
  const session = useSession()
  const live = useLive()
  const outbox = useOutbox()
  const definition = shallowRef<DispositionDefinition | null>(null)
  /** Whether the trees could not be read. */
  const failed = ref<ApiErrorCode | null>(null)
  /** The call whose result is being chosen. */
  const choosing = shallowRef<ResultTarget | null>(null)
  let version: number | null = null

  const maySet = computed(() => session.rights.has('dispositions.set'))
  const waiting = (callId: string) => outbox.kept.get(prefix + callId) as WaitingResult | undefined

  async function read(): Promise<void> {
    const wanted = live.mine?.dispositions ?? null
    if (!maySet.value || wanted === null || wanted === version) return
    try {
      const current = await callApi('dispositions.read')
      definition.value = current.definition
      version = current.version
      failed.value = null
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      failed.value = error.code
      if (isPassing(error.code)) window.setTimeout(() => void read(), retryMs)
    }
  }

  /** Answers to my own requests, before the socket repeats them. */
  const told = shallowRef<ReadonlyMap<string, ShownResult>>(new Map())

  const sending = createSending({
    prefix,
    dueIn: (id, content) => {
      const { refused, at } = content as WaitingResult
      if (refused !== null) return null
      return outbox.isOfAnother(id) ? Math.max(0, ofAnotherWindowMs - (now.value - at)) : 0
    },
    send: async (id, content) => {
      const waits = content as WaitingResult
      const callId = id.slice(prefix.length)
      try {
        const answer = await callApi('calls.setDisposition', { params: { callId }, body: waits.request })
        told.value = new Map(told.value).set(callId, shownOf(answer))
        if (outbox.kept.get(id) === content) outbox.drop(id)
      } catch (error) {
        if (error instanceof ApiError && !isPassing(error.code) && outbox.kept.get(id) === content)
          outbox.put(id, { ...waits, refused: error.code } satisfies WaitingResult)
        throw error
      }
    },
  })

  const shownOf = ({ mine: own }: CallDispositions): ShownResult => ({
    at: own?.at ?? now.value,
    path: own?.path ?? [],
  })

  /** What I said came of a call: what waits, else what the server told last; null for nothing yet. */
  function resultOf(callId: string): ShownResult | null {
    const waits = waiting(callId)
    if (waits !== undefined && waits.refused === null) return { at: waits.at, path: waits.path }
    const known = [
      live.mine?.results.get(callId),
      live.mine?.today.get(callId)?.result ?? undefined,
      told.value.get(callId),
    ].filter((one) => one !== undefined)
    return known.sort((one, other) => other.at - one.at)[0] ?? null
  }

  /** Says what came of a call. It is kept here until the server has it. */
  function give(callId: string, about: string, chosen: Omit<SetDisposition, 'dispositionId'>): void {
    const tree = definition.value?.trees.find(({ treeId }) => treeId === chosen.treeId)
    const path =
      tree === undefined || chosen.code === null
        ? []
        : pathOf(tree, chosen.code).map(({ code, name }) => ({ code, name }))
    const waits: WaitingResult = {
      request: { dispositionId: newId(), ...chosen },
      path,
      about,
      at: now.value,
      refused: null,
    }
    outbox.put(prefix + callId, waits)
    outbox.drop(fillingPrefix + callId)
  }

  /** Turns to the result of a call; null: leaves it. */
  function choose(target: ResultTarget | null): void {
    choosing.value = maySet.value ? target : null
  }

  const isResult = (id: string) => id.startsWith(prefix)

  watch([() => live.mine?.dispositions, maySet], () => void read(), { immediate: true })
  watch(
    () => session.me?.personId,
    () => {
      choosing.value = null
      told.value = new Map()
      definition.value = null
      version = null
    },
    { flush: 'sync' },
  )

  return {
    maySet,
    choosing,
    choose,
    definition,
    failed,
    mayEndWrapUp: computed(() => definition.value?.mayEndWrapUp === true),
    treeOf: (queue: string | null) => definition.value && treeFor(definition.value, queue),
    resultOf,
    /** What I chose and the server does not have yet, or will not have. */
    waiting,
    give,
    /** What is filled in for a call and not given yet. */
    fillingOf: (callId: string) => (outbox.kept.get(fillingPrefix + callId) as Filling | undefined) ?? null,
    fill: (callId: string, filling: Filling) => outbox.put(fillingPrefix + callId, filling),
    dropFilling: (callId: string) => outbox.drop(fillingPrefix + callId),
    /** Sends all that waits, before I sign out. Never rejects. */
    sendAll: async (): Promise<void> => {
      const ids = [...outbox.kept.keys()].filter(isResult)
      await Promise.all(ids.map((id) => sending.now(id).catch(() => undefined)))
    },
    /** How many results the server does not have. */
    leftCount: computed(() => [...outbox.kept.keys()].filter(isResult).length),
  }
})
