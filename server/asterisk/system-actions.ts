import { connectAmi, connectionTiming, type ConnectionHandlers } from './connection.ts'
import { AmiError } from './errors.ts'
import type { AmiBlock } from './fields.ts'

/** How an AMI user is reached. */
export interface AmiAccess {
  host: string
  port: number
  username: string
  secret: string
}

/** The settings of the manager user that has `system` alone; an empty secret: there is none. */
export interface SystemUserSettings {
  AMI_SYSTEM_USERNAME: string
  AMI_SYSTEM_SECRET: string
}

/** @returns null where there is no such user, and the other one does it all */
export function systemAccess(
  settings: SystemUserSettings & { AMI_HOST: string; AMI_PORT: number },
): AmiAccess | null {
  const {
    AMI_HOST: host,
    AMI_PORT: port,
    AMI_SYSTEM_USERNAME: username,
    AMI_SYSTEM_SECRET: secret,
  } = settings
  return secret === '' ? null : { host, port, username, secret }
}

/** Of a session that only acts, nothing is heard. */
export const hearsNothing: ConnectionHandlers = {
  onEvent: () => undefined,
  onUseless: () => undefined,
  onMalformed: () => undefined,
  onClosed: () => undefined,
  isUseless: () => true,
}

/**
 * Does one action as another AMI user, over a line of its own that is closed after it: what needs the class `system` is
 * rare, and a line that stands open is one more that can break unseen.
 * @throws AmiError as the actions of a connection, and `ami.unreachable`, `ami.refused_login`
 */
export async function actAs(
  access: AmiAccess,
  name: string,
  fields: Readonly<Record<string, string>>,
  timeoutMs: number = connectionTiming.actionMs,
): Promise<AmiBlock> {
  // However long each step may take: whoever waits was told one time.
  const late = AbortSignal.timeout(timeoutMs)
  try {
    const connection = await connectAmi(access, hearsNothing, connectionTiming, late)
    try {
      return await connection.action(name, fields, timeoutMs)
    } finally {
      connection.close()
    }
  } catch (error) {
    if (late.aborted) throw new AmiError('ami.timeout', name)
    throw error
  }
}
