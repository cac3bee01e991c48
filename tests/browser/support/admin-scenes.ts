import { labGuides } from '../../../lab/seed/guides.ts'
import type { Page } from 'playwright-core'
import type { Locale } from '../../../shared/people.ts'
import { ProblemError } from '../../../shared/problems.ts'
import { defaultVerification } from '../../../shared/verification.ts'
import * as cast from './admin-cast.ts'
import { link, queuesOf } from './cast.ts'
import type { Scene } from './scenes.ts'
import { definition } from './result-cast.ts'
import * as setup from './setup-cast.ts'
import type { ScriptedServer } from './scripted-server.ts'

/** Anna at her console, with everything that the rooms of the administration ask for. */
function annaSits(server: ScriptedServer, now: number, locale: Locale): void {
  server.me = { ...cast.anna, locale }
  for (const queue of queuesOf(now)) server.show(`queue:${queue.name}`, [{ type: 'queue.set', queue }])
  server.show('link', [{ type: 'link.set', link: link(now) }])
  server.replies.set('GET /api/people', () => cast.people)
  server.replies.set('GET /api/roles', () => cast.roleRights)
  server.replies.set('GET /api/verification', () => ({ version: 3, definition: defaultVerification }))
  server.replies.set('GET /api/settings/dispositions', () => ({
    version: 2,
    definition,
    used: ['support:solved', 'support:solved-answered'],
  }))
  server.replies.set('GET /api/settings/status', () => setup.statusRules)
  server.replies.set('GET /api/desks/found', () => setup.found)
  server.replies.set('GET /api/pbx/', () => setup.checkOf(now))
  server.replies.set('GET /api/settings/numbers', () => setup.numbers)
  server.replies.set('GET /api/settings/number-plan', () => setup.plan)
  server.replies.set('GET /api/settings/schedules', () => ({
    schedules: setup.schedules(now),
    queues: ['collections', 'sales', 'support'],
    at: now,
  }))
  server.replies.set('GET /api/guides', () => ({
    guides: ['everybody', 'queue:support'].map((guideId) => ({
      guideId,
      version: 3,
      guide: labGuides[guideId],
    })),
    queues: ['collections', 'sales', 'support'],
    numbers: [{ number: '+493023125104', label: 'Returns' }],
  }))
  server.replies.set('GET /api/audit', () => ({ entries: cast.audit(now), next: now - 1 }))
}

function room(path: string, ready: string, more: Partial<Scene> & { name: string }): Scene {
  return { path: `/admin/${path}`, ready, set: annaSits, ...more }
}

/** Puts a file into the page's file field. */
export async function chooseList(page: Page, text: string): Promise<void> {
  const file = { name: 'team.csv', mimeType: 'text/csv', buffer: Buffer.from(text) }
  await page.locator('input[type=file]').setInputFiles(file)
}

const away = () => {
  throw new ProblemError('database.unreachable')
}
const failing =
  (path: string, reply: () => unknown): Scene['set'] =>
  (server, now, locale) => {
    annaSits(server, now, locale)
    server.replies.set(path, reply)
  }

export const adminScenes: Scene[] = [
  room('people', 'tbody tr', { name: 'admin-people' }),
  room('people/new', '[name=signInName]', { name: 'admin-person-new' }),
  room('people/chidi', 'aside form', { name: 'admin-person' }),
  room('people/import', '[data-testid=bad-row]', {
    name: 'admin-import',
    act: (page) => chooseList(page, cast.listOfPeople),
  }),
  room('people', '[role=alert]', {
    name: 'admin-people-failed',
    set: failing('GET /api/people', away),
  }),
  room('roles', 'table', {
    name: 'admin-roles',
    act: async (page) => {
      // On a phone the page shows one role at a time, and begins with the agents.
      await page
        .getByRole('checkbox', { name: 'Agent: See purchases', exact: true })
        .or(page.getByRole('checkbox', { name: 'Оператор: Видеть покупки' }))
        .uncheck()
    },
  }),
  room('verification', 'form', { name: 'admin-verification' }),
  room('verification', '[role=alert]', {
    name: 'admin-verification-unreachable',
    // Without the PIN and the call back nothing verifies in full, and payment data would never open.
    act: async (page) => {
      await page.getByRole('checkbox', { name: /PIN/ }).uncheck()
      await page.getByRole('checkbox', { name: /^(Calling back|Обратный звонок)/ }).uncheck()
    },
  }),
  room('verification', '[role=alert]', {
    name: 'admin-verification-no-first-pin',
    act: (page) => page.getByRole('checkbox', { name: /^(Calling back|Обратный звонок)/ }).uncheck(),
  }),
  room('verification', '[role=alert]', {
    name: 'admin-verification-failed',
    set: failing('GET /api/verification', away),
  }),
  room('results', 'form ol li', { name: 'admin-dispositions' }),
  room('results', 'form ol li textarea', {
    name: 'admin-dispositions-details',
    act: async (page) => {
      await page.locator('li[data-code=open-specialist] button').first().click()
      await page.locator('li[data-code=open-specialist]').scrollIntoViewIfNeeded()
    },
  }),
  room('results', '[role=alert]', {
    name: 'admin-dispositions-failed',
    set: failing('GET /api/settings/dispositions', away),
  }),
  room('desks/201', 'aside span:has-text(" · ")', { name: 'admin-desk' }),
  room('desks', '[role=alert]', {
    name: 'admin-desks-in-part',
    set: (server, now, locale) => {
      annaSits(server, now, locale)
      const pbxs = [...setup.found.pbxs, { pbx: 'kyiv', live: false }]
      server.replies.set('GET /api/settings/status', () => setup.statusRules)
      server.replies.set('GET /api/desks/found', () => ({ ...setup.found, pbxs }))
      server.replies.set('GET /api/pbx/', () => {
        throw new ProblemError('pbx.unreachable')
      })
    },
  }),
  room('numbers', 'tbody tr', { name: 'admin-numbers' }),
  room('numbers/plan', 'aside form', {
    name: 'admin-number-plan',
    act: (page) => page.locator('[name=try]').fill('9 0171 2345678'),
  }),
  room('numbers', 'dl', { name: 'admin-numbers-none', set: failing('GET /api/settings/numbers', () => []) }),
  room('hours/centre', '[data-testid=two-weeks]', { name: 'admin-hours' }),
  room('hours/queue:sales', '[data-testid=two-weeks]', { name: 'admin-hours-of-the-center' }),
  room('hours', 'tbody tr', {
    name: 'admin-hours-none',
    set: (server, now, locale) => {
      annaSits(server, now, locale)
      server.replies.set('GET /api/settings/schedules', () => ({ schedules: [], queues: [], at: now }))
    },
  }),
  room('status', 'form', { name: 'admin-status' }),
  room('status', '[role=alert]', {
    name: 'admin-status-wrong',
    act: async (page) => {
      await page.locator('input[type=number]').first().fill('9999')
      await page.locator('ol input').first().fill('')
      await page.locator('[type=submit]').click()
    },
  }),
  room('status', '[role=alert]', {
    name: 'admin-status-failed',
    set: failing('GET /api/settings/status', away),
  }),
  room('guides/queue:support', 'aside [data-testid=guide]', { name: 'admin-guide' }),
  room('guides/number:493023125104', 'aside button', { name: 'admin-guide-none' }),
  room('changes', 'table', { name: 'admin-audit' }),
  room('changes', 'p:has-text("Nothing yet"), p:has-text("Пока ничего")', {
    name: 'admin-audit-empty',
    set: failing('GET /api/audit', () => ({ entries: [], next: null })),
  }),
]
