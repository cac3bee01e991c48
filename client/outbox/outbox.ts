import { defineStore } from 'pinia'
import { ref, shallowRef, watch } from 'vue'
import { useSession } from '../session/session.ts'
import { indexedDbDisk } from './disk.ts'
import { openKeeper, type Keeper, type Kept } from './keeper.ts'
import { makeSealer } from './sealer.ts'

/** Windows of this browser tell each other by it that something that waits was changed. */
const channelName = 'ringcard.outbox'

/**
 * What I wrote and the server does not have yet. It lies on this computer, sealed with a key that comes with my session and is
 * kept nowhere here: a refresh or a crash loses none of it, whoever signs in after me can neither read nor lose it, and once
 * the server has it, it is gone.
 */
export const useOutbox = defineStore('outbox', () => {
  const session = useSession()
  const kept = shallowRef<Kept>(new Map())
  /** Whether what waited here for me has been taken up. */
  const isOpen = ref(false)
  /** False when this computer keeps nothing: then what is typed is lost with this window. */
  const isDurable = ref(true)
  let keeper: Keeper | null = null
  let opening = 0
  /** What was written while what lies here was still being taken up; null: let go. */
  const early = new Map<string, unknown>()
  /** What another window changed while what lies here was still being taken up: it may have been read before that. */
  const toldEarly = new Set<string>()

  const disk = indexedDbDisk()
  const channel = 'BroadcastChannel' in window ? new BroadcastChannel(channelName) : null
  channel?.addEventListener('message', ({ data }: MessageEvent<{ personId: string; id: string }>) => {
    if (data.personId !== session.me?.personId) return
    if (keeper === null) toldEarly.add(data.id)
    else keeper.readAgain(data.id).catch(() => undefined)
  })

  async function open(personId: string, keys: readonly string[]): Promise<void> {
    opening += 1
    const mine = opening
    keeper = null
    isOpen.value = false
    kept.value = new Map()
    early.clear()
    toldEarly.clear()
    const sealer = await makeSealer(keys).catch(() => null)
    const opened: Keeper = await openKeeper({
      personId,
      sealer,
      disk,
      onChange: () => {
        if (mine === opening && keeper !== null) show(keeper)
      },
      onWritten: (id) => channel?.postMessage({ personId, id }),
    })
    // Signed out again, or another person in.
    if (mine !== opening) return
    keeper = opened
    for (const [id, content] of early) {
      if (content === null) opened.drop(id)
      else opened.put(id, content)
    }
    early.clear()
    for (const id of toldEarly) opened.readAgain(id).catch(() => undefined)
    toldEarly.clear()
    isOpen.value = true
    show(opened)
  }

  function show(from: Keeper): void {
    kept.value = from.kept()
    isDurable.value = from.isDurable()
  }

  watch(
    () => session.me?.personId,
    (personId) => {
      if (personId !== undefined) void open(personId, session.me?.outboxKeys ?? [])
      else {
        opening += 1
        keeper = null
        isOpen.value = false
        kept.value = new Map()
      }
    },
    { immediate: true, flush: 'sync' },
  )

  return {
    kept,
    isOpen,
    isDurable,
    put: (id: string, content: unknown): void => {
      if (keeper !== null) keeper.put(id, content)
      else early.set(id, content)
    },
    drop: (id: string): void => {
      if (keeper !== null) keeper.drop(id)
      else early.set(id, null)
    },
    /** Whether another window of mine, which is there to send it, wrote it last. */
    isOfAnother: (id: string): boolean => keeper?.isOfAnother(id) === true,
    settled: () => keeper?.settled() ?? Promise.resolve(),
  }
})
