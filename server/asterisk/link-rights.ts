import type { AmiClass } from './ami-classes.ts'
import { AmiError } from './errors.ts'
import type { Notices } from './notices.ts'
import type { EventCounters } from './translate.ts'

/** The classes without which part of the floor is not seen. */
const wantedClasses = ['call', 'agent', 'user', 'system', 'dialplan'] as const satisfies readonly AmiClass[]

/** A Getvar was not answered: says so where a right is missing, and lets it be where the channel has gone. */
export function noteRefusedGetvar(
  error: unknown,
  notices: Pick<Notices, 'set'>,
  counters: EventCounters,
): void {
  if (!(error instanceof AmiError) || error.code !== 'ami.refused_action') return
  // A channel that has gone meanwhile is no oddity; a right that is missing is.
  if (error.detail?.includes('ermission') !== true) return
  counters.malformed.set('Getvar refused', (counters.malformed.get('Getvar refused') ?? 0) + 1)
  notices.set('pbx.no_getvar')
}

/** What the AMI user hears, as the PBX's files say: a class that is missing makes no noise. */
export function noteClasses(
  heard: ReadonlySet<AmiClass> | null,
  user: string,
  notices: Pick<Notices, 'set' | 'clear'>,
): void {
  const missing = wantedClasses.filter((each) => heard?.has(each) === false)
  if (missing.includes('call')) notices.set('pbx.no_call_events', { user })
  else notices.clear('pbx.no_call_events')
  const others = missing.filter((each) => each !== 'call')
  if (others.length > 0) notices.set('pbx.classes_missing', { user, classes: others.join(', ') })
  else notices.clear('pbx.classes_missing')
}
