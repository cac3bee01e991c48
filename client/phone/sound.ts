import { defineStore } from 'pinia'
import { ref, shallowRef, watch } from 'vue'
import { useSession } from '../session/session.ts'
import { mediaDevices } from './microphone.ts'
import {
  devicesByUse,
  keepSound,
  readSound,
  usualSound,
  type SoundChoice,
  type SoundDevice,
} from './sound-choice.ts'

/** What somebody talks and listens with in this browser: kept per person, and what there is to choose from. */
export const useSound = defineStore('sound', () => {
  const session = useSession()
  const choice = shallowRef<SoundChoice>(usualSound)
  const microphones = ref<SoundDevice[]>([])
  const speakers = ref<SoundDevice[]>([])

  watch(
    () => session.me?.personId ?? null,
    (personId) => (choice.value = personId === null ? usualSound : readSound(localStorage, personId)),
    { immediate: true },
  )

  /** Uses something else from now on. */
  function choose(change: Partial<SoundChoice>): void {
    choice.value = { ...choice.value, ...change }
    if (session.me !== null) keepSound(localStorage, session.me.personId, choice.value)
  }

  /** Looks which devices there are; their names are known once the microphone may be used. */
  async function look(): Promise<void> {
    const found = devicesByUse((await mediaDevices()?.enumerateDevices()) ?? [])
    microphones.value = found.microphones
    speakers.value = found.speakers
  }

  return { choice, microphones, speakers, choose, look }
})
