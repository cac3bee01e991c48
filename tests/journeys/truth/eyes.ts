import { waitUntil } from '../../../lab/asterisk/process.ts'
import { labPeople } from '../../../lab/centre.ts'
import type { Health } from '../../../shared/api.ts'
import type { ToldState } from '../../lab/comparer/pauses.ts'
import { watch, type Watcher } from '../../lab/support/watcher.ts'

/** Every console of a contact center, as the people before them see it. */
export interface Eyes {
  /** Whether the server hears the PBX, by what a supervisor is shown. */
  isLive: () => boolean
  /** What a supervisor is told of every connection. @throws while there is no server */
  health: () => Promise<Health>
  /** What is shown that is not so when no call is left; looked at until nothing is, or for some seconds. */
  ghosts: () => Promise<string[]>
  /** What a supervisor was shown of agents so far, in order. */
  states: () => ToldState[]
  close: () => void
}

const supervisor = 'petra'
/** News may take that long to reach everybody, ms. */
const graceMs = 5_000

/** Signs everybody of the company in, and has them look. */
export async function openEyes(url: string): Promise<Eyes> {
  const boss = await watch(url, supervisor)
  const agents = labPeople.filter(({ extension }) => extension !== undefined)
  const desks = new Map<string, Watcher>()
  for (const { signInName } of agents) desks.set(signInName, await watch(url, signInName))

  const seen = (): string[] => [
    ...boss.floorCalls().map(({ callId, stage }) => `${callId} is shown as ${stage}`),
    ...agents.flatMap(({ extension = '' }) => {
      const state = boss.agent(extension)?.state
      return state === 'ringing' || state === 'talking' ? [`${extension} is shown as ${state}`] : []
    }),
    ...[...desks].flatMap(([name, desk]) =>
      desk
        .deskCalls()
        .filter(({ state }) => state !== 'ended')
        .map(({ callId, state }) => `${name} has ${callId} on the desk, ${state}`),
    ),
  ]
  return {
    isLive: () => boss.linkState() === 'live',
    health: boss.health,
    ghosts: async () => {
      await waitUntil('nothing to be shown', () => seen().length === 0, { timeoutMs: graceMs }).catch(
        () => undefined,
      )
      return seen()
    },
    states: () =>
      boss
        .received()
        .flatMap(({ changes }) => changes)
        .flatMap((change) => {
          if (change.type !== 'agent.set') return []
          const { extension, state, since } = change.agent
          return [{ extension, state, since: since / 1000 }]
        }),
    close: () => {
      for (const desk of [boss, ...desks.values()]) desk.close()
    },
  }
}
