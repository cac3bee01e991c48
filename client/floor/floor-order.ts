import type { AgentView, FloorCall } from '../../shared/calls.ts'

const stageRank: Readonly<Record<FloorCall['stage'], number>> = {
  waiting: 0,
  kept: 0,
  ringing: 1,
  calling: 1,
  parked: 2,
  held: 3,
  arriving: 4,
  talking: 5,
  elsewhere: 6,
}
const stateRank: Readonly<Record<AgentView['state'], number>> = {
  unreachable: 0,
  ringing: 1,
  talking: 2,
  paused: 3,
  free: 4,
  offline: 5,
}

/** Calls with trouble on top: who waits before who talks, and within that who has done so longest. */
export function callsByTrouble(calls: readonly FloorCall[]): FloorCall[] {
  return [...calls].sort((a, b) => stageRank[a.stage] - stageRank[b.stage] || a.since - b.since)
}

/** Agents with trouble on top: an unreachable phone first, those off duty last; within that the longest first. */
export function agentsByTrouble(agents: readonly AgentView[]): AgentView[] {
  return [...agents].sort(
    (a, b) =>
      stateRank[a.state] - stateRank[b.state] || a.since - b.since || a.extension.localeCompare(b.extension),
  )
}
