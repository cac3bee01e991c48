import { UA, WebSocketInterface } from 'jssip'
import type { RTCSession } from 'jssip/lib/RTCSession'
import type { BarePhone } from '../messages.ts'

declare global {
  interface Window {
    startBarePhone: (options: BarePhone) => Promise<void>
  }
}

/**
 * What the console is held against: JsSIP and nothing else, straight to Asterisk. Keys do what they do in the console, and the
 * state of the call stands where the console has it. Resolves once it is registered.
 */
window.startBarePhone = ({ ws, endpoint, secret, domain, transferTo }) => {
  const slot = document.querySelector<HTMLElement>('[data-testid=call-slot]')
  const show = (state: string): void => {
    if (slot !== null) slot.dataset['state'] = state
  }
  let session: RTCSession | null = null
  const agent = new UA({
    sockets: new WebSocketInterface(ws),
    uri: `sip:${endpoint}@${domain}`,
    password: secret,
    session_timers: false,
  })
  agent.on('newRTCSession', (event: { session: RTCSession }) => {
    session = event.session
    show('ringing')
    session.on('accepted', () => show('talking'))
    session.on('ended', () => show('idle'))
    session.on('failed', () => show('idle'))
    session.on('peerconnection', ({ peerconnection }) => {
      peerconnection.addEventListener('track', ({ streams, track }) => {
        const sound = new Audio()
        sound.srcObject = streams[0] ?? new MediaStream([track])
        void sound.play()
      })
    })
  })
  const does: Record<string, (call: RTCSession) => void> = {
    F2: (call) => call.answer({ mediaConstraints: { audio: true, video: false } }),
    F6: (call) => {
      call.refer(`sip:${transferTo}@${domain}`, { eventHandlers: { accepted: () => call.terminate() } })
    },
    F7: (call) => {
      if (call.isOnHold().local) call.unhold({}, () => show('talking'))
      else call.hold({}, () => show('held'))
    },
  }
  window.addEventListener('keydown', (event) => {
    if (session === null || does[event.key] === undefined) return
    event.preventDefault()
    does[event.key]?.(session)
  })
  return new Promise((resolve, reject) => {
    agent.on('registered', () => resolve())
    agent.on('disconnected', ({ code, reason }: { code?: number; reason?: string }) =>
      reject(new Error(`No connection to ${ws}: ${code ?? ''} ${reason ?? ''}`)),
    )
    agent.on('registrationFailed', ({ cause }: { cause?: string }) =>
      reject(new Error(`Not registered: ${cause ?? ''}`)),
    )
    agent.start()
  })
}
