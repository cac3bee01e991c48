import type { PbxLink } from '../../../shared/calls.ts'
import { noticeWords, notices, type Notice, type NoticeCode } from '../../../shared/notices.ts'
import {
  pbxFeatures,
  pbxFindings,
  type PbxCheck,
  type PbxFinding,
  type PbxFindingCode,
} from '../../../shared/pbx-check.ts'
import { ProblemError } from '../../../shared/problems.ts'
import type { Change } from '../../../shared/realtime.ts'
import * as cast from './cast.ts'
import { health, type Scene } from './scenes.ts'
import { findingWords } from '../../../server/asterisk/check/finding-words.ts'

const links = (now: number): PbxLink[] => [
  { ...cast.link(now), pbx: 'berlin' },
  { ...cast.link(now), pbx: 'kyiv', state: 'lost', since: now - 74_000, newestEventAt: now - 75_000 },
]

function notice(
  code: NoticeCode,
  pbx: string,
  since: number,
  values: Notice['values'] = {},
  times = 1,
): Notice {
  return { code, pbx, level: notices[code].level, words: noticeWords(code, values), values, since, times }
}

/** Two offices whose queues have the same names, one of them lost, and not all as it should be. */
export const noticesOf = (now: number): Notice[] => [
  notice('pbx.clock_off', 'kyiv', now - 3 * cast.hour, { difference: '+2:00:03' }),
  notice('pbx.second_ringcard', 'berlin', now - 420_000, { nodes: 'node2' }, 15),
  notice('pbx.name_cut', 'berlin', now - 1_500_000, { longest: 80 }),
]

function finding(
  code: PbxFindingCode,
  features: PbxFinding['features'],
  values: PbxFinding['values'] = {},
  fix: PbxFinding['fix'] = null,
): PbxFinding {
  return { code, level: pbxFindings[code], features, words: findingWords(code, values), values, fix }
}

const manager = (section: string, lines: string[]) => ({
  file: 'manager.conf',
  section,
  lines,
  then: "asterisk -rx 'manager reload'",
})

/** A PBX that FreePBX has set up, and that lacks this and that. */
export function checkOf(now: number): PbxCheck {
  const member = (number: string, name: string, desk: string | null) => ({
    interface: `Local/${number}@from-queue/n`,
    name,
    stateInterface: `hint:${number}@ext-local`,
    form: 'freepbx' as const,
    membership: 'dynamic',
    desk,
  })
  const device = (name: string, state: string, contacts: number, desk: string | null) => ({
    device: `PJSIP/${name}`,
    state,
    kind: name.endsWith('web') ? ('browser' as const) : ('phone' as const),
    contacts,
    desk,
  })
  const worse: Partial<Record<string, PbxCheck['features'][number]['state']>> = {
    withheld: 'missing',
    pop: 'missing',
    desks: 'missing',
    queues: 'missing',
    load: 'partly',
    reconstruction: 'unknown',
  }
  return {
    pbx: 'berlin',
    at: now - 12_000,
    address: '10.20.0.5:5038',
    user: 'ringcard',
    version: '22.10.1',
    reached: true,
    reads: ['system', 'call', 'agent', 'user', 'dialplan'],
    writes: ['call', 'reporting', 'user'],
    features: pbxFeatures.map((feature) => ({ feature, state: worse[feature] ?? 'ready' })),
    findings: [
      finding(
        'eventFilter',
        ['load'],
        {},
        manager('ringcard', [
          'eventfilter(action(exclude),name(VarSet)) =',
          'eventfilter(action(exclude),name(RTCPSent)) =',
          'eventfilter(action(exclude),name(Newexten),header(Application),method(regex)) = ^([^QVCP]|Q[^u]|V[^o]|C[^o]|P[^ai])',
        ]),
      ),
      finding(
        'presentation',
        ['withheld', 'pop'],
        {},
        manager('general', ['channelvars = QUEUESTATUS,RINGCARD_ACCOUNT,CALLERID(pres)']),
      ),
      finding(
        'memberUnknown',
        ['desks', 'queues'],
        { member: 'Local/214@from-queue/n', queues: '100, 200' },
        {
          file: 'settings',
          section: null,
          lines: ['DESKS=214=PJSIP/214'],
          then: null,
        },
      ),
      finding('celFields', ['reconstruction'], {
        file: 'cel.csv',
        fields: 'eventtype, eventtime, uniqueid, linkedid',
      }),
    ],
    queues: [
      {
        name: 'berlin/100',
        strategy: 'ringall',
        members: [
          member('201', 'Nina Hartmann', '201'),
          member('202', 'Dmytro Savchuk', '202'),
          member('214', 'Zoë Müller-Lüdenscheidt', null),
        ],
      },
      { name: 'berlin/200', strategy: 'rrmemory', members: [member('214', 'Zoë Müller-Lüdenscheidt', null)] },
      { name: 'berlin/900', strategy: 'leastrecent', members: [] },
    ],
    devices: [
      device('201', 'INUSE', 1, '201'),
      device('201-web', 'UNAVAILABLE', 0, '201'),
      device('202', 'NOT_INUSE', 2, '202'),
      device('214', 'RINGING', 1, null),
      { device: 'PJSIP/carrier', state: 'NOT_INUSE', kind: 'trunk', contacts: 1, desk: null },
    ],
  }
}

const sits: Scene['set'] = (server, now, locale) => {
  server.me = { ...cast.lev, locale }
  server.show(
    'link',
    links(now).map((link): Change => ({ type: 'link.set', link })),
  )
  server.replies.set('GET /api/health', () => ({ ...health(now), notices: noticesOf(now) }))
}

export const pbxScenes: Scene[] = [
  {
    name: 'floor-two-pbxs',
    path: '/floor',
    ready: 'table',
    set: (server, now, locale) => {
      sits(server, now, locale)
      for (const queue of cast.queuesOf(now)) {
        for (const pbx of ['berlin', 'kyiv']) {
          const name = `${pbx}/${queue.name}`
          const idle = { waiting: 0, longestWaitSince: null }
          server.show(`queue:${name}`, [
            { type: 'queue.set', queue: { ...queue, name, ...(pbx === 'kyiv' ? idle : {}) } },
          ])
        }
      }
      const office = (index: number) => (index % 3 === 0 ? 'kyiv' : 'berlin')
      server.show('floor', [
        ...cast.agentsOf(now).map((agent, index): Change => {
          const queues = agent.queues.map((queue) => `${office(index)}/${queue}`)
          return { type: 'agent.set', agent: { ...agent, queues, pbxs: [office(index)] } }
        }),
        ...cast.floorCallsOf(now).map((call, index): Change => {
          const callId = call.callId.replace('pbx', office(index))
          const queue = call.queue === null ? null : `${office(index)}/${call.queue}`
          return { type: 'floorCall.set', call: { ...call, callId, queue } }
        }),
      ])
    },
  },
  {
    name: 'pbx-check',
    path: '/admin/pbx',
    ready: 'pre',
    set: (server, now, locale) => {
      sits(server, now, locale)
      server.replies.set('GET /api/pbx/', () => checkOf(now))
    },
  },
  {
    name: 'pbx-check-well',
    path: '/admin/pbx',
    ready: 'table',
    set: (server, now, locale) => {
      sits(server, now, locale)
      const features = pbxFeatures.map((feature) => ({ feature, state: 'ready' as const }))
      server.replies.set('GET /api/pbx/', () => ({ ...checkOf(now), findings: [], features }))
    },
  },
  {
    name: 'pbx-check-refused',
    path: '/admin/pbx',
    ready: 'pre',
    set: (server, now, locale) => {
      sits(server, now, locale)
      const whole = manager('', [
        '[ringcard]',
        'secret = …the AMI_SECRET of Ringcard…',
        'read = call,agent,user,system,dialplan',
      ])
      const refused = finding('refused', ['connection'], { user: 'ringcard' }, { ...whole, section: null })
      const nothing = { version: null, reached: false, reads: null, writes: null, queues: [], devices: [] }
      server.replies.set('GET /api/pbx/', () => ({ ...checkOf(now), ...nothing, findings: [refused] }))
    },
  },
  {
    name: 'pbx-check-failed',
    path: '/admin/pbx',
    ready: '[role=alert]',
    set: (server, now, locale) => {
      sits(server, now, locale)
      server.replies.set('GET /api/pbx/', () => {
        throw new ProblemError('pbx.unreachable')
      })
    },
  },
]
