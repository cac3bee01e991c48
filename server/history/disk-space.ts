import { statfsSync } from 'node:fs'

/** Room on the disk of a folder, in bytes. `free` is what an ordinary user may still write. */
export interface Space {
  total: number
  free: number
}

export type SpoolState = 'ok' | 'alarm' | 'full'

export interface DiskLimits {
  /** Fewer free bytes than this count as a full disk; the rest is kept for checkpoint, cursor and logs. */
  minimumFreeBytes: number
  /** From this share of the disk on, somebody should look, percent. */
  alarmPercent: number
}

export interface DiskSpace {
  /** Whether so many bytes may still be written; looks at the disk itself only when it is near its limit. */
  hasRoomFor: (bytes: number) => boolean
  /** A write has failed: full until `look` finds room. */
  sayFull: () => void
  /** Looks at the disk. Call it every few seconds. */
  look: () => void
  state: () => SpoolState
  usedPercent: () => number
}

/** A disk that was full must have this much more room than the minimum before it counts as usable again. */
const resumeBytes = 512 * 1024

/**
 * Watches the room on a disk.
 * @param readSpace how the disk is looked at; another one in tests
 * @throws the file system's error when the folder cannot be looked at, from `look` and at first
 */
export function watchDiskSpace(
  folder: string,
  limits: DiskLimits,
  readSpace: (folder: string) => Space = spaceOf,
): DiskSpace {
  let space = readSpace(folder)
  let full = space.free < limits.minimumFreeBytes
  let writtenSinceLook = 0

  const look = (): void => {
    space = readSpace(folder)
    writtenSinceLook = 0
    full = space.free < limits.minimumFreeBytes + (full ? resumeBytes : 0)
  }
  const usedPercent = (): number =>
    space.total === 0 ? 100 : Math.round(((space.total - space.free) / space.total) * 1000) / 10

  return {
    hasRoomFor: (bytes) => {
      if (full) return false
      if (space.free - writtenSinceLook - bytes < limits.minimumFreeBytes) {
        look()
        if (space.free - bytes < limits.minimumFreeBytes) full = true
      }
      if (full) return false
      writtenSinceLook += bytes
      return true
    },
    sayFull: () => {
      full = true
    },
    look,
    state: () => (full ? 'full' : usedPercent() >= limits.alarmPercent ? 'alarm' : 'ok'),
    usedPercent,
  }
}

function spaceOf(folder: string): Space {
  const { blocks, bavail, bsize } = statfsSync(folder)
  return { total: blocks * bsize, free: bavail * bsize }
}
