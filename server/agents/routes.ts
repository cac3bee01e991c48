import { ProblemError } from '../../shared/problems.ts'
import type { Handlers } from '../http/mount.ts'
import type { Agents } from './agents.ts'
import type { Days } from './days.ts'
import type { Rules } from './rules.ts'

type StatusRoute = Extract<
  keyof Handlers,
  `status.${string}` | `agents.${string}` | `statusRules.${string}` | `days.${string}`
>

/**
 * How status is asked for and set over HTTP.
 * @param isDesk whether there is a desk of this extension
 * @param queues the queues that the PBXs have now
 */
export function statusRoutes(
  agents: Agents,
  rules: Rules,
  isDesk: (extension: string) => boolean,
  queues: () => Iterable<string>,
  days: Days,
): Pick<Handlers, StatusRoute> {
  const deskOf = ({ extension }: { extension: string }): string => {
    if (!isDesk(extension)) throw new ProblemError('desk.unknown')
    return extension
  }
  return {
    'status.read': ({ caller }) => agents.read(caller.extension),
    'status.set': ({ caller, body }) =>
      agents.choose(caller.extension, body, { by: 'agent', byPersonId: caller.personId }),
    'status.extend': ({ caller }) => agents.extend(caller.extension),
    'agents.setStatus': ({ caller, params, body }) =>
      agents.choose(deskOf(params), body, { by: 'supervisor', byPersonId: caller.personId }),
    'status.signIn': ({ caller, body }) => agents.signInTo(caller.extension, body, true),
    'agents.signIn': ({ params, body }) => agents.signInTo(deskOf(params), body, false),
    'agents.noticeSeen': ({ params }) => agents.noticeSeen(deskOf(params)),
    'days.mine': ({ caller, query }) => days.read(caller.personId, query.from, query.to, caller.rights),
    'days.read': ({ caller, params, query }) =>
      days.read(params.personId, query.from, query.to, caller.rights),
    'days.people': ({ query }) => days.people(query.from, query.to),
    'statusRules.read': () => ({ ...rules.read(), queues: [...queues()].sort() }),
    'statusRules.change': ({ caller, body }) => rules.change(body.rules, body.version, caller.personId),
  }
}
