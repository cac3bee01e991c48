import type { Page } from 'playwright-core'
import type { Consult, DeskCall } from '../../../shared/calls.ts'
import type { CallTargets } from '../../../shared/control.ts'
import { labGuides } from '../../../lab/seed/guides.ts'
import { ProblemError } from '../../../shared/problems.ts'
import { ninaSits } from './at-the-desk.ts'
import * as cast from './cast.ts'
import type { Scene } from './scenes.ts'
import type { ScriptedServer } from './scripted-server.ts'

/** Whom Nina could ask or send a call to. */
export function targetsAt(now: number): CallTargets {
  const agent = (
    extension: string,
    displayName: string,
    state: CallTargets['agents'][number]['state'],
    minutes: number,
  ) => ({ extension, displayName, state, since: now - minutes * 60_000 })
  return {
    at: now,
    agents: [
      agent('202', 'Dmytro Savchuk', 'free', 3),
      agent('205', 'Marta Lindqvist', 'free', 1),
      agent('204', 'Lev Antonov', 'talking', 6),
      agent('206', 'Maximiliane Freifrau von Oldenburg-Wittelsbach', 'talking', 2),
      agent('203', 'Aigerim Bekova', 'paused', 12),
    ],
    contacts: [
      {
        entryId: 'entry-of-the-phone-book-1',
        name: 'Tile factory Velten',
        number: '+49 30 23125 940',
        group: 'Suppliers',
      },
    ],
    queues: [
      { queue: 'collections', waiting: 0, longestWaitSince: null, agentsFree: 1 },
      { queue: 'sales', waiting: 1, longestWaitSince: now - 25_000, agentsFree: 0 },
      { queue: 'support', waiting: 4, longestWaitSince: now - 132_000, agentsFree: 0 },
    ],
  }
}

/** Nina talks with Olena. */
export function talking(now: number, more: Partial<DeskCall> = {}): DeskCall {
  return cast.ringing(now, { state: 'talking', answeredAt: now - 167_000, ...more })
}

export const consulting = (more: Partial<Consult> = {}): Consult => ({
  state: 'talking',
  extension: '205',
  name: 'Marta Lindqvist',
  display: '205',
  ...more,
})

export function ninaTalks(server: ScriptedServer, now: number, more: Partial<DeskCall> = {}): void {
  const call = talking(now, more)
  ninaSits(server, now, 'en', [
    { type: 'deskCall.set', call },
    { type: 'pop.set', callId: call.callId, pop: cast.popOf(cast.olena(now)) },
  ])
  server.replies.set('GET /api/calls/', () => targetsAt(now))
}

function scene(name: string, ready: string, more: Partial<DeskCall>, act?: Scene['act']): Scene {
  return {
    name,
    ready,
    set: (server, now, locale) => {
      ninaTalks(server, now, more)
      if (server.me !== null) server.me = { ...server.me, locale }
    },
    ...(act === undefined ? {} : { act }),
  }
}

const openPicker = async (page: Page): Promise<void> => {
  await page.locator('[data-state=talking]').waitFor()
  await page.keyboard.press('F6')
}

const words = [
  {
    wordId: 'w1',
    at: Date.now() - 60_000,
    by: 'Dmytro Savchuk',
    text: 'The second delivery came without the seals. Wants to know whether she may keep the frames until Friday.',
  },
]

export const controlScenes: Scene[] = [
  scene('transfer-choice', '[role=option]', {}, openPicker),
  scene('transfer-refused', '[data-testid=transfer] [role=alert]', {}, async (page, server) => {
    server.replies.set('POST /api/calls/', () => {
      throw new ProblemError('control.target_away')
    })
    await openPicker(page)
    await page.locator('[role=option]').first().waitFor()
    await page.keyboard.type('lev')
    await page.keyboard.press('Enter')
  }),
  scene('call-recorded', '[data-testid=recording]', { recording: 'on' }),
  scene('call-not-recorded', '[data-testid=recording]', { recording: 'paused' }),
  scene('consult-ringing', '[data-testid=consult]', {
    state: 'held',
    consult: consulting({ state: 'ringing' }),
  }),
  scene('consult-talking', '[data-testid=consult]', { state: 'held', consult: consulting() }),
  scene('consult-conference', '[data-testid=consult]', { consult: consulting({ state: 'conference' }) }),
  scene(
    'consult-failed',
    '[data-testid=consult-failed]',
    { state: 'held', consult: consulting({ state: 'ringing' }) },
    async (page, server) => {
      await page.getByTestId('consult').waitFor()
      const call = talking(Date.now(), { consultFailed: 'notAnswered' })
      server.say('person:nina', { type: 'deskCall.set', call })
    },
  ),
  {
    name: 'calls-parked',
    ready: '[data-testid=parked]',
    set: (server, now, locale) => {
      ninaSits(server, now, locale)
      const party = { number: '+494066969010', display: '040 66969010', name: null, withheld: false }
      const parked = (callId: string, space: string, customerName: string | null, seconds: number) =>
        ({
          type: 'parked.set',
          parked: { callId, space, since: now - seconds * 1_000, party, customerName },
        }) as const
      server.show('parked', [
        parked('pbx:1.1', '801', 'Olena Kovalchuk', 42),
        parked('pbx:1.2', '802', null, 12),
      ])
    },
  },
  scene('call-with-guide', '[data-testid=guide]', {
    state: 'ringing',
    answeredAt: null,
    guide: labGuides['queue:support'] ?? null,
  }),
  scene('words-left', '[data-testid=words]', { state: 'ringing', answeredAt: null, words }),
]
