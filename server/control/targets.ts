import type { CallTargets } from '../../shared/control.ts'
import type { ReadNumber } from '../../shared/number-reader.ts'
import type { Agent, Floor } from '../floor/state.ts'
import { queueView } from '../floor/views.ts'

/** What the floor does not know of whom a call may be sent to. */
export interface TargetContext {
  /** The desk of whoever asks. */
  own: string | null
  at: number
  /** Whether a desk has a phone on the PBX of the call. */
  isHere: (extension: string) => boolean
  isQueueHere: (queue: string) => boolean
  /** Whether whoever sits at a desk takes calls, by their status. */
  isReady: (extension: string) => boolean
  nameOf: (personId: string) => string | null
  contacts: CallTargets['contacts']
}

/** The order in which agents are shown: who can take a call now, then who soon might. */
const order: Record<Agent['state'], number> = {
  free: 0,
  ringing: 1,
  talking: 2,
  paused: 3,
  unreachable: 4,
  offline: 5,
}

/** Everybody and every queue that a call can be sent to, as the floor is now. */
export function targetsOf(
  floor: Floor,
  { own, at, isHere, isQueueHere, isReady, nameOf, contacts }: TargetContext,
): CallTargets {
  const agents = [...floor.agents.values()]
    .filter(({ extension, personId }) => personId !== null && extension !== own && isHere(extension))
    .map(({ extension, personId, state, since }) => ({
      extension,
      displayName: nameOf(personId ?? '') ?? extension,
      state: state === 'free' && !isReady(extension) ? ('paused' as const) : state,
      since,
    }))
    .sort((a, b) => order[a.state] - order[b.state] || a.displayName.localeCompare(b.displayName))
  const queues = [...floor.queues.keys()].filter(isQueueHere).map((name) => {
    const { waiting, longestWaitSince, agentsFree } = queueView(floor, name)
    return { queue: name, waiting, longestWaitSince, agentsFree }
  })
  return { at, agents, contacts, queues: queues.sort((a, b) => a.queue.localeCompare(b.queue)) }
}

/** The longest number that is dialled as it was typed: extensions, short codes, emergency numbers. */
const shortNumber = /^\d{2,6}$/

/** Whether a number is dialled as it is. */
export const isShort = (number: string): boolean => shortNumber.test(number)

/**
 * What is dialled for a number as somebody typed it: a short one as it is, another in its international form.
 * @param prefix what goes before the country's digits on this PBX: `00`
 * @returns digits; null for what is no number
 */
export function dialString(typed: string, read: (raw: string) => ReadNumber, prefix: string): string | null {
  const bare = typed.replace(/[\s().\-/]/g, '')
  if (!/^\+?\d{2,24}$/.test(bare)) return null
  if (isShort(bare)) return bare
  const { e164 } = read(bare)
  return e164 === null ? null : `${prefix}${e164.slice(1)}`
}
