import type { PbxFindingCode } from '../../../shared/pbx-check.ts'

/** What is said of each finding, in English, with values in braces. */
const words: Record<PbxFindingCode, string> = {
  unreachable: 'Nothing answers at {address}. AMI may be switched off.',
  refused:
    'The PBX refuses the AMI user {user}: there is none, the secret is another, or its permit leaves us out.',
  notAsterisk: 'What answers at {address} is not AMI.',
  tooOld: 'Asterisk {version} is too old: {oldest} or later is needed.',
  untried: 'Asterisk {version} is untried; {tested} is what was tested.',
  readClasses: 'The AMI user does not hear events of {classes}.',
  writeClasses: 'The AMI user may not use {actions}: it lacks {classes}.',
  systemRefused:
    'The PBX refuses the AMI user {user}, which is to have the class system alone: there is none, the secret is another, or its permit leaves us out.',
  systemClass:
    'The AMI user {user} may not use {actions}: that takes the class system. Give it to a user of its own, named by AMI_SYSTEM_USERNAME and AMI_SYSTEM_SECRET.',
  runsPrograms:
    'The AMI user {user} has both system and originate: by them it can have a call run a program on the PBX. Give system to a user of its own, named by AMI_SYSTEM_USERNAME and AMI_SYSTEM_SECRET, and take it from this one.',
  filesUnread:
    'The PBX’s files cannot be asked by Getvar AST_CONFIG, so what stands in them is not known here.',
  timestamps: 'Events do not say when they happened, so that each delay bends a figure.',
  presentation: 'Events do not say whether a number may be shown: each caller is asked for, and comes later.',
  queueStatus: 'Events do not say why a caller left a queue.',
  account: 'An account number that callers type is only told by UserEvent.',
  attestation: 'Events do not say what the network says of a number (STIR/SHAKEN).',
  eventFilter:
    'No event filter was found: two thirds of what is sent is of no use here, and keeps both sides busy.',
  noQueues: 'There are no queues, or app_queue is not loaded.',
  emptyQueues: 'Nobody is a member of {queues} now.',
  memberUnknown: '{member}, a member of {queues}, stands at no desk of Ringcard.',
  memberState: '{member}, a member of {queues}, names no device: the PBX rings it while its phone is busy.',
  deviceUnknown: '{device} stands at no desk of Ringcard: its calls are nobody’s.',
  deskDevice: 'Desk {desk} has {device}, which the PBX does not know.',
  transferCodes: 'No keys are set for {what} in features.conf.',
  transferContexts: 'The dialplan has no {contexts}: agents cannot send calls on from the console.',
  dialContext:
    'The dialplan has no {context}: agents cannot call anybody from the console by their desk phones.',
  noParking: 'There is no parking lot.',
  parkCode: 'No keys are set to park a call.',
  mixMonitor: 'MixMonitor is not loaded: nothing can be recorded.',
  noWebrtc: 'No phone is set up for browsers (webrtc = yes).',
  webServer: 'The web server for browser phones is switched off.',
  sorceryAuth:
    'PJSIP does not look for secrets in Asterisk’s own database first: browser phones would get none that ends with the shift.',
  sipUrl: 'The settings of Ringcard do not say where this PBX takes SIP over WebSocket.',
  celOff: 'CEL is not written in whole: calls that nobody heard cannot be told afterwards.',
  celFields: 'Which fields CEL has in {file} could not be seen: it needs {fields}.',
  cdrLinked: 'The CDR file has no linkedid: its rows cannot be told to belong to one call.',
  queueLog: 'queue_log is switched off.',
  queueLogInTable:
    'queue_log goes to a table by realtime ({table}) and to no file, so nothing is ever written to QUEUE_LOG_FILE. Have the file written too, or read the table by QUEUE_LOG_TABLE instead.',
  queueLogInFile:
    'queue_log goes to its file and to no table, so nothing is ever written to QUEUE_LOG_TABLE ({table}). Have the table written, or read the file by QUEUE_LOG_FILE instead.',
}

/** The words of a finding in English, with its values in place. */
export function findingWords(
  code: PbxFindingCode,
  values: Readonly<Record<string, string | number>>,
): string {
  return words[code].replace(/\{(\w+)\}/g, (_whole, name: string) => String(values[name] ?? '?'))
}
