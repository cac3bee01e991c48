import { C, type UA } from 'jssip'
import type { RTCSession } from 'jssip/lib/RTCSession'
import type { IncomingRequest, IncomingResponse, OutgoingRequest } from 'jssip/lib/SIPMessage'
import { sipDomain } from '../../shared/phone.ts'
import { newId } from '../ui/new-id.ts'
import { createCallSound } from './call-sound.ts'
import { replacesHeader, type KeptCall } from './kept-calls.ts'
import { countedOf, createLineMeter, type LineMeter } from './line-quality.ts'
import { microphone } from './microphone.ts'
import type { Phone, PhoneCall, PhoneListener } from './phone.ts'
import { dialogOf, failureOf, type Dialog } from './sip-words.ts'
import { constraintsOf, type SoundChoice } from './sound-choice.ts'

export interface PhoneLinesOptions extends Omit<PhoneListener, 'onState'> {
  /** Who calls are made by; null while nothing is connected. */
  agent: () => UA | null
  isReady: () => boolean
  /** How sound finds its way. */
  configuration: () => RTCConfiguration
  /** What is talked and listened with. */
  sound: SoundChoice
  /** The microphone could not be opened. */
  onNoMicrophone: () => void
  /** The last call has ended. */
  onEmpty: () => void
}

/** The calls of the browser phone: what is asked of a phone but where it is registered. */
export interface PhoneLines extends Omit<Phone, 'retry' | 'stop'> {
  count: () => number
  /** Takes in a call that came, or that was made. */
  take: (session: RTCSession, request: IncomingRequest | OutgoingRequest) => void
  /** What is on is told where the phone is now, after a break. */
  sayWhereCallsAre: () => void
  /** Takes the place of a call which the page before left on. */
  takeBack: (call: KeptCall, extension: string) => void
  /** Another window goes on with what was on here: it is let go without a word to the other side. */
  letGo: () => void
  stop: () => void
}

/** A call as this file handles it. */
interface Line {
  session: RTCSession
  call: PhoneCall
  stream: MediaStream | null
  meter: LineMeter
  /** How SIP names the call; null before it is answered. */
  dialog: Dialog | null
  /** It takes the place of one that the page before left on. */
  isBack: boolean
}

const dtmf = { transportType: C.DTMF_TRANSPORT.RFC2833, duration: 120, interToneGap: 80 }
const measureEveryMs = 2_000
/** A way for sound that is not found in this time is not waited for: the call goes on with those that are. */
const iceWithinMs = 1_500

export function createPhoneLines(options: PhoneLinesOptions): PhoneLines {
  const lines = new Map<string, Line>()
  let choice = options.sound
  const sound = createCallSound(choice)

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
    if (lines.size === 0) options.onEmpty()
  }

  const take = (session: RTCSession, request: IncomingRequest | OutgoingRequest): void => {
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
    lines.set(id, { session, call, stream: null, meter: createLineMeter(), dialog: null, isBack: false })
    session.on('accepted', ({ response }: { response?: IncomingResponse | null }) => {
      const line = lines.get(id)
      if (line !== undefined)
        line.dialog = dialogOf(inbound ? (request as IncomingRequest) : null, response ?? null)
      change(id, { state: 'talking', pending: null })
    })
    let gathering: number | undefined
    session.on('icecandidate', ({ ready }) => {
      gathering ??= window.setTimeout(ready, iceWithinMs)
    })
    session.on('muted', () => change(id, { muted: true }))
    session.on('unmuted', () => change(id, { muted: false }))
    session.on('ended', () => forget(id))
    session.on('failed', ({ originator, cause }) => {
      const isBack = lines.get(id)?.isBack === true
      const own = originator.toString() === 'local' && !inbound
      const failure = isBack ? 'notTakenBack' : own ? null : failureOf(cause, inbound)
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
    // It was called for what I asked: whoever calls from outside cannot say so, for Asterisk passes no such header on.
    const info = inbound ? (request as IncomingRequest).getHeader('Call-Info') : undefined
    if (info?.includes('answer-after=0') === true && lines.size === 1) answerByItself(id)
  }
  const answerByItself = (id: string): void => {
    if (isAnswered(id)) return
    change(id, { pending: 'answer' })
    window.setTimeout(() => answer(id), sound.tone())
  }

  const withMicrophone = async (work: (stream: MediaStream) => void): Promise<void> => {
    try {
      work(await microphone(choice))
    } catch (error) {
      if (!(error instanceof DOMException)) throw error
      options.onFailure('microphone')
      options.onNoMicrophone()
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

  /**
   * A new call that takes the place of one which the page before left on: sound and keys go by this one from then on. A call
   * that was held is held again. Where it has ended meanwhile nothing is left to take.
   */
  const takeBack = (call: KeptCall, extension: string): void =>
    void withMicrophone((stream) => {
      const session = options.agent()?.call(`sip:${extension}@${sipDomain}`, {
        mediaStream: stream,
        pcConfig: options.configuration(),
        extraHeaders: [replacesHeader(call)],
      })
      const line = lines.get(session?.id ?? '')
      if (session === undefined || line === undefined) return
      line.stream = stream
      line.isBack = true
      const { number, direction } = call
      change(session.id, { number, direction })
      if (call.isHeld) session.on('confirmed', () => setHeld(session.id, true))
    })

  const answer = (id: string): void => {
    const line = lines.get(id)
    if (line?.call.state !== 'ringing' || line.call.pending === 'end') return
    change(id, { pending: 'answer' })
    void withMicrophone((stream) => {
      if (lines.get(id) !== line) {
        for (const track of stream.getTracks()) track.stop()
        return
      }
      line.stream = stream
      holdOthers(id)
      line.session.answer({ mediaStream: stream, pcConfig: options.configuration() })
    }).finally(() => {
      if (line.stream === null) change(id, { pending: null })
    })
  }
  const keep = (): KeptCall[] =>
    [...lines.values()].flatMap(({ call: { number, direction, state }, dialog }) =>
      dialog === null ? [] : [{ ...dialog, number, direction, isHeld: state === 'held', leftAt: Date.now() }],
    )
  const isAnswered = (id: string): boolean => {
    const call = lines.get(id)?.call
    return call?.state !== 'ringing' || call.pending !== null
  }

  return {
    count: () => lines.size,
    take,
    takeBack,
    sayWhereCallsAre() {
      for (const { session } of lines.values()) if (session.isEstablished()) session.renegotiate()
    },
    answer(id) {
      if (!isAnswered(id)) answer(id)
    },
    answerByItself,
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
        const agent = options.agent()
        if (agent === null || !options.isReady()) {
          for (const track of stream.getTracks()) track.stop()
          options.onFailure('connection')
          return
        }
        holdOthers(null)
        const session = agent.call(`sip:${number.replaceAll('#', '%23')}@${sipDomain}`, {
          mediaStream: stream,
          pcConfig: options.configuration(),
        })
        const line = lines.get(session.id)
        if (line !== undefined) line.stream = stream
      })
    },
    keep,
    leave() {
      for (const [id, { dialog }] of lines) if (dialog === null) end(id)
      return keep()
    },
    letGo() {
      // Nothing is connected any more, so that no message ends the call there.
      for (const id of [...lines.keys()]) end(id)
    },
    useSound(next) {
      const isSameVoice = JSON.stringify(constraintsOf(next)) === JSON.stringify(constraintsOf(choice))
      choice = next
      sound.use(next)
      if (isSameVoice) return
      for (const [id, line] of lines) if (line.stream !== null) void changeMicrophone(id, line)
    },
    stop() {
      window.clearInterval(measuring)
      sound.stop()
    },
  }
}
