import { onBeforeUnmount, ref, watch, type Ref } from 'vue'
import { microphone } from './microphone.ts'
import { loudness, type SoundChoice } from './sound-choice.ts'

const everyMs = 60

/**
 * How loud the microphone is now, as long as the component stands.
 * @param onOpen told when it is open: some browsers name devices only then
 * @returns `level` from 0 to 1, and `failed` where the microphone cannot be opened
 */
export function useLevel(
  choice: () => SoundChoice,
  onOpen: () => void,
): { level: Ref<number>; failed: Ref<boolean> } {
  const level = ref(0)
  const failed = ref(false)
  let stop = (): void => undefined
  let turn = 0

  async function listen(): Promise<void> {
    stop()
    turn += 1
    const mine = turn
    let stream: MediaStream
    try {
      stream = await microphone(choice())
    } catch {
      if (mine === turn) failed.value = true
      return
    }
    const close = (): void => {
      for (const track of stream.getTracks()) track.stop()
    }
    if (mine !== turn) {
      close()
      return
    }
    failed.value = false
    onOpen()
    const context = new AudioContext()
    const analyser = context.createAnalyser()
    analyser.fftSize = 1_024
    context.createMediaStreamSource(stream).connect(analyser)
    const samples = new Float32Array(analyser.fftSize)
    const timer = window.setInterval(() => {
      analyser.getFloatTimeDomainData(samples)
      // Falls slowly, so that the eye can follow.
      level.value = Math.max(loudness(samples), level.value - 0.06)
    }, everyMs)
    stop = () => {
      window.clearInterval(timer)
      void context.close()
      close()
      level.value = 0
      stop = () => undefined
    }
  }
  watch(
    () => {
      const { microphone: device, echo, noise, level: even } = choice()
      return [device, echo, noise, even].join(' ')
    },
    () => void listen(),
    { immediate: true },
  )
  onBeforeUnmount(() => {
    turn += 1
    stop()
  })
  return { level, failed }
}
