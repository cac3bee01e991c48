import {
  daysAhead,
  weekdays,
  type Hours,
  type Schedule,
  type Weekday,
} from '../../../shared/opening-hours.ts'
import {
  pbxFeatures,
  pbxFindings,
  type PbxCheck,
  type PbxFinding,
  type PbxFindingCode,
} from '../../../shared/pbx-check.ts'
import type {
  Found,
  FoundDesk,
  FoundQueue,
  StoredNumber,
  StoredPlan,
  StoredSchedule,
} from '../../../shared/settings.ts'
import { defaultBreaks, type EditedRules } from '../../../shared/status.ts'
import { findingWords } from '../../../server/asterisk/check/finding-words.ts'

/** How numbers are understood in Anna's center. */
export const plan: StoredPlan = {
  version: 4,
  plan: {
    homeCountry: 'DE',
    trunkPrefixes: ['9', '99'],
    extensionLengths: [3, 4],
    ownNumbers: ['+4930231250*', '+49402270010'],
    ignoredNumbers: ['+493022222', '110'],
  },
}

const number = (digits: string, label: string, campaign: string | null = null): StoredNumber => ({
  numberId: digits,
  version: 2,
  number: `+${digits}`,
  label,
  campaign,
})

export const numbers: StoredNumber[] = [
  number('380445551234', 'Kovalchuk Bakery', 'Весна 2026'),
  number('4930231250100', 'Support'),
  number('4930231250101', 'Nordlicht Versicherung', 'TV, autumn'),
  number('4930231250102', 'Nordlicht Versicherung', 'Leaflet Leipzig-Südvorstadt und Markkleeberg'),
  number('4940227001044', 'Vertragsverlängerung'),
  number('77272555019', 'Взыскание'),
]

const week = (hours: Partial<Record<Weekday, Hours[]>>, usual: Hours[]): Schedule['weekly'] =>
  Object.fromEntries(weekdays.map((day) => [day, hours[day] ?? usual])) as Schedule['weekly']

/** Hours of the center, of a queue that is open at night, and of one that the telephone system has no more. */
export function schedules(now: number): StoredSchedule[] {
  const timeZone = 'Europe/Berlin'
  const ahead = daysAhead({ timeZone, weekly: week({}, []), holidays: [] }, now, 14)
  const dateIn = (days: number) => ahead[days]?.date ?? ''
  const split = [
    { from: '09:00', until: '12:30' },
    { from: '13:30', until: '18:00' },
  ]
  const stored = (scheduleId: string, schedule: Schedule) => ({ scheduleId, version: 3, schedule })
  return [
    stored('centre', {
      timeZone,
      weekly: week({ friday: [{ from: '09:00', until: '15:00' }], saturday: [], sunday: [] }, split),
      holidays: [
        { date: dateIn(3), name: 'День независимости', hours: [] },
        { date: dateIn(8), name: 'Company party', hours: [{ from: '09:00', until: '12:00' }] },
      ],
    }),
    stored('queue:support', {
      timeZone: 'Europe/Kyiv',
      weekly: week({}, [{ from: '20:00', until: '06:00' }]),
      holidays: [],
    }),
    stored('queue:winback', { timeZone: 'UTC', weekly: week({}, []), holidays: [] }),
  ]
}

type State = FoundDesk['devices'][number]['state']

function desk(
  extension: string,
  devices: Record<string, State>,
  queues: string[],
  takenBy: string | null = null,
): FoundDesk {
  const found = Object.entries(devices).map(([device, state]) => ({
    device,
    state,
    kind: device.endsWith('-web') ? ('browser' as const) : ('desk' as const),
  }))
  return { extension, version: 2, devices: found, inUse: 'desk', takenBy, queues }
}
const member = (extension: string, name: string, paused = false): FoundQueue['members'][number] => ({
  interface: `PJSIP/${extension}`,
  name,
  extension,
  paused,
})

/** Desks as they are set up, and a telephone system where this and that is missing. */
export const found: Found = {
  pbxs: [{ pbx: 'berlin', live: true }],
  desks: [
    desk(
      '201',
      { 'PJSIP/201': 'reachable', 'PJSIP/201-web': 'unreachable' },
      ['sales', 'support'],
      'Nina Sorokina',
    ),
    desk('202', { 'PJSIP/202': 'reachable' }, ['support'], 'Dmytro Savchuk'),
    desk('203', { 'SIP/203': 'unknown' }, ['support']),
    desk('204', { 'PJSIP/204': 'reachable' }, [], 'Александра-Валентина Преображенская-Рождественская'),
    desk('206', { 'PJSIP/206': 'reachable' }, ['sales']),
  ],
  strayDevices: [
    { device: 'PJSIP/214', state: 'reachable' },
    { device: 'PJSIP/lobby', state: 'unreachable' },
  ],
  queues: [
    { queue: 'night', members: [] },
    { queue: 'sales', members: [member('201', 'Nina Sorokina'), member('206', 'Ingrid Bakke', true)] },
    {
      queue: 'support',
      members: [
        member('201', 'Nina Sorokina'),
        member('202', 'Dmytro Savchuk'),
        member('203', 'Aigerim Bekova'),
        {
          interface: 'Local/214@from-queue/n',
          name: 'Zoë Müller-Lüdenscheidt',
          extension: null,
          paused: false,
        },
      ],
    },
  ],
}

/** What the look at that telephone system tells. */
export function checkOf(now: number): PbxCheck {
  const finding = (
    code: PbxFindingCode,
    values: PbxFinding['values'],
    fix: PbxFinding['fix'] = null,
  ): PbxFinding => ({
    code,
    level: pbxFindings[code],
    features: ['queues'],
    words: findingWords(code, values),
    values,
    fix,
  })
  return {
    pbx: 'berlin',
    at: now - 4_000,
    address: '10.20.0.5:5038',
    user: 'ringcard',
    version: '22.10.1',
    reached: true,
    reads: ['system', 'call', 'agent', 'user'],
    writes: ['call', 'reporting'],
    features: pbxFeatures.map((feature) => ({ feature, state: 'ready' })),
    findings: [
      finding('emptyQueues', { queues: 'night' }),
      finding(
        'memberState',
        { member: 'Local/214@from-queue', queues: 'support' },
        {
          file: 'queues.conf',
          section: 'support',
          lines: ['member => Local/214@from-queue,0,,PJSIP/214'],
          then: "asterisk -rx 'queue reload all'",
        },
      ),
    ],
    queues: [],
    devices: [
      { device: 'PJSIP/201', state: 'INUSE', kind: 'phone', contacts: 2, desk: '201' },
      { device: 'PJSIP/201-web', state: 'UNAVAILABLE', kind: 'browser', contacts: 0, desk: '201' },
    ],
  }
}

/** The rules of agents’ status: one queue has its own, one of them is gone. */
export const statusRules: EditedRules = {
  version: 5,
  rules: {
    wrapUpSeconds: 20,
    queues: [
      { queue: 'collections', wrapUpSeconds: 90, autoAnswer: false, signIn: false },
      { queue: 'returns', wrapUpSeconds: 30, autoAnswer: false, signIn: false },
      { queue: 'support', wrapUpSeconds: null, autoAnswer: true, signIn: false },
    ],
    extendSeconds: 30,
    extendMostSeconds: 300,
    missedCalls: true,
    missedBreak: { after: 3, reasonId: 'break' },
    graceSeconds: 30,
    deviceSeconds: 10,
    breaks: [...defaultBreaks],
  },
  queues: ['collections', 'sales', 'support'],
}
