import type { PbxFeature, PbxFindingCode, PbxFix } from '../../../shared/pbx-check.ts'
import type { AmiClass } from '../ami-classes.ts'
import { filterLine, type Asked } from './asked.ts'

/** Something found, before it is put into words. */
export interface Found {
  code: PbxFindingCode
  features: readonly PbxFeature[]
  values?: Readonly<Record<string, string | number>>
  fix?: PbxFix
}

const reloadManager = "asterisk -rx 'manager reload'"

/** What of Ringcard hangs on which class of events. */
const heardFor: Partial<Record<AmiClass, readonly PbxFeature[]>> = {
  call: ['pop', 'queues', 'figures', 'transfers', 'parking'],
  agent: ['queues', 'figures'],
  user: ['ivr', 'neighbours'],
  system: ['connection'],
  dialplan: ['figures', 'parking'],
}
/** The actions that Ringcard uses, by the class that allows them, and what for. */
const usedFor: Partial<Record<AmiClass, Readonly<Record<string, readonly PbxFeature[]>>>> = {
  call: {
    Getvar: ['pop', 'withheld'],
    Setvar: ['dialplan'],
    BlindTransfer: ['transfers'],
    Atxfer: ['transfers'],
    PlayDTMF: ['transfers'],
    Hangup: ['transfers'],
    Park: ['parking'],
    MixMonitorMute: ['recording'],
  },
  reporting: { CoreShowChannels: ['pop', 'queues'], DeviceStateList: ['desks'], CoreStatus: ['connection'] },
  user: { UserEvent: ['neighbours'] },
  agent: { QueuePause: ['status'], QueueAdd: ['browserPhone'], QueueRemove: ['browserPhone'] },
  originate: { Originate: ['dialling'] },
}
/** Those that need the class `system`, which whoever may `originate` should not have. */
const usedBySystem: Readonly<Record<string, readonly PbxFeature[]>> = {
  DBPut: ['browserPhone'],
  PJSIPNotify: ['dialling'],
}
const systemFeatures = Object.values(usedBySystem).flat()
const heardClasses = Object.keys(heardFor) as AmiClass[]
const usedClasses = Object.keys(usedFor) as AmiClass[]
const sorted = (classes: Iterable<AmiClass>) => [...new Set(classes)].join(',')

/** The variables that tell something on every event of a channel, and what for. */
export const wantedVariables = [
  'CALLERID(pres)',
  'QUEUESTATUS',
  'RINGCARD_ACCOUNT',
  'RINGCARD_ATTESTATION',
] as const

/** The filter of events: the same lines as in lab/asterisk/config/manager.conf. */
export const filterLines: readonly string[] = [
  ...[
    'VarSet',
    'TestEvent',
    'DeviceStateChange',
    'RTCPSent',
    'RTCPReceived',
    'ChannelTalkingStart',
    'ChannelTalkingStop',
    'ExtensionStatus',
    'MusicOnHoldStart',
    'MusicOnHoldStop',
    'DialState',
    'BridgeCreate',
  ].map((name) => `eventfilter(action(exclude),name(${name})) =`),
  `${filterLine} = ^([^QVCP]|Q[^u]|V[^o]|C[^o]|P[^ai])`,
]

const onlyFromRingcard = ['deny = 0.0.0.0/0.0.0.0', 'permit = …the address of Ringcard…/255.255.255.255']

/** A whole AMI user, for a PBX that has none for us yet. */
export function wholeUser(user: string): PbxFix {
  const lines = [
    `[${user}]`,
    'secret = …the AMI_SECRET of Ringcard…',
    ...onlyFromRingcard,
    'writetimeout = 10000',
    `read = ${sorted(heardClasses)}`,
    `write = ${sorted(usedClasses)}`,
    ...filterLines,
  ]
  return { file: 'manager.conf', section: null, lines, then: reloadManager }
}

/** The whole AMI user that has the class `system`, and nothing else. */
function wholeSystemUser(user: string): PbxFix {
  const lines = [
    `[${user}]`,
    'secret = …the AMI_SYSTEM_SECRET of Ringcard…',
    ...onlyFromRingcard,
    'write = system',
  ]
  return { file: 'manager.conf', section: null, lines, then: reloadManager }
}

/** What a PBX lacks that does not answer at all. */
export function switchedOn(port: number): PbxFix {
  const lines = ['enabled = yes', `port = ${port}`, 'bindaddr = …an address that Ringcard reaches…']
  return { file: 'manager.conf', section: 'general', lines, then: reloadManager }
}

/** What the AMI user lacks, and the events. */
export function judgeAmi(asked: Asked): Found[] {
  const { user, reads, lines } = asked
  const found: Found[] = []
  const missing = reads === null ? [] : heardClasses.filter((each) => !reads.has(each))
  if (missing.length > 0) {
    const features = missing.flatMap((each) => heardFor[each] ?? [])
    const line = `read = ${sorted([...(reads ?? []), ...missing])}`
    found.push({
      code: 'readClasses',
      features,
      values: { classes: missing.join(', ') },
      fix: { file: 'manager.conf', section: user, lines: [line], then: reloadManager },
    })
  }
  found.push(...judgeActions(asked), ...judgeSystem(asked))
  if (lines === null) {
    found.push({
      code: 'filesUnread',
      features: ['withheld', 'ivr', 'attestation', 'figures', 'transfers', 'reconstruction', 'load'],
    })
    return found
  }
  if (!isYes(lines.get('manager.conf general timestampevents'))) {
    const fix = {
      file: 'manager.conf',
      section: 'general',
      lines: ['timestampevents = yes'],
      then: reloadManager,
    }
    found.push({ code: 'timestamps', features: ['figures'], fix })
  }
  return [...found, ...judgeVariables(lines), ...judgeFilter(asked, lines)]
}

/** Which actions may not be used that should be. A class that is there, without its action, is a module that is not loaded. */
function judgeActions({ user, actions, writes }: Asked): Found[] {
  const classes: AmiClass[] = []
  const names: string[] = []
  const features = new Set<PbxFeature>()
  for (const each of usedClasses) {
    for (const [action, uses] of Object.entries(usedFor[each] ?? {})) {
      if (actions.has(action.toLowerCase()) || writes?.has(each) === true) continue
      if (!classes.includes(each)) classes.push(each)
      names.push(action)
      for (const use of uses) features.add(use)
    }
  }
  if (names.length === 0) return []
  const line = `write = ${sorted([...(writes ?? usedClasses), ...classes])}`
  return [
    {
      code: 'writeClasses',
      features: [...features],
      values: { actions: names.join(', '), classes: classes.join(', ') },
      fix: { file: 'manager.conf', section: user, lines: [line], then: reloadManager },
    },
  ]
}

/** Who may use what needs the class `system`, and whether whoever may can also have a call run a program. */
function judgeSystem({ user, system, actions, writes }: Asked): Found[] {
  if (system !== null && system.actions === null)
    return [
      {
        code: 'systemRefused',
        features: systemFeatures,
        values: { user: system.user },
        fix: wholeSystemUser(system.user),
      },
    ]
  const may = system?.actions ?? actions
  const lacking = Object.keys(usedBySystem).filter(
    (action) => !may.has(action.toLowerCase()) && (system ?? { writes }).writes?.has('system') !== true,
  )
  if (lacking.length > 0) {
    const features = lacking.flatMap((action) => usedBySystem[action] ?? [])
    const values = { user: system?.user ?? user, actions: lacking.join(', ') }
    return [{ code: 'systemClass', features, values, fix: wholeSystemUser(system?.user ?? `${user}-system`) }]
  }
  const canRunPrograms = writes?.has('system') === true && writes.has('originate')
  if (!canRunPrograms) return []
  const line = `write = ${sorted([...writes].filter((each) => each !== 'system'))}`
  const fix: PbxFix =
    system === null
      ? wholeSystemUser(`${user}-system`)
      : { file: 'manager.conf', section: user, lines: [line], then: reloadManager }
  return [{ code: 'runsPrograms', features: systemFeatures, values: { user }, fix }]
}

function judgeVariables(lines: ReadonlyMap<string, string>): Found[] {
  const known = (lines.get('manager.conf general channelvars') ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
  const all = [...known, ...wantedVariables.filter((name) => !known.includes(name))]
  const fix: PbxFix = {
    file: 'manager.conf',
    section: 'general',
    lines: [`channelvars = ${all.join(',')}`],
    then: reloadManager,
  }
  const said = {
    'CALLERID(pres)': { code: 'presentation', features: ['withheld', 'pop'] },
    QUEUESTATUS: { code: 'queueStatus', features: ['figures'] },
    RINGCARD_ACCOUNT: { code: 'account', features: ['ivr'] },
    RINGCARD_ATTESTATION: { code: 'attestation', features: ['attestation'] },
  } as const
  return wantedVariables.filter((name) => !known.includes(name)).map((name) => ({ ...said[name], fix }))
}

function judgeFilter({ user }: Asked, lines: ReadonlyMap<string, string>): Found[] {
  const has = lines.has(`manager.conf ${user} ${filterLine}`) || lines.has(`manager.conf ${user} eventfilter`)
  const fix = { file: 'manager.conf', section: user, lines: [...filterLines], then: reloadManager }
  return has ? [] : [{ code: 'eventFilter', features: ['load'], fix }]
}

/** How Asterisk reads a switch (`ast_true`). */
export function isYes(value: string | undefined): boolean {
  return /^(yes|true|y|t|1|on)$/i.test(value ?? '')
}
