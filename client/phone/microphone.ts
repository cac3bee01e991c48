import { constraintsOf, type SoundChoice } from './sound-choice.ts'

/** The browser's devices; null where the page is not served safely (https), for then it gives none. */
export function mediaDevices(): MediaDevices | null {
  return 'mediaDevices' in navigator ? navigator.mediaDevices : null
}

/** Opens the microphone for a call. @throws DOMException when there is none, or it may not be used */
export async function microphone(choice: SoundChoice): Promise<MediaStream> {
  const devices = mediaDevices()
  if (devices === null) throw new DOMException('not a safe page', 'SecurityError')
  return devices.getUserMedia({ audio: constraintsOf(choice), video: false })
}

/** Whether calls can be spoken in here: asks the person where the browser has not asked yet. */
export async function microphoneState(choice: SoundChoice): Promise<'there' | 'missing' | 'refused'> {
  try {
    const stream = await microphone(choice)
    for (const track of stream.getTracks()) track.stop()
    return 'there'
  } catch (error) {
    const refused = error instanceof DOMException && ['NotAllowedError', 'SecurityError'].includes(error.name)
    return refused ? 'refused' : 'missing'
  }
}

/**
 * Tells when microphones come and go, or may be used or no longer.
 * @returns ends it
 */
export function onMicrophoneChange(listener: () => void): () => void {
  const devices = mediaDevices()
  let permission: PermissionStatus | null = null
  let isOver = false
  devices?.addEventListener('devicechange', listener)
  // Not every browser tells of this permission, and none does where the page is not served safely.
  const asked = 'permissions' in navigator ? navigator.permissions.query({ name: 'microphone' }) : null
  asked
    ?.then((status) => {
      if (isOver) return
      permission = status
      status.addEventListener('change', listener)
    })
    .catch(() => undefined)
  return () => {
    isOver = true
    devices?.removeEventListener('devicechange', listener)
    permission?.removeEventListener('change', listener)
  }
}
