import { randomUUID } from 'node:crypto'
import { companyOf, type Company } from '../../lab/simulator/world.ts'
import { readTrace } from '../../lab/traces/trace.ts'
import { createPeopleStore } from '../../server/people/model.ts'
import { cookieName, newToken, sessionIdOf } from '../../server/people/tokens.ts'
import type { CustomerBase } from './customer-base.ts'
import type { ConsoleSeat } from './messages.ts'

export const agentCount = 500
const queueCount = 25

const extensions = Array.from({ length: agentCount }, (_, index) => String(1001 + index))

/** The agent whose console is in Chromium, and who is called by name alone. */
export const paintingAgent = '1001'

/** The agents of each queue: twenty, and each in one queue. */
export const queues: ReadonlyMap<string, readonly string[]> = new Map(
  Array.from({ length: queueCount }, (_, index) => [
    `queue-${String(index + 1).padStart(2, '0')}`,
    extensions.filter((_extension, agent) => agent % queueCount === index),
  ]),
)

/** The queues and phones of the bench, in the form of the lab's. @param agentsOf who is in which queue */
export async function benchCompany(
  agentsOf: ReadonlyMap<string, readonly string[]> = queues,
): Promise<Company> {
  const lab = companyOf(await readTrace('hold'))
  const [queue] = lab.queues
  const [member] = queue?.members ?? []
  if (!queue || !member) throw new Error('The trace has no queue to take after.')
  return {
    ...lab,
    queues: [...agentsOf].map(([name, agents]) => ({
      params: queue.params.map(([key, value]) => [key, key === 'Queue' ? name : value]),
      members: agents.map((extension) => {
        const device = `PJSIP/${extension}`
        const own = new Map([
          ['Queue', name],
          ['Name', device],
          ['Location', device],
          ['StateInterface', device],
          ['Status', '1'],
        ])
        return member.map(([key, value]) => [key, own.get(key) ?? value])
      }),
    })),
    devices: new Map([...agentsOf.values()].flat().map((extension) => [`PJSIP/${extension}`, 'NOT_INUSE'])),
  }
}

/** The queue of an agent. */
export function queueOf(extension: string): string {
  for (const [queue, agents] of queues) if (agents.includes(extension)) return queue
  throw new Error(`No agent ${extension}`)
}

/**
 * Puts five hundred people into the database, at their desks and signed in, without five hundred passwords.
 * @returns the cookies of their sessions
 */
export async function signEverybodyIn({ database }: CustomerBase): Promise<ConsoleSeat[]> {
  const store = createPeopleStore(database.connection)
  await store.seed(extensions.map((extension) => ({ extension, interfaces: [`PJSIP/${extension}`] })))
  const at = new Date()
  const seats: ConsoleSeat[] = []
  for (const extension of extensions) {
    const personId = randomUUID()
    const token = newToken()
    await store.insertPerson({
      _id: personId,
      signInName: `agent.${extension}`,
      displayName: `Agent ${extension}`,
      // No password has this hash.
      passwordHash: '',
      roles: ['agent'],
      extension,
      active: true,
      locale: 'en',
      createdAt: at,
    })
    await store.insertSession({
      _id: sessionIdOf(token),
      personId,
      startedAt: at,
      seenAt: at,
      expiresAt: new Date(at.getTime() + 8 * 3_600_000),
    })
    await store.takeDesk(extension, personId)
    seats.push({ extension, cookie: `${cookieName(false)}=${token}` })
  }
  await store.bumpRevision()
  return seats
}

/** Gives out the agents of each queue, the one who has been free longest first. */
export class FreeAgents {
  private readonly free = new Map([...queues].map(([queue, agents]) => [queue, [...agents]]))

  /** @param extension this one, if it is free */
  take(queue: string, extension?: string): string {
    const agents = this.free.get(queue) ?? []
    const called = extension === undefined ? -1 : agents.indexOf(extension)
    const at = called >= 0 ? called : agents.findIndex((agent) => agent !== paintingAgent)
    const taken = agents[at]
    if (taken === undefined) throw new Error(`Nobody is free in ${queue}: too many calls for the bench.`)
    agents.splice(at, 1)
    return taken
  }

  release(queue: string, extension: string): void {
    this.free.get(queue)?.push(extension)
  }
}
