import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import type { Measured } from '../../shared/call-quality.ts'
import { phoneKindSchema, sipPath, type DeskPhones, type PhoneKind } from '../../shared/phone.ts'
import { ApiError, callApi } from '../api.ts'
import { useLive } from '../realtime/live.ts'
import { useSession } from '../session/session.ts'
import { newId } from '../ui/new-id.ts'
import { leaveCalls, takeKeptCalls } from './kept-calls.ts'
import type { Phone, PhoneCall, PhoneFailure } from './phone.ts'
import { usePhonePlace } from './phone-place.ts'
import type { PhoneState } from './phone-state.ts'
import { useSound } from './sound.ts'

/** This page, as the server knows it: another after a reload, since its calls are gone then. */
const page = newId()
const askAgainMs = 5_000
const nothing: DeskPhones = { kinds: [], why: null, inUse: 'desk', deaf: false, testNumber: null }

/** The phone of this window: which kind is in use for the shift, how it stands, and the calls on it. */
export const usePhone = defineStore('phone', () => {
  const session = useSession()
  const live = useLive()
  const sound = useSound()
  const atDesk = ref<DeskPhones>(nothing)
  const chosen = ref<PhoneKind | null>(null)
  const state = ref<PhoneState>({ at: 'off' })
  const calls = ref<readonly PhoneCall[]>([])
  const failure = ref<PhoneFailure | null>(null)
  const phone = shallowRef<Phone | null>(null)
  let asking: number | undefined
  let starting = 0

  const kinds = computed(() => atDesk.value.kinds)
  const kind = computed<PhoneKind>(() => chosen.value ?? 'desk')
  const ringing = computed(() => calls.value.find((call) => call.state === 'ringing') ?? null)
  /** The call that is talked in, else one that is dialled or held. */
  const active = computed(() => {
    const on = calls.value.filter((call) => call.state !== 'ringing')
    return (
      on.find((call) => call.state === 'talking') ??
      on.find((call) => call.state === 'dialling') ??
      on[0] ??
      null
    )
  })

  const placeOfChoice = () => `ringcard.phone.${session.me?.personId ?? ''}`

  async function look(): Promise<void> {
    window.clearTimeout(asking)
    const extension = session.me?.extension ?? null
    let found: DeskPhones
    try {
      found = await callApi('phone.read')
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      if (session.me !== null && session.lost === null)
        asking = window.setTimeout(() => void look(), askAgainMs)
      return
    }
    if (extension === null || session.me?.extension !== extension) return
    atDesk.value = found
    if (atDesk.value.why === 'pbxAway') asking = window.setTimeout(() => void look(), askAgainMs)
    const kept = phoneKindSchema.safeParse(localStorage.getItem(placeOfChoice())).data
    const usable = kept !== undefined && kinds.value.includes(kept) ? kept : null
    chosen.value ??= usable ?? (kinds.value.includes('desk') ? null : (kinds.value[0] ?? null))
    if (kind.value === 'browser' && kinds.value.includes('browser')) followPlace()
    else followServer(found.inUse)
  }

  /** Of my windows the one that has the phone connects it. */
  function followPlace(): void {
    if (kind.value !== 'browser' || !kinds.value.includes('browser')) return
    if (windows.place.value === 'unknown') windows.want()
    else if (windows.place.value === 'here') void start()
    else if (calls.value.length === 0) {
      stop()
      state.value = { at: 'elsewhere' }
    }
  }
  const windows = usePhonePlace({
    page,
    giveable: () => {
      const isMoving = ({ state: at, pending }: PhoneCall) =>
        at === 'ringing' || at === 'dialling' || pending !== null
      return calls.value.some(isMoving) ? null : (phone.value?.keep() ?? [])
    },
    onAnswer: () => {
      if (ringing.value !== null) phone.value?.answer(ringing.value.id)
    },
    onPlace: followPlace,
  })

  /** By which phone I take calls is one for all my windows, and was changed in another of them. */
  function followServer(inUse: PhoneKind): void {
    if (inUse === kind.value || calls.value.length > 0) return
    if (inUse === 'desk') {
      // What is only beginning here has not been told to the server yet.
      if (state.value.at === 'starting' || state.value.at === 'registering') return
      stop()
      chosen.value = 'desk'
    } else if (phone.value === null && kinds.value.includes('browser')) {
      chosen.value = 'browser'
      state.value = { at: 'elsewhere' }
    }
  }

  async function start(): Promise<void> {
    if (phone.value !== null) {
      phone.value.retry()
      return
    }
    starting += 1
    const mine = starting
    state.value = { at: 'starting' }
    // Nobody who has a desk phone fetches the other one.
    const part = await import('./browser-phone.ts').catch(() => null)
    if (mine !== starting) return
    if (part === null) {
      state.value = { at: 'problem', code: 'network' }
      return
    }
    const own = takeKeptCalls(sessionStorage, session.me?.personId ?? '', Date.now())
    const { from, calls: given } = windows.takeReceived()
    const url = new URL(`${sipPath}?window=${page}`, window.location.href)
    url.protocol = url.protocol.replace('http', 'ws')
    phone.value = part.startBrowserPhone({
      open: () => callApi('phone.open', { body: from === null ? { window: page } : { window: page, from } }),
      ice: () => callApi('phone.ice'),
      url: url.href,
      sound: sound.choice,
      kept: given.length > 0 ? given : own,
      onState: (next) => (state.value = next),
      onCalls: (next) => (calls.value = next),
      onFailure: (next) => (failure.value = next),
      onMeasured: (id, measured) => void keepMeasured(id, measured),
    })
  }

  /** The calls of the phone, as the floor names them: told by both sides of the one that is talked in. */
  const callIds = new Map<string, string>()
  function pair(): void {
    const talking = [...(live.mine?.deskCalls.values() ?? [])].filter(({ state: at }) => at === 'talking')
    const here = calls.value.filter((call) => call.state === 'talking')
    const [call, mine] = [talking[0], here[0]]
    if (call !== undefined && mine !== undefined && talking.length === 1 && here.length === 1)
      callIds.set(mine.id, call.callId)
  }

  /** How a talk sounded is kept with its call. What cannot be told now is not worth a word to the agent. */
  async function keepMeasured(id: string, measured: Measured): Promise<void> {
    const callId = callIds.get(id)
    callIds.delete(id)
    if (callId === undefined || session.me === null) return
    await callApi('calls.quality', { params: { callId }, body: measured }).catch(() => null)
  }

  function stop(): void {
    starting += 1
    phone.value?.stop()
    phone.value = null
    if (calls.value.length > 0) calls.value = []
    failure.value = null
    state.value = { at: 'off' }
  }

  /** Takes calls by this kind from now on, on this computer. A call that is on is not cut: then nothing changes. */
  async function choose(next: PhoneKind): Promise<void> {
    if (calls.value.length > 0 || !kinds.value.includes(next)) return
    chosen.value = next
    localStorage.setItem(placeOfChoice(), next)
    if (next === 'browser') await takeHere()
    else {
      stop()
      // What cannot be told now ends with the session.
      await callApi('phone.close').catch(() => null)
    }
  }

  /** This window is to have the phone. What is talked in goes on here; what rings is first answered, or gone. */
  async function takeHere(): Promise<void> {
    if (windows.place.value === 'here') await start()
    else windows.take()
  }

  /** Tries again what needed a person. */
  function retry(): void {
    void start()
  }

  /** Ends every call here, as before signing out. */
  function endCalls(): void {
    for (const call of calls.value) phone.value?.hangUp(call.id)
  }

  // Another desk, or person, has another phone; without one there is none. What is being said meanwhile goes on.
  watch(
    [
      () => (session.me !== null && session.rights.has('desk.use') ? session.me.extension : null),
      () => session.me?.personId,
    ],
    ([extension], [before]) => {
      window.clearTimeout(asking)
      chosen.value = null
      atDesk.value = nothing
      if (calls.value.length === 0 && before !== undefined) stop()
      if (extension !== null) void look()
    },
    { immediate: true },
  )
  // The phone went with the session: whoever signs in again at the same desk has it again.
  watch(
    () => session.lost,
    (lost) => {
      if (lost === null && session.me?.extension != null) void look()
    },
  )
  watch(
    () => live.mine?.statuses.get(session.me?.extension ?? '')?.device,
    (inUse, before) => {
      if (inUse !== undefined && before !== undefined) followServer(inUse)
    },
  )
  /** A call of a queue for which it is so set is answered by itself, unless another one is on. */
  function answerByItself(): void {
    const rings = ringing.value
    if (rings?.pending !== null || calls.value.length > 1) return
    const offered = [...(live.mine?.deskCalls.values() ?? [])].filter(({ state: at }) => at === 'ringing')
    const queue = offered.length === 1 ? (offered[0]?.queue ?? null) : null
    if (queue !== null && live.mine?.autoAnswer.includes(queue) === true)
      phone.value?.answerByItself(rings.id)
  }

  watch([calls, () => live.mine?.deskCalls], () => {
    pair()
    answerByItself()
  })
  watch(
    () => sound.choice,
    (choice) => phone.value?.useSound(choice),
  )
  watch(calls, (now, before) => {
    if (now.length > before.length) failure.value = null
    if (now.length === 0 && before.length > 0) {
      if (session.me === null) stop()
      else if (windows.place.value === 'elsewhere') followPlace()
    }
    windows.look()
  })

  window.addEventListener('beforeunload', (event) => {
    if (calls.value.length > 0) event.preventDefault()
  })
  // Whoever leaves all the same has been asked. The page that comes next, as after a reload, takes the call back; where none
  // comes the server sees to it that nobody is left in a call with a page that is gone.
  window.addEventListener('pagehide', () => {
    const { me } = session
    if (me === null) endCalls()
    else {
      const left = phone.value?.leave() ?? []
      leaveCalls(sessionStorage, me.personId, left)
      windows.leave(left)
    }
  })

  return {
    kinds,
    kind,
    /** The desk phone does not answer or hold from here. */
    deaf: computed(() => atDesk.value.deaf),
    foundDeaf: () => (atDesk.value = { ...atDesk.value, deaf: true }),
    why: computed(() => atDesk.value.why),
    testNumber: computed(() => atDesk.value.testNumber),
    state,
    calls,
    ringing,
    active,
    failure,
    /** Another of my windows rings and notifies in place of this one. */
    isElsewhere: computed(() => windows.place.value === 'elsewhere'),
    isComing: windows.isComing,
    choose,
    takeHere,
    answerThere: () => windows.answerThere(),
    retry,
    endCalls,
    answer: (id: string) => phone.value?.answer(id),
    decline: (id: string) => phone.value?.decline(id),
    hangUp: (id: string) => phone.value?.hangUp(id),
    setMuted: (id: string, muted: boolean) => phone.value?.setMuted(id, muted),
    setHeld: (id: string, held: boolean) => phone.value?.setHeld(id, held),
    sendDigits: (id: string, tones: string) => phone.value?.sendDigits(id, tones),
    call: (number: string) => phone.value?.call(number),
  }
})
