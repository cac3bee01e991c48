import type { Page } from 'playwright-core'
import { ProblemError } from '../../../shared/problems.ts'
import type { Change } from '../../../shared/realtime.ts'
import type { NewTask, Task, TaskStep, Times } from '../../../shared/tasks.ts'
import { ninaSits } from './at-the-desk.ts'
import * as cast from './cast.ts'
import type { Scene } from './scenes.ts'
import type { ScriptedServer } from './scripted-server.ts'

const { minute, hour } = cast
const nina = { personId: 'nina', name: cast.nina.displayName }
const lev = { personId: 'lev', name: cast.lev.displayName }
const hours = { from: 8, until: 21 }

/** A callback to Olena that Nina promised. */
export const callback = (now: number, more: Partial<Task> = {}): Task => ({
  taskId: 'c1',
  version: 1,
  kind: 'callback',
  isOpen: true,
  customerId: 'olena',
  about: 'Olena Kovalchuk',
  number: '+380445551234',
  display: '+380 44 555 1234',
  for: { kind: 'person', personId: 'nina' },
  forName: nina.name,
  takenBy: null,
  reason: 'Corrected invoice 1482',
  note: 'She is in the shop until four. Dmytro has the corrected one.',
  dueAt: now + 25 * minute,
  timeZone: 'Europe/Kyiv',
  zoneFrom: 'card',
  hours,
  fromCallId: null,
  attempts: [],
  missed: [],
  place: null,
  message: null,
  remindedAt: null,
  escalatedAt: null,
  closed: null,
  madeAt: now - 26 * hour,
  madeBy: nina,
  ...more,
})

/** What came of calls to a queue: a message that was left there, and a kept place whose customer was busy. */
export const leftOf = (now: number): Task[] => {
  const ofQueue = { customerId: null, about: '', for: { kind: 'queue', queue: 'support' } } as const
  const made = { forName: null, reason: '', note: '', madeBy: null, madeAt: now - 3 * minute }
  return [
    callback(now, {
      ...{ ...ofQueue, ...made, taskId: 'v1', kind: 'voicemail', dueAt: now - 2 * minute },
      ...{ number: '+4915112345679', display: '01511 2345679' },
      message: {
        ...{ at: now - 3 * minute, mailbox: '190@hearth', seconds: 83, isHere: true },
        heardBy: [lev],
      },
    }),
    callback(now, {
      ...{ ...ofQueue, ...made, taskId: 'k1', dueAt: now + 57 * minute },
      ...{ number: '+4915112345680', display: '01511 2345680' },
      place: { outcome: 'busy' },
      attempts: [{ callId: 'pbx:3.1', at: now - 3 * minute, personId: null, name: null, outcome: 'busy' }],
    }),
  ]
}

/** What is promised on a full day, due first. */
export const promisedOf = (now: number): Task[] => [
  callback(now, {
    taskId: 'c0',
    about: 'Александра-Валентина Преображенская-Рождественская',
    customerId: 'longest',
    reason: 'Подтвердить доставку праздничных наборов в три магазина',
    dueAt: now - 35 * minute,
    escalatedAt: now - 20 * minute,
    timeZone: 'Asia/Vladivostok',
    attempts: [
      { callId: 'pbx:1.1', at: now - 2 * hour, personId: 'nina', name: nina.name, outcome: 'notAnswered' },
      { callId: 'pbx:1.2', at: now - hour, personId: 'lev', name: lev.name, outcome: 'busy' },
    ],
  }),
  callback(now, {
    taskId: 'm1',
    kind: 'missed',
    customerId: null,
    about: '',
    number: '+4915112345678',
    display: '01511 2345678',
    for: { kind: 'queue', queue: 'support' },
    forName: null,
    takenBy: lev,
    reason: '',
    note: '',
    dueAt: now - 4 * minute,
    timeZone: 'Europe/Berlin',
    zoneFrom: 'number',
    missed: [
      { callId: 'pbx:2.1', at: now - 9 * minute, queue: 'support' },
      { callId: 'pbx:2.2', at: now - 4 * minute, queue: 'support' },
    ],
    madeBy: null,
  }),
  callback(now),
  callback(now, {
    taskId: 't1',
    kind: 'task',
    about: 'Aidana Omarova',
    customerId: 'aidana',
    for: { kind: 'anybody' },
    forName: null,
    reason: 'Send the catering menu',
    note: '',
    dueAt: now + 26 * hour,
    timeZone: 'Asia/Almaty',
  }),
]

export const timesOf = (more: Partial<Times> = {}): Times => ({
  number: { e164: '+380445551234', display: '+380 44 555 1234' },
  numbers: [
    { e164: '+380445551234', display: '+380 44 555 1234' },
    { e164: '+380505551234', display: '+380 50 555 1234' },
  ],
  zones: [{ timeZone: 'Europe/Kyiv', from: 'card' }],
  hours,
  doNotCall: null,
  ...more,
})

/** Has the server take promises and steps, as the real one does. */
export function takesTasks(server: ScriptedServer, times: Times = timesOf()): void {
  server.replies.set('POST /api/task-times', () => times)
  server.replies.set('GET /api/task-choices', () => ({
    people: [nina, lev, { personId: 'chidi', name: 'Chidi Eze' }],
    queues: ['collections', 'sales', 'support'],
  }))
  server.replies.set('POST /api/tasks', ({ body }) => {
    const { taskId, kind, reason, note, dueAt, timeZone } = body as NewTask
    return callback(Date.now(), { taskId, kind, reason, note, dueAt, timeZone })
  })
  server.replies.set('POST /api/tasks/', ({ path, body }) => {
    const { step } = body as { step: TaskStep }
    const now = Date.now()
    const taskId = path.split('/')[3] ?? ''
    const before = promisedOf(now).find((task) => task.taskId === taskId) ?? callback(now)
    const closed = { at: now, how: 'done' as const, by: nina, text: null, callId: null }
    const after: Task = {
      ...before,
      version: 2,
      ...(step.do === 'take' ? { takenBy: nina } : {}),
      ...(step.do === 'done' ? { isOpen: false, closed } : {}),
    }
    server.say('person:nina', { type: 'task.set', task: after })
    return after
  })
}

const set = (tasks: Task[]): Change[] => tasks.map((task) => ({ type: 'task.set', task }))

/** Nina's desk with a full day of promises; Olena is, or was, on the phone. */
function scene(
  name: string,
  ready: string,
  act?: (page: Page, server: ScriptedServer) => Promise<void>,
  more: { state?: 'talking' | 'ended' | null; times?: Times; tasks?: (now: number) => Task[] } = {},
): Scene {
  const { state = 'talking', times, tasks = promisedOf } = more
  return {
    name,
    ready,
    set: (server, now, locale) => {
      const at = { answeredAt: now - 267_000, endedAt: state === 'ended' ? now - 7_000 : null }
      const call = state === null ? null : cast.ringing(now, { state, ...at })
      const shown: Change[] =
        call === null
          ? []
          : [
              { type: 'deskCall.set', call },
              { type: 'pop.set', callId: call.callId, pop: cast.popOf(cast.olena(now)) },
            ]
      ninaSits(server, now, locale, [...shown, ...set(tasks(now))])
      takesTasks(server, times)
    },
    ...(act === undefined ? {} : { act }),
  }
}

/** On a phone the list stands behind the third tab, the way to promise behind the second. */
export async function turnTo(page: Page, tab: 1 | 2): Promise<void> {
  await page.locator('.desk').waitFor()
  const button = page.locator('.desk > [role=group] button').nth(tab)
  if (await button.isVisible()) await button.click()
}
export const form = '[data-testid=promise-form]'
export async function openForm(page: Page): Promise<void> {
  await turnTo(page, 1)
  await page.locator('[data-testid=promise-bar] button:enabled').click()
  await page.locator(`${form} select`).first().waitFor()
}

/** What was promised, in every state. */
export const taskScenes: Scene[] = [
  scene(
    'promised-message',
    '[data-testid=message]',
    async (page) => {
      await turnTo(page, 2)
      await page.getByTestId('promised-row').first().locator('button[aria-expanded]').first().click()
    },
    { state: null, tasks: leftOf },
  ),
  scene('promised-list', '[data-testid=promised-row]', (page) => turnTo(page, 2), { state: null }),
  scene(
    'promised-opened',
    '[data-testid=promised-row] form',
    async (page) => {
      await turnTo(page, 2)
      const row = page.getByTestId('promised-row').nth(2)
      await row.locator('button[aria-expanded]').first().click()
      await row.getByRole('button', { name: /^(Postpone|Отложить)$/ }).click()
    },
    { state: null },
  ),
  scene('promise-form', `${form} [aria-pressed=true].border-accent`, async (page) => {
    await openForm(page)
    await page.locator(`${form} fieldset [role=group] button`).nth(1).click()
  }),
  scene('promise-form-zones', `${form} fieldset select`, (page) => openForm(page), {
    state: 'ended',
    times: timesOf({
      zones: ['America/New_York', 'America/Chicago', 'America/Denver', 'America/Los_Angeles'].map(
        (timeZone) => ({ timeZone, from: 'number' }),
      ),
    }),
  }),
  scene('promise-form-wrong', `${form} .text-bad`, async (page) => {
    await openForm(page)
    await page.locator(`${form} [type=datetime-local]`).fill('2027-03-01T23:30')
    await page.keyboard.press('Control+Enter')
  }),
  scene('promise-refused', '[data-testid=promised] .text-bad', async (page, server) => {
    server.replies.set('POST /api/tasks', () => {
      throw new ProblemError('task.nobody')
    })
    await openForm(page)
    await page.locator(`${form} fieldset [role=group] button`).nth(1).click()
    await page.locator(`${form} input[list]`).fill('Corrected invoice')
    await page.locator(`${form} [type=submit]`).click()
    await page.locator(form).waitFor({ state: 'detached' })
    await turnTo(page, 2)
  }),
  scene('promise-form-do-not-call', `${form} [role=alert]`, openForm, {
    times: timesOf({
      doNotCall: {
        number: '+380445551234',
        display: '+380 44 555 1234',
        at: Date.now() - 40 * cast.day,
        by: lev.name,
        reason: 'Write to us, do not call',
      },
    }),
  }),
]
