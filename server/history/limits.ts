import type { DiskLimits } from './disk-space.ts'

/** How much history may take, and how sure it is. */
export interface HistoryLimits extends DiskLimits {
  segmentBytes: number
  /** What was written is put on the disk at least this often, ms. */
  syncEveryMs: number
  /** Ended calls that are held in memory while the database is away. */
  recentCalls: number
  /** How long the database keeps inputs, days. */
  inputDays: number
  /** How long whoever erases waits for the database to take what is not in it yet, ms. */
  eraseWithinMs: number
}

export const defaultHistoryLimits: HistoryLimits = {
  segmentBytes: 8 * 1024 * 1024,
  syncEveryMs: 100,
  minimumFreeBytes: 64 * 1024 * 1024,
  alarmPercent: 80,
  recentCalls: 2_000,
  inputDays: 30,
  eraseWithinMs: 10_000,
}
