import { onScopeDispose, watch } from 'vue'
import { ApiError, type ApiErrorCode } from '../api.ts'
import { useLive } from '../realtime/live.ts'
import { useOutbox } from './outbox.ts'

/** What the server says of what was sent, and would say again. */
const final: ReadonlySet<ApiErrorCode> = new Set<ApiErrorCode>([
  'request.invalid',
  'request.too_large',
  'right.missing',
  'customer.unknown',
  'note.not_yours',
  'call.unknown',
  'call.not_yours',
  'disposition.gone',
  'task.in_the_past',
  'task.not_dialable',
  'task.do_not_call',
  'task.outside_hours',
  'task.nobody',
  'task.unknown',
])

/** Whether a failure is of the moment, so that it is tried again. */
export const isPassing = (code: ApiErrorCode): boolean => !final.has(code)

const firstRetryMs = 2_000
const longestRetryMs = 30_000

export interface SendingOptions {
  /** The names of what is sent by it begin so. */
  prefix: string
  /** In how many ms it is to be sent, 0 for now; null for what is not to be sent by itself. */
  dueIn: (id: string, content: unknown) => number | null
  /** Sends it, and lets it go. Rejects with ApiError; one that passes is tried again. */
  send: (id: string, content: unknown) => Promise<void>
}

/** Brings what waits to the server by itself: when it is due, again after a failure that passes, at once when the server is back. */
export function createSending({ prefix, dueIn, send }: SendingOptions) {
  const outbox = useOutbox()
  const live = useLive()
  const underWay = new Map<string, Promise<void>>()
  let timer: number | undefined
  let waitMs = 0
  let notBefore = 0

  /** One at a time of a name, so that what was written last is the last that is sent. */
  function sendOne(id: string): Promise<void> {
    const before = underWay.get(id)?.catch(() => undefined) ?? Promise.resolve()
    const mine = before
      .then(() => {
        const content = outbox.kept.get(id)
        return content === undefined ? undefined : send(id, content)
      })
      .then(
        () => {
          waitMs = 0
        },
        (error: unknown) => {
          if (error instanceof ApiError && isPassing(error.code)) {
            waitMs = Math.min(longestRetryMs, Math.max(firstRetryMs, waitMs * 2))
            notBefore = performance.now() + waitMs
          }
          throw error
        },
      )
      .finally(() => {
        if (underWay.get(id) === mine) underWay.delete(id)
        look()
      })
    underWay.set(id, mine)
    return mine
  }

  function look(): void {
    window.clearTimeout(timer)
    // Asked now, the server would only say that I am not signed in, and take the page away from under my hands.
    if (live.state === 'signedOut') return
    let next: number | null = null
    for (const [id, content] of outbox.kept) {
      if (!id.startsWith(prefix) || underWay.has(id)) continue
      const due = dueIn(id, content)
      if (due === null) continue
      const wait = Math.max(due, notBefore - performance.now())
      if (wait <= 0) sendOne(id).catch(() => undefined)
      else next = Math.min(next ?? wait, wait)
    }
    if (next !== null) timer = window.setTimeout(look, next)
  }

  function atOnce(): void {
    waitMs = 0
    notBefore = 0
    look()
  }

  watch(() => outbox.kept, look, { flush: 'post' })
  watch(
    () => live.state,
    (state) => {
      if (state === 'live') atOnce()
    },
  )
  window.addEventListener('online', atOnce)
  onScopeDispose(() => {
    window.removeEventListener('online', atOnce)
    window.clearTimeout(timer)
  })

  return {
    /** Sends it now, whenever it was due. @throws ApiError */
    now: sendOne,
    look,
  }
}
