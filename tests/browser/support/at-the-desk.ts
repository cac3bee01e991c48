import type { Locale, Me } from '../../../shared/people.ts'
import type { Change } from '../../../shared/realtime.ts'
import * as cast from './cast.ts'
import { definition } from './result-cast.ts'
import type { ScriptedServer } from './scripted-server.ts'

/** Nina, or somebody else, at a desk of a full day. */
export function ninaSits(
  server: ScriptedServer,
  now: number,
  locale: Locale,
  changes: Change[] = [],
  me: Me = cast.nina,
): void {
  server.me = { ...me, locale }
  for (const queue of cast.queuesOf(now)) server.show(`queue:${queue.name}`, [{ type: 'queue.set', queue }])
  server.show('link', [{ type: 'link.set', link: cast.link(now) }])
  const today = cast.morning(now).map((call): Change => ({ type: 'today.set', call }))
  const own = cast.agentsOf(now).filter(({ extension }) => extension === me.extension)
  const agents = own.map((agent): Change => ({ type: 'agent.set', agent: { ...agent, state: 'free' } }))
  const results: Change = { type: 'dispositions.set', version: 2 }
  server.replies.set('POST /api/customers/', ({ body }) => ({
    ...(body as { noteId: string; text: string }),
    at: Date.now(),
    by: me.displayName,
    byPersonId: me.personId,
  }))
  server.replies.set('GET /api/dispositions', () => ({ version: 2, definition }))
  server.replies.set('GET /api/dispositions/unfinished/counts', () => ({ people: [] }))
  server.replies.set('GET /api/dispositions/unfinished', () => ({ calls: [] }))
  server.show(`person:${me.personId}`, [...today, ...agents, results, ...changes])
}
