import { readFile } from 'node:fs/promises'
import { gzipSync } from 'node:zlib'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { waitUntil } from '../../lab/asterisk/process.ts'
import { labPeople, startCentre, type Centre } from '../../lab/centre.ts'
import { launchChromium } from '../../lab/chromium.ts'
import { castMember } from '../../lab/seed/cast.ts'
import { header, LabAmi } from '../../lab/asterisk/ami.ts'
import { placeCall } from '../../lab/sipp/call.ts'
import { startPhone } from '../../lab/sipp/phone.ts'
import { startTurn } from '../../lab/turn/turn.ts'
import { startTrunk } from '../../lab/sipp/trunk.ts'
import { callRecordSchema } from '../../shared/api.ts'
import { storedRulesSchema, type StatusRules } from '../../shared/status.ts'
import { keepConnections, phoneIs, soundFlows, takeBrowserPhone } from '../journeys/browser-phone.ts'
import { openConsole, type Console } from '../journeys/console.ts'
import { watch } from '../lab/support/watcher.ts'
import { violations } from './support/axe.ts'
import { buildConsole } from './support/build.ts'
import { registerAtAsterisk } from './support/sip-register.ts'

const endpoint = '201-web'
const directNumber = '+493023125201'
const support = '+493023125101'
let centre: Centre
let browser: Browser

beforeAll(async () => {
  await buildConsole()
  ;[centre, browser] = await Promise.all([startCentre({ customers: 50 }), launchChromium()])
})
afterAll(async () => {
  await browser.close()
  await centre.stop()
})

/** Nina at her desk, with what her page gets and opens kept in view. */
async function ninaWithPhone(): Promise<Console & { secrets: string[]; openLines: () => number }> {
  const [person] = labPeople
  if (!person) throw new Error('Nobody works here.')
  const nina = await openConsole(browser, centre.url, person)
  const { page } = nina
  onTestFinished(() => page.context().close())
  const secrets: string[] = []
  let lines = 0
  page.on('response', (response) => {
    if (response.url().endsWith('/api/phone') && response.request().method() === 'POST')
      void response
        .json()
        .then((opened: { secret?: string }) => {
          if (opened.secret !== undefined) secrets.push(opened.secret)
        })
        .catch(() => undefined)
  })
  page.on('websocket', (socket) => {
    if (!new URL(socket.url()).pathname.endsWith('/sip')) return
    lines += 1
    socket.on('close', () => (lines -= 1))
  })
  await keepConnections(page)
  await nina.signIn()
  return { ...nina, secrets, openLines: () => lines }
}

/** The scripts that the page has fetched so far. */
const scripts = (page: Page): Promise<string[]> =>
  page.evaluate(
    "performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname).filter((path) => path.endsWith('.js'))",
  )

const contacts = () => centre.pbx.cli('pjsip show contacts')
const registered = () => contacts().then((text) => text.includes(`${endpoint}/`))

test('a customer is answered in the browser by a key, heard both ways, held and resumed, and hung up by a key', async () => {
  const { name, phones } = castMember('cast-kovalchuk')
  const nina = await ninaWithPhone()
  const { page } = nina
  const before = await scripts(page)
  await takeBrowserPhone({ page })
  expect(await registered()).toBe(true)
  const fetched = (await scripts(page)).filter((path) => !before.includes(path))
  const files = await Promise.all(fetched.map((path) => readFile(`dist/client${path}`)))
  const bytes = files.reduce((sum, file) => sum + gzipSync(file).length, 0)
  expect(bytes).toBeGreaterThan(0)
  expect(bytes).toBeLessThanOrEqual(80_000)

  const call = await placeCall(centre.pbx, { from: phones[0] ?? '', to: directNumber, audio: true })
  await nina.shows('ringing', name)
  await page.getByTestId('answer').waitFor()
  expect(await violations(page)).toEqual([])
  await page.keyboard.press('F2')
  await nina.shows('talking', name)
  await call.answered
  await soundFlows(page)

  // Whoever types does not end a call by a key.
  await page.getByRole('textbox').first().focus()
  await page.keyboard.press('F9')
  await page.keyboard.press('F7')
  await nina.shows('talking', name)
  await page.getByTestId('hang-up').focus()

  await page.keyboard.press('F7')
  await nina.shows('held', name)
  await page.keyboard.press('F7')
  await nina.shows('talking', name)
  await soundFlows(page)
  await page.keyboard.press('F4')
  await page.getByRole('button', { name: 'Mute', pressed: true }).waitFor()

  // How it sounds is said in a word, and kept with the call.
  await page.locator('[data-testid=phone-state][data-line=good]').waitFor()
  await page.keyboard.press('F9')
  await nina.shows('ended', name)
  const [painting] = await nina.paintings()
  await waitUntil('its quality to be kept', async () => {
    const answer = await page.request.get(`${centre.url}/api/calls/${painting?.callId ?? ''}`)
    const { quality } = callRecordSchema.parse(await answer.json())
    return quality.length === 1 && (quality[0]?.mos ?? 0) > 4 && quality[0]?.lossIn === 0
  })
  expect((await call.ended).by).toBe('pbx')
  expect(nina.complaints).toEqual([])

  // Signing out: registered no more, the line closed, the secret void; the next sign-in has another.
  const [secret = ''] = nina.secrets
  await page
    .getByRole('button', { name: /^Your menu/ })
    .first()
    .click()
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.locator('[name=username]').waitFor()
  await waitUntil('the registration to be gone', async () => !(await registered()))
  await waitUntil('the line to be closed', () => nina.openLines() === 0)
  expect(await registerAtAsterisk(centre.pbx.ws, endpoint, secret)).toBe(401)

  await nina.signIn()
  await phoneIs(page, 'ready')
  const next = nina.secrets.at(-1) ?? ''
  expect(next).not.toBe(secret)
  expect(await registerAtAsterisk(centre.pbx.ws, endpoint, secret)).toBe(401)
  const said = centre.serverLog()
  for (const each of nina.secrets) expect(said).not.toContain(each)
})

/** The lines of desk 201 in a queue, as Asterisk shows them. */
const membersIn = async (queue: string) =>
  (await centre.pbx.cli(`queue show ${queue}`)).split('\n').filter((line) => /PJSIP\/201(-web)? /.test(line))

/** Other rules of agents' status hold from now on. */
async function setRules(change: Partial<StatusRules>): Promise<void> {
  const admin = await watch(centre.url, 'admin')
  try {
    const path = '/api/settings/status'
    const { version, rules } = storedRulesSchema.parse(await (await admin.request('GET', path)).json())
    const answer = await admin.request('PUT', path, { version, rules: { ...rules, ...change } })
    expect(answer.status).toBe(200)
  } finally {
    admin.close()
  }
}

test('a queue rings the phone in use: the browser, and after a change the desk phone', async () => {
  const { name, phones } = castMember('cast-kovalchuk')
  const desk = await startPhone(centre.pbx, { extension: '201', answer: { afterMs: 500 }, audio: true })
  onTestFinished(() => desk.stop())
  const nina = await ninaWithPhone()
  const { page } = nina
  await takeBrowserPhone({ page })
  await waitUntil('the queues to follow', async () => {
    const lines = await membersIn('support')
    const [deskLine = '', browserLine = ''] = [/201 /, /201-web /].map((one) =>
      lines.find((l) => one.test(l)),
    )
    return (
      /paused:ringcard:other-device/.test(deskLine) &&
      /dynamic/.test(browserLine) &&
      !/paused/.test(browserLine)
    )
  })

  const first = await placeCall(centre.pbx, { from: phones[0] ?? '', to: support, audio: true })
  await nina.shows('ringing', name)
  await page.getByTestId('answer').click()
  await nina.shows('talking', name)
  await soundFlows(page)
  expect(desk.marks()).toEqual([])
  await page.keyboard.press('F9')
  await first.ended
  await nina.shows('ended', name)

  await page.getByTestId('phone-state').click()
  await page.getByRole('button', { name: 'Desk phone', exact: true }).click()
  await phoneIs(page, 'off')
  await page.keyboard.press('Escape')
  await waitUntil('the queues to follow', async () => {
    const lines = await membersIn('support')
    return lines.length === 1 && !/paused/.test(lines[0] ?? '')
  })
  const second = await placeCall(centre.pbx, { from: phones[0] ?? '', to: support, audio: true })
  await nina.shows('ringing', name)
  expect(await page.getByTestId('answer').count()).toBe(0)
  await desk.waitFor('answered')
  await nina.shows('talking', name)
  await second.hangUp()
  await nina.shows('ended', name)
}, 90_000)

test('without a microphone the agent is taken out with the reason, and is back by one click', async () => {
  await setRules({ deviceSeconds: 2 })
  onTestFinished(() => setRules({ deviceSeconds: 0 }))
  const { page } = await ninaWithPhone()
  await takeBrowserPhone({ page })
  const own = page.getByTestId('own-state')
  const microphoneIs = (there: boolean) =>
    page.evaluate(`{
      if (${there}) delete navigator.mediaDevices.getUserMedia
      else navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotFoundError'))
      navigator.mediaDevices.dispatchEvent(new Event('devicechange'))
    }`)
  // Without desk phone she was out until the browser was there.
  await page.getByRole('button', { name: 'Ready' }).first().click()
  await own.getByText('Ready').waitFor()
  await microphoneIs(false)
  await phoneIs(page, 'noMicrophone')
  await own.getByText('Phone lost').waitFor()
  await waitUntil('the queues to follow', async () =>
    (await membersIn('support')).some((line) => line.includes('paused:ringcard:device-lost')),
  )
  await microphoneIs(true)
  await phoneIs(page, 'ready')
  await own.getByText('Phone is back').waitFor()
  await page.getByRole('button', { name: 'Ready' }).first().click()
  await own.getByText('Ready').waitFor()
}, 60_000)

test('before the shift: the microphone is seen to hear, another is chosen, and the test call says it all back', async () => {
  const nina = await ninaWithPhone()
  const { page } = nina
  await takeBrowserPhone({ page })
  const openSound = async () => {
    await page.getByTestId('phone-state').click()
    await page.getByTestId('open-sound').click()
  }
  await openSound()
  const dialog = page.getByRole('dialog')
  const microphone = dialog.getByRole('combobox', { name: 'Microphone', exact: true })
  await waitUntil(
    'more than one microphone to be listed',
    async () => (await microphone.locator('option').count()) > 2,
  )
  const chosen = (await microphone.locator('option').last().getAttribute('value')) ?? ''
  await microphone.selectOption(chosen)
  await waitUntil(
    'the meter to move',
    async () => Number(await page.getByTestId('level').getAttribute('aria-valuenow')) > 5,
  )
  await dialog.getByTestId('test-call').click()
  await dialog.getByText('you should hear yourself').waitFor()
  await soundFlows(page)
  expect(await violations(page)).toEqual([])
  // Another microphone in mid-call: it goes on.
  await microphone.selectOption('')
  await soundFlows(page)
  await microphone.selectOption(chosen)
  await dialog.getByRole('button', { name: 'Hang up' }).click()
  await dialog.getByText('If you heard the greeting').waitFor()
  await dialog.getByRole('button', { name: 'Close' }).click()

  // It is kept; and a call that rings is never under the dialog.
  await page.reload()
  await phoneIs(page, 'ready')
  await openSound()
  expect(await microphone.inputValue()).toBe(chosen)
  const call = await placeCall(centre.pbx, {
    from: castMember('cast-kovalchuk').phones[0] ?? '',
    to: directNumber,
  })
  await nina.shows('ringing')
  await dialog.waitFor({ state: 'detached' })
  await call.hangUp()
  await nina.shows('gone')
}, 60_000)

test('a number is called from the browser, keys reach the other end, and what is no number is said', async () => {
  const trunk = await startTrunk(centre.pbx, { answerAfterMs: 300, audio: true })
  onTestFinished(() => trunk.stop())
  const ami = await LabAmi.open(centre.pbx.controlAmi)
  onTestFinished(() => ami.close())
  const nina = await ninaWithPhone()
  const { page } = nina
  await takeBrowserPhone({ page })
  const number = page.getByRole('textbox', { name: 'Number to call' })

  await number.fill('anna')
  await page.keyboard.press('Enter')
  await page.getByText('This cannot be dialled').waitFor()
  await number.fill('030 23125-0')
  await page.keyboard.press('Enter')
  await nina.shows('talking')
  await soundFlows(page)

  await page.getByRole('button', { name: 'Keypad' }).click()
  expect(await violations(page)).toEqual([])
  await page.keyboard.press('5')
  await waitUntil('the key to reach Asterisk', () =>
    ami.events.some((event) => header(event, 'Event') === 'DTMFEnd' && header(event, 'Digit') === '5'),
  )
  await page.keyboard.press('Escape')
  await page.getByTestId('hang-up').click()
  await nina.shows('ended')
})

test('a queue is answered by itself; a reload in mid-call, and another window: the card is there at once, and the talk goes on', async () => {
  await setRules({ queues: [{ queue: 'support', wrapUpSeconds: 0, autoAnswer: true, signIn: false }] })
  onTestFinished(() => setRules({ queues: [] }))
  const { name, phones } = castMember('cast-kovalchuk')
  const nina = await ninaWithPhone()
  const { page } = nina
  await takeBrowserPhone({ page })
  const call = await placeCall(centre.pbx, { from: phones[0] ?? '', to: support, audio: true })
  await nina.shows('talking', name)
  await soundFlows(page)

  const asked: string[] = []
  page.on('dialog', (dialog) => {
    asked.push(dialog.type())
    void dialog.accept()
  })
  await page.reload()
  expect(asked).toEqual(['beforeunload'])
  await nina.shows('talking', name)
  await page.getByTestId('hang-up').waitFor()
  await soundFlows(page)
  await nina.shows('talking', name)

  // Another window of hers shows it, and takes it with the talk.
  const second = await page.context().newPage()
  await keepConnections(second)
  await second.goto(centre.url)
  await second.getByTestId('phone-elsewhere').getByRole('button', { name: 'Take it here' }).click()
  await phoneIs(second, 'ready')
  await phoneIs(page, 'elsewhere')
  await soundFlows(second)
  await second.getByTestId('hang-up').click()
  expect((await call.ended).by).toBe('pbx')
  await nina.shows('ended', name)
  expect(nina.complaints).toEqual([])
  // It was one talk, with her, and one call.
  const [painting] = await nina.paintings()
  const answer = await page.request.get(`${centre.url}/api/calls/${painting?.callId ?? ''}`)
  const record = callRecordSchema.parse(await answer.json())
  expect(record.contacts.map(({ extension, why }) => [extension, why])).toEqual([['201', 'agentHungUp']])
}, 60_000)

test('a session that ends in a call: registered no more at once, and the call goes on until it is hung up', async () => {
  const { name, phones } = castMember('cast-kovalchuk')
  const nina = await ninaWithPhone()
  const { page } = nina
  await takeBrowserPhone({ page })
  const call = await placeCall(centre.pbx, { from: phones[0] ?? '', to: directNumber, audio: true })
  await nina.shows('ringing', name)
  await page.getByTestId('answer').click()
  await nina.shows('talking', name)
  await soundFlows(page)

  const secret = nina.secrets.at(-1) ?? ''
  const { csrfToken } = (await (await page.request.get(`${centre.url}/api/session`)).json()) as {
    csrfToken: string
  }
  await page.request.delete(`${centre.url}/api/session`, { headers: { 'x-csrf-token': csrfToken } })
  await page.getByTestId('signed-out-call').waitFor()
  await waitUntil('the registration to be gone', async () => !(await registered()))
  await waitUntil('the secret to be void', async () => {
    return (await registerAtAsterisk(centre.pbx.ws, endpoint, secret)) === 401
  })
  await soundFlows(page)
  expect(nina.openLines()).toBe(1)

  await page.getByTestId('signed-out-call').getByRole('button').click()
  expect((await call.ended).by).toBe('pbx')
  await waitUntil('the line to be closed', () => nina.openLines() === 0)
})

test('the server is killed in a call: the talk goes on, the phone comes back, and the end of the call reaches it', async () => {
  const { name, phones } = castMember('cast-kovalchuk')
  const nina = await ninaWithPhone()
  const { page } = nina
  await takeBrowserPhone({ page })
  const call = await placeCall(centre.pbx, { from: phones[0] ?? '', to: directNumber, audio: true })
  await nina.shows('ringing', name)
  await page.getByTestId('answer').click()
  await nina.shows('talking', name)

  await centre.stopServer('kill')
  await phoneIs(page, 'lost')
  await soundFlows(page)
  await centre.startServer()
  await phoneIs(page, 'ready')
  await waitUntil('it to be registered again', registered)
  await nina.shows('talking', name)
  await soundFlows(page)
  await call.hangUp()
  await nina.shows('ended', name)
  await page.getByTestId('hang-up').waitFor({ state: 'detached' })

  await page.getByTestId('phone-state').click()
  await page.getByRole('button', { name: 'Desk phone', exact: true }).click()
  await phoneIs(page, 'off')
  await waitUntil('the registration to be gone', async () => !(await registered()))
})

test('by a TURN server alone: the call goes through it with credentials that end, and not without', async () => {
  const turn = await startTurn()
  onTestFinished(() => turn.stop())
  const restart = async (settings: Record<string, string>) => {
    await centre.stopServer('graceful')
    await centre.startServer(settings)
  }
  await restart({ TURN_URLS: turn.url, TURN_SECRET: turn.secret, TURN_ONLY: 'yes' })
  onTestFinished(() => restart({ TURN_URLS: '', TURN_SECRET: '', TURN_ONLY: 'no' }))
  const { name, phones } = castMember('cast-kovalchuk')
  const nina = await ninaWithPhone()
  const { page } = nina
  await takeBrowserPhone({ page })
  const call = await placeCall(centre.pbx, { from: phones[0] ?? '', to: directNumber, audio: true })
  await nina.shows('ringing', name)
  await page.getByTestId('answer').click()
  await nina.shows('talking', name)
  await soundFlows(page)
  const ways = await page.evaluate<string[]>(`(async () => {
    const reports = [...(await window.__connections.at(-1).getStats()).values()]
    const pairs = reports.filter(({ type, state }) => type === 'candidate-pair' && state === 'succeeded')
    return pairs.map(({ localCandidateId }) => reports.find(({ id }) => id === localCandidateId).candidateType)
  })()`)
  expect([...new Set(ways)]).toEqual(['relay'])
  // Its name at the TURN server: when it ends, and whose it is.
  expect(turn.log()).toMatch(/user <\d{10}:[\w-]+>/)
  await page.keyboard.press('F9')
  await call.ended
}, 90_000)
