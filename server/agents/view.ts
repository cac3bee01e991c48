import type { BreakReason, ShownReason, StatusRules, StatusView } from '../../shared/status.ts'
import { machineRules, reasonOf } from './machine-rules.ts'
import { extendableMs, type Reason, type Status } from './status.ts'

/** What the PBX gives as the reason of a pause: one of the centre's breaks, or a text of its own. */
export function reasonAtPbx(text: string | null, breaks: readonly BreakReason[]): Reason {
  const known = breaks.find(({ reasonId }) => reasonId === text)
  return known ? reasonOf(known) : { reasonId: null, text, paid: false, limitMs: null }
}

/** A status as people see it. */
export function statusView(
  status: Status,
  rules: StatusRules,
  pbx: StatusView['pbx'],
  nameOf: (personId: string) => string | null,
): Omit<StatusView, 'queues'> {
  const { extension, personId, state, since, until, reason, by, byPersonId, next, browser } = status
  const show = (one: Reason | null): ShownReason | null => one && shownReason(one, rules.breaks)
  return {
    extension,
    personId,
    state,
    since,
    until,
    reason: show(reason),
    device: browser === null ? 'desk' : 'browser',
    deviceLost: status.deviceLostAt !== null,
    by,
    byName: byPersonId === null ? null : nameOf(byPersonId),
    next: next === null || next.state === 'ready' ? null : { state: next.state, reason: show(next.reason) },
    extendSeconds: Math.round(extendableMs(status, machineRules(rules)) / 1000),
    missedNotice: status.missedNotice,
    pbx,
  }
}

/** A reason as people see it. */
export function shownReason(
  { reasonId, text, paid }: Omit<Reason, 'limitMs'>,
  breaks: readonly BreakReason[],
): ShownReason {
  return { reasonId, name: breaks.find((one) => one.reasonId === reasonId)?.name ?? null, text, paid }
}
