import { UA, type Socket } from 'jssip'
import type { RTCSession } from 'jssip/lib/RTCSession'
import type { IncomingRequest, OutgoingRequest } from 'jssip/lib/SIPMessage'
import { phoneClosed, sipDomain, type IceServers, type OpenedPhone } from '../../shared/phone.ts'
import { ApiError } from '../api.ts'
import { microphoneState, onMicrophoneChange } from './microphone.ts'
import { createIceWay } from './ice-way.ts'
import type { KeptCall } from './kept-calls.ts'
import { createPhoneLines } from './phone-lines.ts'
import type { Phone, PhoneListener } from './phone.ts'
import { nextPhoneState, triesAgain, type PhoneEvent, type PhoneState } from './phone-state.ts'
import { createSipSocket } from './sip-socket.ts'
import type { SoundChoice } from './sound-choice.ts'

export interface BrowserPhoneOptions extends PhoneListener {
  /** Asks the server for the phone of the desk. @throws ApiError */
  open: () => Promise<OpenedPhone>
  /** Asks the server anew how sound finds its way. @throws ApiError */
  ice: () => Promise<IceServers>
  /** Where to connect, once the server gave it. */
  url: string
  /** What is talked and listened with. */
  sound: SoundChoice
  /** What was on in the page before this one. */
  kept: readonly KeptCall[]
}

/** JsSIP asks for the next connection a second after the end of one; when it is made is decided here. */
const recovery = { connection_recovery_min_interval: 1, connection_recovery_max_interval: 1 }
/** Half of this is what a phone may be thought to be there though it has gone. */
const registerSeconds = 120

/**
 * The phone in this window: JsSIP over the server's `/sip`, media straight to Asterisk. Asks for the microphone first: without
 * one it is not registered, so that no call rings where it cannot be answered.
 */
export function startBrowserPhone(options: BrowserPhoneOptions): Phone {
  let state: PhoneState = { at: 'off' }
  let ua: UA | null = null
  let stopped = false
  let extension = ''
  const kept = [...options.kept]
  const way = createIceWay(options.ice)
  let choice = options.sound
  const waiting = new Set<() => void>()
  /** What the server gave when the phone was made, for the first connection. */
  let first: OpenedPhone | null = null

  const happen = (event: PhoneEvent): void => {
    state = nextPhoneState(state, event, { now: Date.now(), random: Math.random() })
    for (const look of [...waiting]) look()
    options.onState(state)
  }

  /** Resolves when the phone may try to connect: not before the time of a lost one, and not while a person is needed. */
  const untilDue = (): Promise<void> =>
    new Promise((resolve) => {
      let timer: number | undefined
      const look = (): void => {
        window.clearTimeout(timer)
        if (stopped) return
        if (!triesAgain(state)) {
          waiting.add(look)
          return
        }
        const waitMs = state.at === 'lost' ? state.retryAt - Date.now() : 0
        waiting.add(look)
        if (waitMs > 0) timer = window.setTimeout(look, waitMs)
        else {
          waiting.delete(look)
          resolve()
        }
      }
      look()
    })

  const socket = createSipSocket({
    url: options.url,
    open: () => {
      const opened = first
      first = null
      return opened === null ? options.open() : Promise.resolve(opened)
    },
    untilDue,
    onOpened: ({ endpoint, secret, ice: found }) => {
      way.use(found)
      if (ua === null) return
      ua.set('authorization_user', endpoint)
      ua.set('password', secret)
    },
    onRefused: (error) =>
      happen({ type: 'refused', code: error instanceof ApiError ? error.code : 'unexpected' }),
    onClosed: (code) => {
      happen({ type: 'closed', code })
      if (code === phoneClosed.takenOver) lines.letGo()
    },
  })

  const lines = createPhoneLines({
    ...options,
    agent: () => ua,
    isReady: () => state.at === 'ready',
    configuration: way.configuration,
    onNoMicrophone: () => void lookForMicrophone(),
    // No other call is to ring where nobody can speak.
    onEmpty: () => {
      if (state.at === 'noMicrophone' || state.at === 'microphoneRefused') ua?.stop()
    },
  })

  const startAgent = (): void => {
    if (ua !== null) {
      ua.start()
      return
    }
    // The name is known once the server gives the phone: until then nothing is sent.
    void options
      .open()
      .then((opened) => {
        if (stopped || ua !== null) return
        first = opened
        ua = agentFor(opened)
        ua.start()
      })
      .catch((error: unknown) => {
        happen({ type: 'refused', code: error instanceof ApiError ? error.code : 'unexpected' })
        void untilDue().then(() => {
          if (!stopped && ua === null) startAgent()
        })
      })
  }
  const agentFor = ({ endpoint, secret, extension: own }: OpenedPhone): UA => {
    extension = own
    const agent = new UA({
      // JsSIP asks for these members, and for no class.
      sockets: socket as unknown as Socket,
      uri: `sip:${endpoint}@${sipDomain}`,
      password: secret,
      register_expires: registerSeconds,
      session_timers: false,
      user_agent: 'Ringcard',
      ...recovery,
    })
    agent.on('connected', () => happen({ type: 'connecting' }))
    agent.on('registered', () => {
      const wasLost = state.at === 'lost'
      happen({ type: 'registered' })
      // Asterisk sends what it has to say of a call to where the phone was when it began: each call is told of the new
      // connection, and one that ended meanwhile ends here too.
      if (wasLost) lines.sayWhereCallsAre()
      for (const call of kept.splice(0)) lines.takeBack(call, extension)
    })
    agent.on('registrationFailed', () => {
      // The end of a connection is told by the connection itself.
      if (!socket.isConnected()) return
      happen({ type: 'notRegistered' })
      if (lines.count() > 0) {
        // A call is ended over this connection, so it stays.
        void untilDue().then(renew)
        return
      }
      // By a new connection, and so a new secret.
      socket.disconnect()
      socket.ondisconnect(true)
    })
    agent.on(
      'newRTCSession',
      ({ session, request }: { session: RTCSession; request: IncomingRequest | OutgoingRequest }) =>
        lines.take(session, request),
    )
    return agent
  }

  /** Registers by a new secret over the connection that there is: another session begins while a call is on. */
  const renew = (): void => {
    if (!socket.isConnected()) return
    options.open().then(
      ({ secret, ice }) => {
        way.use(ice)
        ua?.set('password', secret)
        ua?.register()
      },
      (error: unknown) =>
        happen({ type: 'refused', code: error instanceof ApiError ? error.code : 'unexpected' }),
    )
  }

  const lookForMicrophone = async (): Promise<void> => {
    const is = await microphoneState(choice)
    if (stopped) return
    const before = state.at
    happen({ type: 'microphone', is })
    if (
      is === 'there' &&
      (before === 'starting' || before === 'noMicrophone' || before === 'microphoneRefused')
    ) {
      startAgent()
      if (ua?.isRegistered() === true) happen({ type: 'registered' })
    } else if (is !== 'there' && lines.count() === 0) ua?.stop()
  }

  const wake = (): void => happen({ type: 'wake' })
  const seen = (): void => {
    if (!document.hidden) wake()
  }
  window.addEventListener('online', wake)
  document.addEventListener('visibilitychange', seen)
  const stopLooking = onMicrophoneChange(() => void lookForMicrophone())

  happen({ type: 'start' })
  void lookForMicrophone()

  return {
    ...lines,
    retry() {
      if (state.at === 'elsewhere' || state.at === 'problem') happen({ type: 'connecting' })
      else if (state.at === 'lost') wake()
      else if (state.at === 'ready') renew()
      else void lookForMicrophone()
    },
    useSound(next) {
      choice = next
      lines.useSound(next)
    },
    stop() {
      if (stopped) return
      stopped = true
      window.removeEventListener('online', wake)
      document.removeEventListener('visibilitychange', seen)
      stopLooking()
      way.stop()
      ua?.stop()
      lines.stop()
      happen({ type: 'stop' })
    },
  }
}
