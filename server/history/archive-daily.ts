import type { Logger } from 'pino'

const dayMs = 24 * 3_600_000
const retryMs = 3_600_000

/**
 * Archives now and then every day; after a failure again in an hour.
 * @param options `archive` moves what is from before a time (ms) and says how many documents went; `days`: what is younger
 *   than this stays, 0 archives nothing
 * @returns stops it; an archiving under way may be broken off, and goes on at the next start
 */
export function archiveDaily(options: {
  archive: (beforeMs: number) => Promise<readonly { file: string; documents: number }[]>
  days: number
  log: Pick<Logger, 'info' | 'warn'>
  now?: () => number
}): { stop: () => void } {
  const { archive, days, log, now = Date.now } = options
  let timer: NodeJS.Timeout | undefined
  let stopped = false

  const run = async (): Promise<void> => {
    let nextMs = dayMs
    try {
      const files = await archive(now() - days * dayMs)
      const documents = files.reduce((sum, file) => sum + file.documents, 0)
      if (documents > 0) log.info({ documents, files: files.length }, 'Old history was archived.')
    } catch (error) {
      log.warn({ err: error }, 'Old history could not be archived; it is tried again in an hour.')
      nextMs = retryMs
    }
    if (stopped) return
    timer = setTimeout(() => void run(), nextMs)
    timer.unref()
  }
  if (days > 0) void run()

  return {
    stop: () => {
      stopped = true
      clearTimeout(timer)
    },
  }
}
