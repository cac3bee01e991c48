import { randomUUID } from 'node:crypto'
import type { Logger } from 'pino'
import { ProblemError, type ProblemCode } from '../../shared/problems.ts'
import { AmiError } from '../asterisk/errors.ts'
import type { Floor } from '../floor/state.ts'
import { canRing } from '../floor/views.ts'

/** What the channel of a phone is named that Ringcard has called: its call is named after it. */
export const namedHere = (pbx: string): string => `${pbx}:ringcard-${randomUUID()}`

/** The phone by which somebody takes and makes calls. */
export interface PhoneInUse {
  pbx: string
  /** As the floor names it. */
  device: string
}

/**
 * The phone of a desk, ready to be called.
 * @param isUrgent also while another call rings or is on there
 * @throws ProblemError `dial.no_phone`, `dial.phone_away`, `dial.in_call`
 */
export function readyPhone(
  { floor, phoneOf }: { floor: () => Floor; phoneOf: (extension: string) => PhoneInUse | null },
  extension: string,
  isUrgent: boolean,
): PhoneInUse {
  const agent = floor().agents.get(extension)
  const phone = phoneOf(extension)
  if (!agent || phone === null) throw new ProblemError('dial.no_phone')
  if (!canRing(floor(), phone.device)) throw new ProblemError('dial.phone_away')
  const isBusy = agent.state === 'ringing' || agent.state === 'talking'
  if (isBusy && !isUrgent) throw new ProblemError('dial.in_call')
  return phone
}

/** What a failure of the PBX means to whoever asked for their phone to be called; anything else as it is. */
export function asDialProblem(error: unknown, callId: string, log: Pick<Logger, 'warn'>): unknown {
  if (!(error instanceof AmiError)) return error
  log.warn({ callId, err: error }, 'The PBX did not call an agent’s own phone.')
  return new ProblemError(problemOf(error), { cause: error })
}

function problemOf({ code, detail }: AmiError): ProblemCode {
  if (code === 'ami.refused_action')
    return detail?.includes('ermission') === true ? 'dial.not_permitted' : 'dial.refused'
  if (code === 'ami.invalid_field') return 'dial.refused'
  return code === 'ami.timeout' ? 'control.not_done' : 'pbx.unreachable'
}
