import type { LinkTrouble } from '../../shared/calls.ts'

/** Every way in which AMI can fail us. The code is stable; the sentence beside it is the person's. */
export const amiErrors = {
  'ami.unreachable':
    'The telephone system does not answer. Is Asterisk running, and AMI enabled on this port?',
  'ami.not_asterisk': 'What answers at this address is not Asterisk’s manager interface.',
  'ami.silent': 'The telephone system has fallen silent; the connection was given up.',
  'ami.refused_login':
    'The telephone system refused the login. Check the AMI user, its secret and its `permit`.',
  'ami.too_old': 'This Asterisk is too old: version 20 or later is needed.',
  'ami.closed': 'The connection to the telephone system was closed.',
  'ami.garbled': 'The telephone system sent what is not AMI; the connection was given up.',
  'ami.timeout': 'The telephone system gave no answer in time.',
  'ami.refused_action': 'The telephone system refused what was asked.',
  'ami.invalid_field': 'This value cannot be sent to the telephone system.',
  'ami.not_connected': 'There is no connection to the telephone system now.',
} as const satisfies Record<LinkTrouble, string>

export type AmiErrorCode = LinkTrouble

/** A failure of AMI, with a code a person can look up. `detail` never holds a secret. */
export class AmiError extends Error {
  readonly code: AmiErrorCode
  readonly detail: string | undefined

  constructor(code: AmiErrorCode, detail?: string) {
    super(detail === undefined ? amiErrors[code] : `${amiErrors[code]} (${detail})`)
    this.name = 'AmiError'
    this.code = code
    this.detail = detail
  }
}
