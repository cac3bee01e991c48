import type { CallTarget, CallTargets } from '../../shared/control.ts'
import { dialable } from '../phone/dialable.ts'

/** Something that can be chosen in the list. */
export interface Choice {
  id: string
  /** Null for a parking space. */
  to: CallTarget | null
  /** An agent who is not free can be asked, and sent to, all the same. */
  agent?: CallTargets['agents'][number]
  queue?: CallTargets['queues'][number]
  number?: string
  contact?: CallTargets['contacts'][number]
}

/**
 * What of all targets fits what somebody typed: colleagues, queues, the phone book, and the number itself where it is one.
 * Last the parking lot.
 * @param targets null: not known yet
 * @param park what the parking lot is called
 * @param typed parts of a name, an extension, a queue or a number
 */
export function choicesFor(targets: CallTargets | null, typed: string, park: string): Choice[] {
  const words = typed.toLocaleLowerCase().split(/\s+/).filter(Boolean)
  const fits = (text: string) => words.every((word) => text.toLocaleLowerCase().includes(word))
  const agents = (targets?.agents ?? [])
    .filter(({ displayName, extension }) => fits(`${displayName} ${extension}`))
    .map((agent): Choice => ({
      id: `agent-${agent.extension}`,
      to: { kind: 'agent', extension: agent.extension, seen: agent.state },
      agent,
    }))
  const queues = (targets?.queues ?? [])
    .filter(({ queue }) => fits(queue))
    .map((queue): Choice => ({
      id: `queue-${queue.queue}`,
      to: { kind: 'queue', queue: queue.queue },
      queue,
    }))
  const contacts = (targets?.contacts ?? [])
    .filter(({ name, number, group }) => fits(`${name} ${group} ${number} ${number.replace(/\D/g, '')}`))
    .map((contact): Choice => ({
      id: `contact-${contact.entryId}`,
      to: { kind: 'number', number: contact.number },
      contact,
    }))
  // As long as nobody stands there yet, Enter must not mean the parking lot.
  const mayPark = targets !== null && fits(park)
  const found = [...agents, ...queues, ...contacts, ...(mayPark ? [{ id: 'park', to: null }] : [])]
  const number = dialable(typed)
  const isOwn = agents.some(({ agent }) => agent?.extension === number)
  if (number === null || isOwn || !/^\+?\d+$/.test(number)) return found
  return [...found, { id: 'number', to: { kind: 'number', number }, number }]
}
