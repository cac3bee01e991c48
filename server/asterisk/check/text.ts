import type { PbxCheck, PbxFeature, PbxFinding } from '../../../shared/pbx-check.ts'

/** What each feature is called on a terminal. */
const featureNames: Readonly<Record<PbxFeature, string>> = {
  connection: 'The PBX is heard',
  pop: 'The card comes while the phone rings',
  withheld: 'A withheld number is nobody’s to see',
  ivr: 'What callers typed',
  attestation: 'The network’s word for a number',
  queues: 'Queues and who is offered a call',
  status: 'The queues follow the status of each agent',
  figures: 'Waits, abandons and time-outs are exact',
  desks: 'Whose phone is whose',
  dialplan: 'The dialplan asks who is calling',
  dialling: 'Calls from the console by a desk phone',
  transfers: 'Transfers by the phone’s keys',
  parking: 'Parking',
  places: 'Callers hang up and keep their place',
  voicemail: 'Messages that are left in a queue',
  recording: 'Recording',
  browserPhone: 'A phone in the browser',
  reconstruction: 'Calls that nobody heard are read afterwards',
  load: 'Events of no use stay away',
  neighbours: 'A second Ringcard is noticed',
}
const marks = { ready: '✓', partly: '~', missing: '✗', unknown: '?' } as const
const levelMarks = { missing: '✗', advice: '~', unknown: '?' } as const

/** A check as a person reads it on a terminal. */
export function checkText(check: PbxCheck): string {
  const missing = check.findings.filter(({ level }) => level === 'missing').length
  const verdict = !check.reached
    ? 'could not be looked at'
    : missing === 0
      ? 'nothing is missing'
      : missing === 1
        ? 'one thing is missing'
        : `${missing} things are missing`
  const version = check.version === null ? '' : `, Asterisk ${check.version}`
  return [
    `${check.pbx} (${check.address}, user ${check.user}${version}): ${verdict}`,
    '',
    ...(check.reached ? abilities(check) : []),
    ...(check.reached
      ? [...check.features.map(({ feature, state }) => `  ${marks[state]} ${featureNames[feature]}`), '']
      : []),
    ...check.findings.flatMap(findingText),
    ...queuesText(check),
    ...devicesText(check),
  ].join('\n')
}

function abilities({ reads, writes }: PbxCheck): string[] {
  const said = (classes: string[] | null) => classes?.join(', ') ?? 'not to be seen'
  return [`  hears  ${said(reads)}`, `  may    ${said(writes)}`, '']
}

function findingText({ level, words, fix }: PbxFinding): string[] {
  const lines = fix?.lines.map((line) => `      ${line}`) ?? []
  const place =
    fix === null
      ? []
      : [
          `    in ${fix.file === 'settings' ? 'the settings of Ringcard' : fix.file}${fix.section === null ? '' : ` [${fix.section}]`}:`,
        ]
  const then = fix?.then == null ? [] : [`    then: ${fix.then}`]
  return [`  ${levelMarks[level]} ${words}`, ...place, ...lines, ...then, '']
}

function queuesText({ queues }: PbxCheck): string[] {
  if (queues.length === 0) return []
  return [
    'Queues',
    ...queues.flatMap(({ name, strategy, members }) => [
      `  ${name}  ${strategy}${members.length === 0 ? ', without members' : ''}`,
      ...members.map((member) => {
        const named = member.name === member.interface ? '' : ` “${member.name}”`
        const state = member.stateInterface === member.interface ? '' : `, state of ${member.stateInterface}`
        return `    ${member.interface}${named}, ${member.membership}${state}: ${deskText(member.desk)}`
      }),
    ]),
    '',
  ]
}

function devicesText({ devices }: PbxCheck): string[] {
  if (devices.length === 0) return []
  return [
    'Devices',
    ...devices.map(({ device, kind, state, contacts, desk }) => {
      const at = contacts === null ? '' : `, ${contacts} registered`
      return `  ${device}  ${kind}, ${state}${at}${kind === 'trunk' ? '' : `: ${deskText(desk)}`}`
    }),
    '',
  ]
}

const deskText = (desk: string | null) => (desk === null ? 'no desk' : `desk ${desk}`)
