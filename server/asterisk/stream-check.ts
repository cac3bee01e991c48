import type { StreamHealth } from '../../shared/api.ts'
import { countKinds } from '../floor/floor.ts'
import type { PbxEvent } from '../floor/events.ts'

/** A difference by what it is about: told again by a second look it is no matter of moments. */
export function keyOfDifference(event: PbxEvent): string {
  const about: (string | null)[] = [event.type]
  if (event.type === 'channel.appeared') about.push(event.channel.channelId)
  if ('channelId' in event) about.push(event.channelId)
  if ('calledId' in event) about.push(event.calledId)
  if ('oneId' in event) about.push(event.oneId)
  if ('queue' in event) about.push(event.queue)
  if ('interface' in event) about.push(event.interface)
  if (event.type === 'member.set') about.push(event.member.queue, event.member.interface)
  return about.join(' ')
}

/**
 * Looks whether the stream of events was whole, by holding the floor against the PBX's lists. What differs at one look may
 * be on its way; what differs at two looks in the same way was missed.
 * @param look reads the lists, and returns what differs from the floor as it was when the reading began
 * @param pause between the two looks
 * @returns what was missed
 */
export async function missedBy(
  look: () => Promise<readonly PbxEvent[]>,
  pause: () => Promise<void>,
): Promise<PbxEvent[]> {
  const first = new Set((await look()).map(keyOfDifference))
  if (first.size === 0) return []
  await pause()
  return (await look()).filter((event) => first.has(keyOfDifference(event)))
}

/** The kinds of what was missed, for a person: `channel.gone 2, queue.left 1`. */
export function kindsOf(events: readonly PbxEvent[]): string {
  return Object.entries(countKinds(events))
    .map(([kind, count]) => `${kind} ${count}`)
    .join(', ')
}

/** Counts differences by kind, for health and metrics. */
export function createStreamCounters() {
  const counts: StreamHealth = { afterGaps: {}, defects: {}, checks: 0, checkedAt: null }
  const add = (to: Record<string, number>, differences: Readonly<Partial<Record<string, number>>>): void => {
    for (const [kind, count = 0] of Object.entries(differences)) to[kind] = (to[kind] ?? 0) + count
  }
  return {
    /** The floor says what differed from a snapshot. */
    reconciled: (why: 'first' | 'gap' | 'check', differences: Readonly<Partial<Record<string, number>>>) => {
      if (why === 'gap') add(counts.afterGaps, differences)
      if (why === 'check') add(counts.defects, differences)
    },
    checked: (at: number) => {
      counts.checks += 1
      counts.checkedAt = at
    },
    health: (): StreamHealth => ({
      ...counts,
      afterGaps: { ...counts.afterGaps },
      defects: { ...counts.defects },
    }),
  }
}
