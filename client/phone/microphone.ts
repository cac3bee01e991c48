/** What calls ask of a microphone: no echo of the caller's own voice, less noise, an even level. */
const audio: MediaTrackConstraints = { echoCancellation: true, noiseSuppression: true, autoGainControl: true }

/** The browser's devices; null where the page is not served safely (https), for then it gives none. */
export function mediaDevices(): MediaDevices | null {
  return 'mediaDevices' in navigator ? navigator.mediaDevices : null
}

/** Opens the microphone for a call. @throws DOMException when there is none, or it may not be used */
export async function microphone(): Promise<MediaStream> {
  const devices = mediaDevices()
  if (devices === null) throw new DOMException('not a safe page', 'SecurityError')
  return devices.getUserMedia({ audio, video: false })
}

/** Whether calls can be spoken in here: asks the person where the browser has not asked yet. */
export async function microphoneState(): Promise<'there' | 'missing' | 'refused'> {
  try {
    const stream = await microphone()
    for (const track of stream.getTracks()) track.stop()
    return 'there'
  } catch (error) {
    const refused = error instanceof DOMException && ['NotAllowedError', 'SecurityError'].includes(error.name)
    return refused ? 'refused' : 'missing'
  }
}
