import { z } from 'zod'

/**
 * What an agent, or a supervisor for them, has chosen of a queue. `joined`: signed in from here, until the desk is left.
 * `out`: signed out of a queue whose file names the phone: it stays a member, and is paused there. `leaving`: what was joined is
 * still to be taken out.
 */
export const queueChoiceSchema = z.object({ queue: z.string(), state: z.enum(['joined', 'out', 'leaving']) })
export type QueueChoice = z.infer<typeof queueChoiceSchema>

/** The choices with another for one queue; null for none. */
export function withChoice(
  choices: readonly QueueChoice[],
  queue: string,
  state: QueueChoice['state'] | null,
): QueueChoice[] {
  const others = choices.filter((one) => one.queue !== queue)
  return state === null ? others : [...others, { queue, state }]
}

/** What is left of the choices when the desk is left: whoever sits there next has the queues as the PBX has them. */
export function afterLeaving(choices: readonly QueueChoice[]): QueueChoice[] {
  return choices.flatMap(({ queue, state }): QueueChoice[] =>
    state === 'out' ? [] : [{ queue, state: 'leaving' }],
  )
}

/** The queues in which a phone that is named in a file stays paused. */
export function queuesLeft(choices: readonly QueueChoice[]): ReadonlySet<string> {
  return new Set(choices.filter(({ state }) => state === 'out').map(({ queue }) => queue))
}
