import { join } from 'node:path'
import type { AmiAccess } from './ami.ts'
import { runOrFail } from './process.ts'

/** The extensions of the company's six agents. Each has a desk phone `20N` and a browser phone `20N-web`. */
export const agentExtensions = ['201', '202', '203', '204', '205', '206'] as const

/** Four more desk phones, of the lab alone: for when ten agents are wanted. */
export const crowdExtensions = ['207', '208', '209', '210'] as const

/** Who has a desk phone. */
export type Extension = (typeof agentExtensions)[number] | (typeof crowdExtensions)[number]

/** A desk phone as SIP knows it. Browser phones have no secret until somebody signs in. */
export type Device = Extension

/** A host and a port. */
export interface Address {
  host: string
  port: number
}

/** All that must be known to use a running Asterisk of the lab, as plain data; it holds secrets. */
export interface AsteriskDescription {
  /** The folder it was entered by chroot, and the run's folder inside it. */
  root: string
  inside: string
  version: string
  ami: AmiAccess
  systemAmi: AmiAccess
  controlAmi: AmiAccess
  sip: Address
  ws: Address
  trunk: Address
  secrets: Readonly<Record<string, string>>
}

/** An Asterisk of the lab that somebody runs: what callers, phones and the recorder need of it. */
export interface RunningAsterisk {
  pbx: 'lab'
  /** As Asterisk gives it, for example `22.10.1`. */
  version: string
  /** The server's user, with the rights and the filter it has in production. */
  ami: AmiAccess
  /** The server's other user, which may do what takes the class `system`. */
  systemAmi: AmiAccess
  /** A user that may do and hear everything, for tests. */
  controlAmi: AmiAccess
  sip: Address
  /** SIP over WebSocket: the path is `/ws`. */
  ws: Address
  /** Where the trunk's far end is expected for calls that go out. */
  trunk: Address
  /** The SIP password of a device. */
  secretOf(device: Device): string
  /** The folder in which callers and phones leave their SIP messages when they end; null when nobody wants them. */
  phoneLogs: string | null
  /** Asterisk's own records, as paths on this machine. */
  files: { queueLog: string; cdr: string; cel: string; messages: string; recordings: string }
  /** Runs a line of Asterisk's own command line and gives its output. */
  cli(command: string): Promise<string>
}

/** Makes a running Asterisk usable from its description, also in another process than the one that started it. */
export function attachAsterisk(description: AsteriskDescription): RunningAsterisk {
  const { root, inside, version, ami, systemAmi, controlAmi, sip, ws, trunk, secrets } = description
  const log = join(root, inside, 'log')
  return {
    pbx: 'lab',
    version,
    ami,
    systemAmi,
    controlAmi,
    sip,
    ws,
    trunk,
    secretOf: (device) => {
      const secret = secrets[device]
      if (secret === undefined) throw new Error(`there is no device ${device}`)
      return secret
    },
    phoneLogs: null,
    files: {
      queueLog: join(log, 'queue_log'),
      cdr: join(log, 'cdr-csv/Master.csv'),
      cel: join(log, 'cel-custom/cel.csv'),
      messages: join(log, 'messages.log'),
      recordings: join(root, inside, 'spool/monitor'),
    },
    cli: (command) =>
      runOrFail('chroot', [root, 'asterisk', '-C', `${inside}/etc/asterisk.conf`, '-rx', command], {
        timeoutMs: 20_000,
      }),
  }
}
