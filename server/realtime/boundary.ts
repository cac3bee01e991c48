import type { Logger } from 'pino'
import { ProblemError, type Problem } from '../../shared/problems.ts'
import type { Answer } from '../../shared/realtime.ts'

export type Log = Pick<Logger, 'info' | 'warn' | 'error'>

/** Turns whatever was thrown into the problem that the client gets; what we did not expect is logged and not shown. */
export function problemOf(error: unknown, log: Log): Problem {
  if (error instanceof ProblemError) return error.toProblem()
  log.error({ err: error }, 'A socket request failed.')
  return new ProblemError('server.failed').toProblem()
}

/**
 * Answers one socket request: the payload goes to `work`, its result or the problem goes back by the callback that the
 * client gave, if it gave one. Never throws.
 * @param args what came, of any shape
 * @returns whether it went well
 */
export function answerRequest(
  args: readonly unknown[],
  log: Log,
  work: (payload: unknown) => unknown,
): boolean {
  const reply = args.at(-1)
  const payload = typeof reply === 'function' && args.length === 1 ? undefined : args[0]
  let answer: Answer<unknown>
  try {
    answer = { ok: true, value: work(payload) }
  } catch (error) {
    answer = { ok: false, problem: problemOf(error, log) }
  }
  if (isReply(reply)) reply(answer)
  return answer.ok
}

function isReply(value: unknown): value is (answer: unknown) => void {
  return typeof value === 'function'
}
