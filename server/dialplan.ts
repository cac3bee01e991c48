import type { Logger } from 'pino'
import { pbxOfId } from '../shared/pbx-names.ts'
import { extensionSchema } from '../shared/people.ts'
import type { MatchedCall } from './customers/matching.ts'
import { preferredAgentOf } from './customers/preferred-agent.ts'
import type { Call } from './floor/state.ts'

/** In the order in which they are set: the dialplan goes on as soon as it is told that the rest is there. */
interface DialplanVariables {
  /** How many digits a PIN has, for whoever reads one; left out where PINs are not used. */
  RINGCARD_PIN_DIGITS?: string
  RINGCARD_TIER: string
  /** The extension of the agent whom the customer would rather have; empty for nobody. */
  RINGCARD_AGENT: string
  /** The queues that are closed now, `&support&sales&`; left out where none has been. */
  RINGCARD_CLOSED?: string
  RINGCARD_READY: '1'
}

/** What telling the dialplan needs of the other parts. */
export interface DialplanOptions {
  /** A call on the floor. */
  callOf: (callId: string) => Call | undefined
  /** The number by which this PBX rings the desk where a person sits now; null where they sit at none, or at none of it. */
  deskOf: (personId: string, pbx: string) => string | null
  /** The queues of a PBX that are closed now, by its own names. */
  closedQueues: (pbx: string) => readonly string[]
  /** How many digits a PIN has; null where PINs are not used. */
  pinDigits: () => number | null
  setVariables: (channelId: string, variables: Readonly<Record<string, string>>) => Promise<void>
  log: Pick<Logger, 'info'>
  now: () => number
}

/** Tells the dialplan, in variables of the caller's channel, what it may decide by. Nothing in them was supplied by the caller. */
export interface Dialplan {
  /**
   * A call was heard. Which queues are closed, and how long a PIN is, hangs on no look-up, which may take longer than the
   * dialplan waits.
   */
  callStarted: (callId: string) => void
  /** A call was found in progress: what it was told before is not known. */
  foundInProgress: (callId: string) => void
  /** A look-up came to something. */
  callFound: (callId: string, matched: MatchedCall) => void
  /** A card changed, or somebody said who is calling: tells it where it matters to the dialplan. */
  cardChanged: (callId: string, matched: MatchedCall) => void
  /** Forgets what it told of the calls that are over. */
  forget: (isOver: (callId: string) => boolean) => void
}

export function createDialplan(options: DialplanOptions): Dialplan {
  /** What was told, by call. */
  const told = new Map<string, Partial<DialplanVariables>>()

  function variablesFor(callId: string, { customer }: MatchedCall): DialplanVariables {
    const agent = customer && preferredAgentOf(customer, options.now())
    const desk = extensionSchema.safeParse(agent === null ? null : options.deskOf(agent, pbxOfId(callId)))
    return {
      RINGCARD_TIER: customer?.tier ?? '',
      RINGCARD_AGENT: desk.success ? desk.data : '',
      ...closedVariable(callId),
      RINGCARD_READY: '1',
    }
  }

  /** Nothing where no queue is closed, unless one was told to be, and is open by now. */
  function closedVariable(callId: string): Pick<DialplanVariables, 'RINGCARD_CLOSED'> {
    const closed = options.closedQueues(pbxOfId(callId))
    if (closed.length > 0) return { RINGCARD_CLOSED: `&${closed.join('&')}&` }
    return told.get(callId)?.RINGCARD_CLOSED === undefined ? {} : { RINGCARD_CLOSED: '' }
  }

  function tell(callId: string, variables: Partial<DialplanVariables>): void {
    const call = options.callOf(callId)
    if (call?.direction !== 'inbound' || call.customerChannelId === null || call.endedAt !== null) return
    told.set(callId, variables)
    options.setVariables(call.customerChannelId, { ...variables }).catch((error: unknown) => {
      // The caller may be gone by now, or the link: the dialplan goes on by itself after 200 ms.
      options.log.info({ callId, err: error }, 'The dialplan could not be told who is calling.')
    })
  }

  return {
    callStarted: (callId) => {
      const digits = options.pinDigits()
      const variables = {
        ...closedVariable(callId),
        ...(digits === null ? {} : { RINGCARD_PIN_DIGITS: String(digits) }),
      }
      if (Object.keys(variables).length > 0) tell(callId, variables)
    },
    foundInProgress: (callId) => {
      // So that a queue that was closed then, and is open by now, is not left closed to it.
      if (!told.has(callId)) told.set(callId, { RINGCARD_CLOSED: '' })
    },
    callFound: (callId, matched) => tell(callId, variablesFor(callId, matched)),
    cardChanged: (callId, matched) => {
      const variables = variablesFor(callId, matched)
      const before = told.get(callId)
      const isNews =
        before?.RINGCARD_TIER !== variables.RINGCARD_TIER ||
        before.RINGCARD_AGENT !== variables.RINGCARD_AGENT
      if (isNews) tell(callId, variables)
    },
    forget: (isOver) => {
      for (const callId of told.keys()) if (isOver(callId)) told.delete(callId)
    },
  }
}
