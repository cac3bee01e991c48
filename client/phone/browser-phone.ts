import { C, UA, type Socket } from 'jssip'
import type { RTCSession } from 'jssip/lib/RTCSession'
import { sipDomain, type OpenedPhone } from '../../shared/phone.ts'
import { ApiError } from '../api.ts'
import { newId } from '../ui/new-id.ts'
import { createCallSound } from './call-sound.ts'
import { microphone, microphoneState, onMicrophoneChange } from './microphone.ts'
import { countedOf, createLineMeter, type LineMeter } from './line-quality.ts'
import type { Phone, PhoneCall, PhoneFailure, PhoneListener } from './phone.ts'
import { nextPhoneState, triesAgain, type PhoneEvent, type PhoneState } from './phone-state.ts'
import { createSipSocket } from './sip-socket.ts'
import { constraintsOf, type SoundChoice } from './sound-choice.ts'

export interface BrowserPhoneOptions extends PhoneListener {
  /** Asks the server for the phone of the desk. @throws ApiError */
  open: () => Promise<OpenedPhone>
  /** Where to connect, once the server gave it. */
  url: string
  /** What is talked and listened with. */
  sound: SoundChoice
}

/** A call as this file handles it. */
interface Line {
  session: RTCSession
  call: PhoneCall
  stream: MediaStream | null
  meter: LineMeter
}

const dtmf = { transportType: C.DTMF_TRANSPORT.RFC2833, duration: 120, interToneGap: 80 }
/** JsSIP asks for the next connection a second after the end of one; when it is made is decided here. */
const recovery = { connection_recovery_min_interval: 1, connection_recovery_max_interval: 1 }
/** Half of this is what a phone may be thought to be there though it has gone. */
const registerSeconds = 120
const measureEveryMs = 2_000

/**
 * The phone in this window: JsSIP over the server's `/sip`, media straight to Asterisk. Asks for the microphone first: without
 * one it is not registered, so that no call rings where it cannot be answered.
 */
export function startBrowserPhone(options: BrowserPhoneOptions): Phone {
  let state: PhoneState = { at: 'off' }
  let ua: UA | null = null
  let stopped = false
  const lines = new Map<string, Line>()
  let choice = options.sound
  const sound = createCallSound(choice)
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
    onOpened: ({ endpoint, secret }) => {
      if (ua === null) return
      ua.set('authorization_user', endpoint)
      ua.set('password', secret)
    },
    onRefused: (error) =>
      happen({ type: 'refused', code: error instanceof ApiError ? error.code : 'unexpected' }),
    onClosed: (code) => happen({ type: 'closed', code }),
  })

  const publish = (): void => {
    const calls = [...lines.values()].map(({ call }) => call)
    sound.follow(calls)
    options.onCalls(calls)
  }
  const change = (id: string, next: Partial<PhoneCall>): void => {
    const line = lines.get(id)
    if (line === undefined) return
    line.call = { ...line.call, ...next }
    publish()
  }
  const forget = (id: string): void => {
    const line = lines.get(id)
    if (line === undefined) return
    lines.delete(id)
    const measured = line.meter.whole(newId())
    if (measured !== null) options.onMeasured(id, measured)
    for (const track of line.stream?.getTracks() ?? []) track.stop()
    sound.silence(id)
    publish()
    // No other call is to ring where nobody can speak.
    if (lines.size === 0 && (state.at === 'noMicrophone' || state.at === 'microphoneRefused')) ua?.stop()
  }

  const take = (session: RTCSession): void => {
    const inbound = session.direction.toString() === 'incoming'
    const call: PhoneCall = {
      id: session.id,
      direction: inbound ? 'inbound' : 'outbound',
      state: inbound ? 'ringing' : 'dialling',
      number: session.remote_identity.uri.user,
      muted: false,
      pending: null,
      quality: null,
    }
    const { id } = session
    lines.set(id, { session, call, stream: null, meter: createLineMeter() })
    session.on('accepted', () => change(id, { state: 'talking', pending: null }))
    session.on('muted', () => change(id, { muted: true }))
    session.on('unmuted', () => change(id, { muted: false }))
    session.on('ended', () => forget(id))
    session.on('failed', ({ originator, cause }) => {
      const failure = originator.toString() === 'local' && !inbound ? null : failureOf(cause, inbound)
      forget(id)
      if (failure !== null) options.onFailure(failure)
    })
    const listen = (connection: RTCPeerConnection): void => {
      connection.addEventListener('track', ({ streams, track }) => {
        sound.play(id, streams[0] ?? new MediaStream([track]))
      })
    }
    // A call of ours has its connection from the beginning, an answered one by the event.
    if (inbound) session.on('peerconnection', ({ peerconnection }) => listen(peerconnection))
    else listen(session.connection)
    publish()
  }

  const withMicrophone = async (work: (stream: MediaStream) => void): Promise<void> => {
    try {
      work(await microphone(choice))
    } catch (error) {
      if (!(error instanceof DOMException)) throw error
      options.onFailure('microphone')
      await lookForMicrophone()
    }
  }
  /** The call goes on while the microphone is changed; one that cannot be opened leaves it as it was. */
  const changeMicrophone = async (id: string, line: Line): Promise<void> => {
    const stream = await microphone(choice).catch(() => null)
    const [track] = stream?.getAudioTracks() ?? []
    if (stream === null || track === undefined) return
    if (lines.get(id) !== line) {
      track.stop()
      return
    }
    track.enabled = !line.call.muted
    const sender = line.session.connection.getSenders().find((one) => one.track?.kind === 'audio')
    await sender?.replaceTrack(track)
    for (const old of line.stream?.getTracks() ?? []) old.stop()
    line.stream = stream
  }
  const holdOthers = (but: string | null): void => {
    for (const [id, { call }] of lines) if (id !== but && call.state === 'talking') setHeld(id, true)
  }
  const setHeld = (id: string, held: boolean): void => {
    const line = lines.get(id)
    if (line === undefined || (line.call.state !== 'talking' && line.call.state !== 'held')) return
    if ((line.call.state === 'held') === held || line.call.pending !== null) return
    if (!held) holdOthers(id)
    change(id, { pending: held ? 'hold' : 'resume' })
    const done = (): void => change(id, { state: held ? 'held' : 'talking', pending: null })
    const asked = held ? line.session.hold({}, done) : line.session.unhold({}, done)
    if (!asked) change(id, { pending: null })
  }
  const end = (id: string, terms?: { status_code: number }): void => {
    const line = lines.get(id)
    if (line === undefined || line.call.pending === 'end') return
    change(id, { pending: 'end' })
    line.session.terminate(terms)
  }

  /** How the call sounds that is talked in, as the browser counts it. */
  const measure = async (): Promise<void> => {
    for (const [id, line] of lines) {
      if (line.call.state !== 'talking') continue
      const report: unknown = await line.session.connection.getStats().catch(() => null)
      if (report === null) continue
      const counted = countedOf((report as ReadonlyMap<string, Record<string, unknown>>).values())
      if (counted !== null && lines.get(id) === line)
        change(id, { quality: line.meter.take(counted, performance.now()) })
    }
  }
  const measuring = window.setInterval(() => void measure(), measureEveryMs)

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
  const agentFor = ({ endpoint, secret }: OpenedPhone): UA => {
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
      if (wasLost) sayWhereCallsAre()
    })
    agent.on('registrationFailed', () => {
      // The end of a connection is told by the connection itself.
      if (!socket.isConnected()) return
      happen({ type: 'notRegistered' })
      if (lines.size > 0) {
        // A call is ended over this connection, so it stays.
        void untilDue().then(renew)
        return
      }
      // By a new connection, and so a new secret.
      socket.disconnect()
      socket.ondisconnect(true)
    })
    agent.on('newRTCSession', ({ session }: { session: RTCSession }) => take(session))
    return agent
  }

  /**
   * Asterisk sends what it has to say of a call to where the phone was when it began: each call is told of the new connection,
   * and one that ended meanwhile ends here too.
   */
  const sayWhereCallsAre = (): void => {
    for (const { session } of lines.values()) if (session.isEstablished()) session.renegotiate()
  }

  /** Registers by a new secret over the connection that there is: another session begins while a call is on. */
  const renew = (): void => {
    if (!socket.isConnected()) return
    options.open().then(
      ({ secret }) => {
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
    } else if (is !== 'there' && lines.size === 0) ua?.stop()
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

  const answer = (id: string): void => {
    const line = lines.get(id)
    if (line?.call.state !== 'ringing') return
    change(id, { pending: 'answer' })
    void withMicrophone((stream) => {
      if (lines.get(id) !== line) {
        for (const track of stream.getTracks()) track.stop()
        return
      }
      line.stream = stream
      holdOthers(id)
      line.session.answer({ mediaStream: stream, pcConfig: { iceServers: [] } })
    }).finally(() => {
      if (line.stream === null) change(id, { pending: null })
    })
  }
  const isAnswered = (id: string): boolean => {
    const call = lines.get(id)?.call
    return call?.state !== 'ringing' || call.pending !== null
  }

  return {
    retry() {
      if (state.at === 'elsewhere' || state.at === 'problem') happen({ type: 'connecting' })
      else if (state.at === 'lost') wake()
      else if (state.at === 'ready') renew()
      else void lookForMicrophone()
    },
    answer(id) {
      if (!isAnswered(id)) answer(id)
    },
    answerByItself(id) {
      if (isAnswered(id)) return
      change(id, { pending: 'answer' })
      window.setTimeout(() => answer(id), sound.tone())
    },
    decline: (id) => end(id, { status_code: 486 }),
    hangUp: (id) => end(id),
    setMuted(id, muted) {
      const session = lines.get(id)?.session
      if (muted) session?.mute({ audio: true })
      else session?.unmute({ audio: true })
    },
    setHeld,
    sendDigits(id, tones) {
      const line = lines.get(id)
      if (line?.call.state === 'talking' && /^[\d*#]+$/.test(tones)) line.session.sendDTMF(tones, dtmf)
    },
    call(number) {
      void withMicrophone((stream) => {
        if (ua === null || state.at !== 'ready') {
          for (const track of stream.getTracks()) track.stop()
          options.onFailure('connection')
          return
        }
        holdOthers(null)
        const session = ua.call(`sip:${number.replaceAll('#', '%23')}@${sipDomain}`, {
          mediaStream: stream,
          pcConfig: { iceServers: [] },
        })
        const line = lines.get(session.id)
        if (line !== undefined) line.stream = stream
      })
    },
    useSound(next) {
      const isSameVoice = JSON.stringify(constraintsOf(next)) === JSON.stringify(constraintsOf(choice))
      choice = next
      sound.use(next)
      if (isSameVoice) return
      for (const [id, line] of lines) if (line.stream !== null) void changeMicrophone(id, line)
    },
    stop() {
      if (stopped) return
      stopped = true
      window.removeEventListener('online', wake)
      document.removeEventListener('visibilitychange', seen)
      stopLooking()
      window.clearInterval(measuring)
      ua?.stop()
      sound.stop()
      happen({ type: 'stop' })
    },
  }
}

/** JsSIP's words for why a call failed. */
const causes = C.causes as Readonly<Record<string, string>>

/** What a failed call means to the agent; null where they did it themselves, or see it by the call going away. */
function failureOf(cause: string, inbound: boolean): PhoneFailure | null {
  if (inbound) return cause === causes['WEBRTC_ERROR'] || cause === causes['RTP_TIMEOUT'] ? 'media' : null
  if (cause === causes['CANCELED']) return null
  if (cause === causes['BUSY']) return 'busy'
  if (cause === causes['REJECTED'] || cause === causes['NOT_FOUND'] || cause === causes['ADDRESS_INCOMPLETE'])
    return 'refusedThere'
  if (cause === causes['WEBRTC_ERROR'] || cause === causes['INCOMPATIBLE_SDP']) return 'media'
  return cause === causes['CONNECTION_ERROR'] ? 'connection' : 'notReached'
}
