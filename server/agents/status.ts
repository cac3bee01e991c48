import { z } from 'zod'
import {
  agentStatusSchema,
  deviceReasonId,
  missedNoticeSchema,
  statusAuthorSchema,
} from '../../shared/status.ts'
import { leftQueue, otherDevice } from '../floor/members.ts'
import type { MachineRules } from './machine-rules.ts'
import { afterLeaving, queueChoiceSchema, withChoice, type QueueChoice } from './queue-choices.ts'

/**
 * An agent's status as a pure machine: `(status, event) → status + commands + facts`. It has no clock and does nothing: time
 * comes with the events, commands are carried out by `agents.ts`.
 */

/** Why somebody is on a break: one of the centre's, or what the PBX was told by whoever paused them there. */
const reasonSchema = z.object({
  reasonId: z.string().nullable(),
  text: z.string().nullable(),
  paid: z.boolean(),
  limitMs: z.number().nullable(),
})
export type Reason = z.infer<typeof reasonSchema>

const authorSchema = z.object({
  by: statusAuthorSchema,
  /** Whoever it was; null for a rule and for the PBX. */
  byPersonId: z.string().nullable(),
})
export type Author = z.infer<typeof authorSchema>

/** What comes after a call or a wrap-up. */
const nextSchema = authorSchema.extend({
  state: z.enum(['ready', 'break', 'missed', 'away']),
  reason: reasonSchema.nullable(),
})
export type Next = z.infer<typeof nextSchema>

/** Times are ms since 1970 by the PBX's clock, as the floor's. */
export const statusSchema = authorSchema.extend({
  extension: z.string(),
  personId: z.string().nullable(),
  state: agentStatusSchema,
  since: z.number(),
  reason: reasonSchema.nullable(),
  /** When the wrap-up ends, or the break has been too long. */
  until: z.number().nullable(),
  /** By how much this wrap-up was extended so far. */
  extendedMs: z.number(),
  /** How long a wrap-up the call brings that is under way. */
  wrapUpMs: z.number(),
  /** What the call or wrap-up gives way to; null where neither is under way. */
  next: nextSchema.nullable(),
  /** Since when no console is open; null while one is. */
  consoleLostAt: z.number().nullable(),
  /** The browser phone by which calls are taken, as the floor names it; null while that is the desk phone. */
  browser: z.string().nullable().default(null),
  /** Since when the phone in use cannot ring; null while it can. */
  deviceLostAt: z.number().nullable().default(null),
  /** How many offered calls were missed in a row, with no talk between them. */
  misses: z.number().default(0),
  /** That a break began for them, for supervisors; null once one has seen it, or the agent is back. */
  missedNotice: missedNoticeSchema.nullable().default(null),
  /** What was chosen of single queues. */
  queues: z.array(queueChoiceSchema).default([]),
})
export type Status = z.infer<typeof statusSchema>

export type StatusEvent = { at: number } & (
  | { type: 'seated'; personId: string; hasConsole: boolean }
  | { type: 'left' }
  | ({ type: 'chosen'; to: { state: 'ready' } | { state: 'break'; reason: Reason } } & Author)
  | { type: 'extended' }
  /** Whether the agent is on the line, and how long a wrap-up that brings: none where no queue brought the call. */
  | { type: 'line'; talking: boolean; wrapUpMs: number }
  | { type: 'missed' }
  /** A supervisor has seen that a break began for missed calls. */
  | { type: 'noticeSeen' }
  /** Somebody paused or unpaused the agent at the PBX. */
  | { type: 'pbxPaused'; reason: Reason }
  | { type: 'pbxUnpaused' }
  | { type: 'consoleLost' | 'consoleBack' }
  /** Calls are taken by this browser phone from now on, or by the desk phone (null). */
  | { type: 'device'; browser: string | null }
  | { type: 'deviceLost' | 'deviceBack' }
  /** Something else is chosen of a queue, or nothing any more (null). */
  | { type: 'queue'; queue: string; choice: QueueChoice['state'] | null }
  | { type: 'time' }
)

/** How the agent is to stand in the queues. */
export interface Pause {
  paused: boolean
  reason: string | null
}

export type StatusCommand = { type: 'pause'; pause: Pause }

/** A time in one state. Whole, and of some length: the next begins where it ends. */
export interface Interval extends Author {
  extension: string
  personId: string
  state: Exclude<Status['state'], 'offline'>
  reason: Reason | null
  beganAt: number
  endedAt: number
}
export type StatusFact = { type: 'interval.ended'; interval: Interval }

export interface StatusStep {
  status: Status
  commands: StatusCommand[]
  facts: StatusFact[]
}

/** What Ringcard itself pauses for. Nobody at the PBX takes such a pause away. */
export const ownReasons = {
  wrapUp: 'ringcard:wrap-up',
  missed: 'ringcard:missed-call',
  away: 'ringcard:console-lost',
  device: 'ringcard:device-lost',
  offline: 'ringcard:signed-out',
  onCall: 'ringcard:on-call',
  /** Of a member that is a phone of the agent's which is not in use, whatever their status. */
  otherDevice,
  /** Of a member whose agent signed out of that queue. */
  leftQueue,
} as const
/** Why somebody is away whose phone was lost. */
const lostDevice: Reason = { reasonId: deviceReasonId, text: null, paid: false, limitMs: null }

const byRule: Author = { by: 'rule', byPersonId: null }
const byPbx: Author = { by: 'pbx', byPersonId: null }
const readyNext: Next = { state: 'ready', reason: null, ...byRule }

/** A desk at which nobody sits. */
export function nobodyAt(extension: string, at: number): Status {
  return {
    extension,
    personId: null,
    state: 'offline',
    since: at,
    ...byRule,
    reason: null,
    until: null,
    extendedMs: 0,
    wrapUpMs: 0,
    next: null,
    consoleLostAt: null,
    browser: null,
    deviceLostAt: null,
    misses: 0,
    missedNotice: null,
    queues: [],
  }
}

/**
 * How the phone in use is to stand in its queues. In a call it is paused already where a wrap-up or a break follows, so that
 * no call comes between the hang-up and that; and where it is the browser's, which the PBX thinks free while the agent talks
 * on the desk phone.
 */
export function pauseFor(status: Status): Pause {
  switch (status.state) {
    case 'ready':
      return { paused: false, reason: null }
    case 'onCall': {
      if (status.wrapUpMs > 0) return { paused: true, reason: ownReasons.wrapUp }
      const { state, reason } = status.next ?? readyNext
      if (state !== 'ready') return pausedIn(state, reason)
      return status.browser === null
        ? { paused: false, reason: null }
        : { paused: true, reason: ownReasons.onCall }
    }
    case 'wrapUp':
    case 'break':
    case 'missed':
    case 'away':
    case 'offline':
      return pausedIn(status.state, status.reason)
  }
}

function pausedIn(state: 'wrapUp' | 'break' | 'missed' | 'away' | 'offline', reason: Reason | null): Pause {
  if (state === 'break') return { paused: true, reason: reason?.reasonId ?? reason?.text ?? null }
  const isDevice = state === 'away' && reason?.reasonId === deviceReasonId
  return { paused: true, reason: ownReasons[isDevice ? 'device' : state] }
}

export function isSamePause(one: Pause, other: Pause): boolean {
  return one.paused === other.paused && (!one.paused || one.reason === other.reason)
}

/** When time alone changes the status; null for never. */
export function dueAt(status: Status, { graceMs, deviceGraceMs }: MachineRules): number | null {
  if (status.state === 'wrapUp') return status.until
  if (status.state !== 'ready') return null
  const due = Math.min(overAt(status.consoleLostAt, graceMs), overAt(status.deviceLostAt, deviceGraceMs))
  return due === Infinity ? null : due
}

/** When something has been lost for too long; never where it is there, or may be lost for ever. */
function overAt(lostAt: number | null, graceMs: number): number {
  return lostAt === null || graceMs === 0 ? Infinity : lostAt + graceMs
}

/** Whether the phone in use has been lost for so long that its agent cannot be ready. */
export function isDeviceLost(status: Status, { deviceGraceMs }: MachineRules, at: number): boolean {
  return at >= overAt(status.deviceLostAt, deviceGraceMs)
}

/** By how much the wrap-up may be extended now, ms; 0 for not at all. */
export function extendableMs(status: Status, { extendMs, extendMostMs }: MachineRules): number {
  if (status.state !== 'wrapUp') return 0
  return Math.max(0, Math.min(extendMs, extendMostMs - status.extendedMs))
}

/**
 * One step. An event of before the present state counts as of its beginning: times never go back.
 * @returns the same status object where nothing changed
 */
export function step(status: Status, event: StatusEvent, rules: MachineRules): StatusStep {
  const at = Math.max(event.at, status.since)
  const next = after(status, { ...event, at }, rules)
  const pause = pauseFor(next)
  const isFromPbx = event.type === 'pbxPaused' || event.type === 'pbxUnpaused'
  // What the PBX did itself need not be said to it, save where a pause of ours has to be set again.
  const isOwn = (Object.values(ownReasons) as (string | null)[]).includes(pause.reason)
  const isOver =
    next.since !== status.since || next.state !== status.state || next.personId !== status.personId
  const isNews = isFromPbx
    ? isOwn && next.state !== 'offline'
    : isOver || event.type === 'device' || event.type === 'queue' || !isSamePause(pauseFor(status), pause)
  const interval = isOver ? intervalOf(status, at) : null
  return {
    status: next,
    commands: isNews ? [{ type: 'pause', pause }] : [],
    facts: interval === null ? [] : [{ type: 'interval.ended', interval }],
  }
}

function intervalOf(status: Status, endedAt: number): Interval | null {
  const { extension, personId, state, reason, since: beganAt, by, byPersonId } = status
  if (personId === null || state === 'offline' || endedAt <= beganAt) return null
  return { extension, personId, state, reason, beganAt, endedAt, by, byPersonId }
}

function after(status: Status, event: StatusEvent, rules: MachineRules): Status {
  const { at } = event
  if (event.type === 'seated') {
    if (status.personId === event.personId && status.state !== 'offline') return status
    return {
      ...nobodyAt(status.extension, at),
      personId: event.personId,
      queues: afterLeaving(status.queues),
      state: 'ready',
      by: 'agent',
      byPersonId: event.personId,
      consoleLostAt: event.hasConsole ? null : at,
    }
  }
  if (event.type === 'queue') {
    const queues = withChoice(status.queues, event.queue, event.choice)
    return { ...status, queues: status.state === 'offline' ? afterLeaving(queues) : queues }
  }
  if (status.state === 'offline') return status
  switch (event.type) {
    case 'left':
      return { ...nobodyAt(status.extension, at), queues: afterLeaving(status.queues) }
    case 'chosen': {
      const { by, byPersonId, to } = event
      const next: Next = { reason: null, ...to, by, byPersonId }
      // Whoever asks is there, whatever the sockets say: the grace begins anew.
      const there = { ...status, consoleLostAt: status.consoleLostAt === null ? null : at }
      if (status.state === 'onCall') return isSameNext(status.next, next) ? status : { ...there, next }
      return isNow(status, next) ? status : enter(there, next, at, rules)
    }
    case 'extended': {
      const more = extendableMs(status, rules)
      if (more === 0) return status
      return { ...status, until: (status.until ?? at) + more, extendedMs: status.extendedMs + more }
    }
    case 'line':
      return event.talking ? talking(status, event.wrapUpMs, at) : talked(status, at, rules)
    case 'missed':
      return status.state === 'ready' ? missed(status, at, rules) : status
    case 'noticeSeen':
      return status.missedNotice === null ? status : { ...status, missedNotice: null }
    case 'pbxPaused': {
      const next: Next = { state: 'break', reason: event.reason, ...byPbx }
      if (status.state === 'onCall' || status.state === 'wrapUp')
        return isSameNext(status.next, next) ? status : { ...status, next }
      const isOwn = status.state === 'missed' || status.state === 'away'
      return isOwn || isNow(status, next) ? status : enter(status, next, at, rules)
    }
    case 'pbxUnpaused': {
      const next: Next = { ...readyNext, ...byPbx }
      if (status.state === 'break') return enter(status, next, at, rules)
      const breakFollows =
        status.state === 'onCall' && status.wrapUpMs === 0 && status.next?.state === 'break'
      return breakFollows ? { ...status, next } : status
    }
    case 'consoleLost':
      return status.consoleLostAt === null ? { ...status, consoleLostAt: at } : status
    case 'consoleBack':
      return status.consoleLostAt === null ? status : { ...status, consoleLostAt: null }
    case 'device':
      // What was lost, if anything was, is the phone before.
      return status.browser === event.browser
        ? status
        : { ...status, browser: event.browser, deviceLostAt: null }
    case 'deviceLost':
      return status.deviceLostAt === null ? { ...status, deviceLostAt: at } : status
    case 'deviceBack':
      return status.deviceLostAt === null ? status : { ...status, deviceLostAt: null }
    case 'time': {
      const due = dueAt(status, rules)
      if (due === null || due > at) return status
      return enter(status, status.next ?? readyNext, at, rules)
    }
  }
}

function missed(status: Status, at: number, rules: MachineRules): Status {
  const misses = status.misses + 1
  const { missedBreak } = rules
  if (missedBreak !== null && misses >= missedBreak.after) {
    const next: Next = { ...readyNext, state: 'break', reason: missedBreak.reason }
    return { ...enter(status, next, at, rules), misses: 0, missedNotice: { misses, at } }
  }
  const counted = { ...status, misses }
  return rules.missedCalls ? enter(counted, { ...readyNext, state: 'missed' }, at, rules) : counted
}

function talking(status: Status, wrapUpMs: number, at: number): Status {
  if (status.state === 'onCall') return wrapUpMs > status.wrapUpMs ? { ...status, wrapUpMs } : status
  // What is left of a wrap-up that another call breaks into comes after that.
  const left = status.state === 'wrapUp' ? Math.max(0, (status.until ?? at) - at) : 0
  const { state, reason, by, byPersonId } = status
  const isWaiting = state === 'break' || state === 'missed' || state === 'away'
  const next: Next | null = isWaiting ? { state, reason, by, byPersonId } : status.next
  return {
    ...status,
    state: 'onCall',
    since: at,
    ...byRule,
    reason: null,
    until: null,
    wrapUpMs: Math.max(wrapUpMs, left),
    next: next ?? readyNext,
    misses: 0,
    missedNotice: null,
  }
}

function talked(status: Status, at: number, rules: MachineRules): Status {
  if (status.state !== 'onCall') return status
  if (status.wrapUpMs === 0) return enter(status, status.next ?? readyNext, at, rules)
  return {
    ...status,
    state: 'wrapUp',
    since: at,
    ...byRule,
    until: at + status.wrapUpMs,
    wrapUpMs: 0,
  }
}

/** Goes into a state. Nobody becomes ready whose console or phone has been away for longer than it may. */
function enter(status: Status, next: Next, at: number, rules: MachineRules): Status {
  const isGone = at >= overAt(status.consoleLostAt, rules.graceMs)
  const isMute = isDeviceLost(status, rules, at)
  const away: Next = { ...readyNext, state: 'away', reason: isMute && !isGone ? lostDevice : null }
  const to: Next = next.state === 'ready' && (isGone || isMute) ? away : next
  return {
    ...nobodyAt(status.extension, at),
    personId: status.personId,
    consoleLostAt: status.consoleLostAt,
    browser: status.browser,
    deviceLostAt: status.deviceLostAt,
    misses: status.misses,
    queues: status.queues,
    ...to,
    until: to.reason?.limitMs == null ? null : at + to.reason.limitMs,
  }
}

function isNow(status: Status, next: Next): boolean {
  return status.state === next.state && isSameReason(status.reason, next.reason)
}

function isSameNext(one: Next | null, other: Next): boolean {
  return one?.state === other.state && isSameReason(one.reason, other.reason)
}

function isSameReason(one: Reason | null, other: Reason | null): boolean {
  return one?.reasonId === other?.reasonId && one?.text === other?.text
}
