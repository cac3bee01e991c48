import {
  notices as known,
  noticeWords,
  type Notice,
  type NoticeCode,
  type NoticeValues,
} from '../../shared/notices.ts'
import type { LinkLog } from './link.ts'

/** What happens rather than is: forgotten when it has not happened for this long, ms. */
const fadesAfterMs = 3_600_000
const happenings: ReadonlySet<NoticeCode> = new Set(['pbx.clock_jumped', 'pbx.unannounced', 'pbx.name_cut'])

/** What is noticed of one PBX, until it is so no more. */
export interface Notices {
  /** It is so (still). Told in the log the first time, and when its values are others. */
  set: (code: NoticeCode, values?: NoticeValues) => void
  clear: (code: NoticeCode) => void
  list: () => Notice[]
}

/** @param now our clock, ms */
export function createNotices(pbx: string, { now, log }: { now: () => number; log: LinkLog }): Notices {
  const standing = new Map<NoticeCode, Notice>()
  const noticedAt = new Map<NoticeCode, number>()

  const fade = () => {
    for (const code of happenings) {
      if (now() - (noticedAt.get(code) ?? 0) > fadesAfterMs) standing.delete(code)
    }
  }
  return {
    set: (code, values = {}) => {
      fade()
      noticedAt.set(code, now())
      const before = standing.get(code)
      const same = before !== undefined && JSON.stringify(before.values) === JSON.stringify(values)
      const { level } = known[code]
      const words = same ? before.words : noticeWords(code, values)
      const since = before?.since ?? now()
      standing.set(code, { code, pbx, level, words, values, since, times: (before?.times ?? 0) + 1 })
      if (!same) log.warn({ pbx, code }, words)
    },
    clear: (code) => {
      if (standing.delete(code)) log.info({ pbx, code }, 'This is so no more.')
    },
    list: () => {
      fade()
      return [...standing.values()]
    },
  }
}
