import { randomUUID } from 'node:crypto'
import type { Logger } from 'pino'
import type { Word } from '../../shared/calls.ts'
import type { CallTarget, CallTargets, ControlRequest } from '../../shared/control.ts'
import type { ReadNumber } from '../../shared/number-reader.ts'
import { ProblemError } from '../../shared/problems.ts'
import type { CallCommands, FeatureKey } from '../asterisk/call-commands.ts'
import type { Fact, FactType } from '../floor/facts.ts'
import type { Call, Contact, Floor } from '../floor/state.ts'
import type { DeskPhones } from './desk-phone.ts'
import type { KeptWord } from '../history/words.ts'
import { createOnce } from './once.ts'
import { createWaiters } from './waiters.ts'
import { dialString, isShort, targetsOf } from './targets.ts'

/** Who gives a command: where they sit, and who they are. */
export interface Commander {
  personId: string
  extension: string | null
}

export interface ControlOptions {
  floor: () => Floor
  commands: CallCommands
  /** The number by which a PBX rings a desk; null where the desk has no phone there. */
  numberOn: (extension: string, pbx: string) => string | null
  /** Whether whoever sits at a desk takes calls, by their status: the PBX knows of a break a moment later. */
  isReady: (extension: string) => boolean
  /** A queue as its own PBX calls it; null for one of another. */
  queueOn: (queue: string, pbx: string) => string | null
  /** A device as its own PBX calls it. */
  deviceOn: (device: string, pbx: string) => string
  readNumber: (raw: string, pbx: string) => ReadNumber
  /** What is dialled on a PBX before the digits of an international number. */
  internationalPrefix: (pbx: string) => string
  /** Keeps what is said for whoever gets the call next. @throws ProblemError `history.spool_full` */
  keepWord: (callId: string, word: KeptWord) => void
  wordsOf: (callId: string) => readonly KeptWord[]
  nameOf: (personId: string) => string | null
  /** More is said of a call than its desks show. */
  onWord: (callId: string) => void
  /** The phone book. */
  contacts: () => CallTargets['contacts']
  deskPhones: Pick<DeskPhones, 'answer' | 'hold'>
  log: Pick<Logger, 'info' | 'warn'>
  now?: () => number
}

/** What is done with a call in which the agent talks. */
type TalkRequest = Exclude<ControlRequest, { do: 'answer' }>

export type Control = ReturnType<typeof createControl>

/** How long a command may take until the floor shows what it asked for, ms. */
const doneWithinMs = 5_000

/** By which facts a command is seen to be done. */
const telling: ReadonlySet<FactType> = new Set([
  'consult.changed',
  'contact.ended',
  'call.recording',
  'call.parked',
])

const keyOf = {
  complete: 'atxfercomplete',
  cancel: 'atxferabort',
  swap: 'atxferswap',
  conference: 'atxferthreeway',
} as const satisfies Record<string, FeatureKey>

/**
 * What agents do with the calls that they are in. Asterisk does it, and says what came of it by its events: a command is
 * answered when the floor shows that it is done, or that it will not be.
 */
export function createControl(options: ControlOptions) {
  const { floor, commands, log } = options
  const now = options.now ?? Date.now
  const waiters = createWaiters(doneWithinMs)
  const once = createOnce<null>(now)
  /** The calls with which something is being done, by contact. */
  const busy = new Set<string>()

  function contactOf(commander: Commander, callId: string): { call: Call; contact: Contact } {
    const call = floor().calls.get(callId)
    if (!call) throw new ProblemError('call.unknown')
    const contact = call.contacts.find((one) => one.extension === commander.extension && one.endedAt === null)
    if (!contact) throw new ProblemError('call.not_yours')
    return { call, contact }
  }

  /** A talk as it is now: null once it is over for this agent. */
  function talk(callId: string, contactId: string): Contact | null {
    const contact = floor()
      .calls.get(callId)
      ?.contacts.find((one) => one.contactId === contactId)
    return contact?.endedAt === null ? contact : null
  }

  async function perform(callId: string, contact: Contact, request: TalkRequest): Promise<void> {
    const { contactId, channelId } = contact
    const consultIs = (wanted: (state: string | null) => boolean) => () =>
      wanted(talk(callId, contactId)?.consult?.state ?? null)
    const isOver = () => talk(callId, contactId) === null
    switch (request.do) {
      case 'transfer': {
        const exten = extenOf(callId, contact, request.to)
        leave(callId, contact, request.word)
        if (!(await commands.transfer(channelId, exten))) throw new ProblemError('control.not_dialable')
        return waiters.until(isOver)
      }
      case 'consult': {
        const exten = extenOf(callId, contact, request.to)
        const isOpen = request.to.kind === 'number' && !isShort(exten)
        leave(callId, contact, request.word)
        if (!(await commands.consult(channelId, exten, isOpen)))
          throw new ProblemError('control.not_dialable')
        // A phone that is busy ends it in the moment in which it began.
        const began = (fact: Fact) =>
          fact.type === 'consult.changed' && fact.contactId === contactId && fact.consult !== null
        return waiters.until(
          (facts) => isOver() || consultIs((state) => state !== null)() || facts.some(began),
        )
      }
      case 'complete':
        await commands.press(channelId, keyOf.complete)
        return waiters.until(isOver)
      case 'cancel':
        await commands.press(channelId, keyOf.cancel)
        return waiters.until(consultIs((state) => state === null))
      case 'swap': {
        const before = contact.consult?.state
        await commands.press(channelId, keyOf.swap)
        return waiters.until(consultIs((state) => state !== before))
      }
      case 'record': {
        const recordedOn = floor().calls.get(callId)?.recording?.channelId
        if (recordedOn === undefined) throw new ProblemError('control.not_recorded')
        await commands.pauseRecording(recordedOn, request.paused)
        return waiters.until(() => {
          const recording = floor().calls.get(callId)?.recording
          return !recording || recording.isPaused === request.paused
        })
      }
      case 'park': {
        const { customerChannelId, pbx = '' } = floor().calls.get(callId) ?? {}
        const device = floor().channels.get(channelId)?.device
        if (customerChannelId == null || device === undefined) throw new ProblemError('call.unknown')
        leave(callId, contact, request.word)
        await commands.park(customerChannelId, options.deviceOn(device, pbx))
        return waiters.until(isOver)
      }
      case 'hold':
      case 'resume':
        return options.deskPhones.hold(callId, contact, request.do === 'hold')
      case 'hangUp':
        await commands.hangUp(channelId)
        return waiters.until(isOver)
      case 'conference':
        await commands.press(channelId, keyOf.conference)
        return waiters.until(consultIs((state) => state === 'conference' || state === null))
    }
  }

  /** Refuses what makes no sense as the call stands. @throws ProblemError */
  function check(contact: Contact, request: TalkRequest): void {
    const state = contact.consult?.state ?? null
    if (request.do === 'transfer' || request.do === 'consult' || request.do === 'park') {
      if (state !== null) throw new ProblemError('control.consulting')
      return
    }
    if (request.do === 'hold' || request.do === 'resume') return
    if (request.do === 'record' || request.do === 'hangUp') return
    const needsTalk = request.do === 'swap' || request.do === 'conference'
    const open = needsTalk ? state === 'talking' || state === 'withCustomer' : state !== null
    if (!open || state === 'conference') throw new ProblemError('control.not_consulting')
  }

  /** What is dialled for a target. @throws ProblemError */
  function extenOf(callId: string, { extension }: Contact, to: CallTarget): string {
    const pbx = floor().calls.get(callId)?.pbx ?? ''
    switch (to.kind) {
      case 'agent': {
        const agent = floor().agents.get(to.extension)
        const number = options.numberOn(to.extension, pbx)
        if (!agent || number === null || to.extension === extension)
          throw new ProblemError('control.target_unknown')
        if (agent.state === 'offline' || agent.state === 'unreachable')
          throw new ProblemError('control.target_away')
        if (to.seen === 'free' && (agent.state !== 'free' || !options.isReady(to.extension)))
          throw new ProblemError('control.target_not_free')
        return number
      }
      case 'queue': {
        const queue = floor().queues.has(to.queue) ? options.queueOn(to.queue, pbx) : null
        if (queue === null) throw new ProblemError('control.target_unknown')
        return `queue-${queue}`
      }
      case 'number': {
        const dialled = dialString(
          to.number,
          (raw) => options.readNumber(raw, pbx),
          options.internationalPrefix(pbx),
        )
        if (dialled === null) throw new ProblemError('control.not_dialable')
        return dialled
      }
    }
  }

  /** Keeps what the next one is to know, before they can see the call. */
  function leave(callId: string, { extension, personId }: Contact, text: string): void {
    const last = options.wordsOf(callId).at(-1)
    // Said again with a second try.
    if (text === '' || (last?.by === personId && last.text === text)) return
    options.keepWord(callId, { wordId: randomUUID(), at: now(), extension, by: personId, text })
    options.onWord(callId)
  }

  /** @throws ProblemError */
  async function answer({ extension }: Commander, callId: string): Promise<null> {
    if (!floor().calls.has(callId)) throw new ProblemError('call.unknown')
    if (extension === null) throw new ProblemError('call.not_yours')
    try {
      await options.deskPhones.answer(callId, extension)
      return null
    } catch (error) {
      throw asProblem(error, { callId, did: 'answer' })
    }
  }

  async function run(commander: Commander, callId: string, request: ControlRequest): Promise<null> {
    if (request.do === 'answer') return answer(commander, callId)
    const { contact } = contactOf(commander, callId)
    if (busy.has(contact.contactId)) throw new ProblemError('control.under_way')
    check(contact, request)
    busy.add(contact.contactId)
    try {
      await perform(callId, contact, request)
      return null
    } catch (error) {
      throw asProblem(error, { callId, did: request.do })
    } finally {
      busy.delete(contact.contactId)
    }
  }

  function asProblem(error: unknown, about: { callId: string; did: string }): unknown {
    const code = (error as { code?: unknown }).code
    if (code === 'ami.refused_action' || code === 'ami.invalid_field' || code === 'ami.refused_login') {
      log.warn({ ...about, err: error }, 'The PBX refused what an agent asked of a call.')
      return new ProblemError('control.refused', { cause: error })
    }
    if (code === 'ami.timeout') return new ProblemError('control.not_done', { cause: error })
    if (typeof code === 'string' && code.startsWith('ami.'))
      return new ProblemError('pbx.unreachable', { cause: error })
    return error
  }

  return {
    /**
     * Does something with a call that this agent is in. The same command again is answered by what the first came to.
     * @throws ProblemError see `calls.control`
     */
    command: (commander: Commander, callId: string, request: ControlRequest): Promise<null> =>
      once(`${commander.personId} ${request.commandId}`, () => run(commander, callId, request)),

    /** Who and what a call of this agent can be sent to. @throws ProblemError `call.unknown`, `call.not_yours` */
    targets: (commander: Commander, callId: string): CallTargets => {
      const { call } = contactOf(commander, callId)
      return targetsOf(floor(), {
        own: commander.extension,
        at: now(),
        isHere: (extension) => options.numberOn(extension, call.pbx) !== null,
        isQueueHere: (queue) => options.queueOn(queue, call.pbx) !== null,
        isReady: options.isReady,
        nameOf: options.nameOf,
        contacts: options.contacts(),
      })
    },

    /** What was said for whoever gets this call next. */
    wordsOf: (callId: string): Word[] =>
      options.wordsOf(callId).map(({ wordId, at, by, text }) => ({
        wordId,
        at,
        by: by === null ? null : options.nameOf(by),
        text,
      })),

    /** What happened on the floor: what was waited for may be done. */
    take: (facts: readonly Fact[]): void => {
      if (facts.some(({ type }) => telling.has(type))) waiters.look(facts)
    },

    /** Nothing is waited for any more. */
    stop: (): void => waiters.stop(),
  }
}
