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
import { startTrunk } from '../../lab/sipp/trunk.ts'
import { openConsole, type Console } from '../journeys/console.ts'
import { violations } from './support/axe.ts'
import { buildConsole } from './support/build.ts'
import { registerAtAsterisk } from './support/sip-register.ts'

const endpoint = '201-web'
const directNumber = '+493023125201'
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

/** RTP packets of the newest connection, as the browser itself counts them. */
interface Packets {
  received: number
  sent: number
}

/** Nina at her desk, with what her page gets and opens kept in view. */
async function ninaWithPhone(): Promise<
  Console & { secrets: string[]; openLines: () => number; packets: () => Promise<Packets> }
> {
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
  await page.addInitScript(`{
    const connections = (window.__connections = [])
    window.RTCPeerConnection = class extends RTCPeerConnection {
      constructor(...args) { super(...args); connections.push(this) }
    }
  }`)
  await nina.signIn()
  const packets = (): Promise<Packets> =>
    page.evaluate(`(async () => {
      const sum = { received: 0, sent: 0 }
      const reports = await window.__connections.at(-1).getStats()
      for (const one of reports.values()) {
        if (one.type === 'inbound-rtp') sum.received += one.packetsReceived
        if (one.type === 'outbound-rtp') sum.sent += one.packetsSent
      }
      return sum
    })()`)
  return { ...nina, secrets, openLines: () => lines, packets }
}

async function takeBrowserPhone(page: Page): Promise<void> {
  await page.getByTestId('phone-state').click()
  await page.getByRole('button', { name: 'Browser', exact: true }).click()
  await phoneIs(page, 'ready')
  await page.keyboard.press('Escape')
}

/** The scripts that the page has fetched so far. */
const scripts = (page: Page): Promise<string[]> =>
  page.evaluate(
    "performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname).filter((path) => path.endsWith('.js'))",
  )

const phoneIs = (page: Page, state: string) =>
  page.locator(`[data-testid=phone-state][data-state=${state}]`).waitFor()
const contacts = () => centre.pbx.cli('pjsip show contacts')
const registered = () => contacts().then((text) => text.includes(`${endpoint}/`))

/** Waits until sound has gone both ways since a moment. */
async function soundFlows(packets: () => Promise<Packets>): Promise<void> {
  const before = await packets()
  await waitUntil('sound in both directions', async () => {
    const { received, sent } = await packets()
    return received > before.received + 20 && sent > before.sent + 20
  })
}

test('a customer is answered in the browser by a key, heard both ways, held and resumed, and hung up by a key', async () => {
  const { name, phones } = castMember('cast-kovalchuk')
  const nina = await ninaWithPhone()
  const { page, packets } = nina
  const before = await scripts(page)
  await takeBrowserPhone(page)
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
  await soundFlows(packets)

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
  await soundFlows(packets)
  await page.keyboard.press('F4')
  await page.getByRole('button', { name: 'Mute', pressed: true }).waitFor()

  await page.keyboard.press('F9')
  await nina.shows('ended', name)
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

test('a number is called from the browser, keys reach the other end, and what is no number is said', async () => {
  const trunk = await startTrunk(centre.pbx, { answerAfterMs: 300, audio: true })
  onTestFinished(() => trunk.stop())
  const ami = await LabAmi.open(centre.pbx.controlAmi)
  onTestFinished(() => ami.close())
  const nina = await ninaWithPhone()
  const { page, packets } = nina
  await takeBrowserPhone(page)
  const number = page.getByRole('textbox', { name: 'Number to call' })

  await number.fill('anna')
  await page.keyboard.press('Enter')
  await page.getByText('This cannot be dialled').waitFor()
  await number.fill('030 23125-0')
  await page.keyboard.press('Enter')
  await nina.shows('talking')
  await soundFlows(packets)

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

test('a session that ends in a call: registered no more at once, and the call goes on until it is hung up', async () => {
  const { name, phones } = castMember('cast-kovalchuk')
  const nina = await ninaWithPhone()
  const { page, packets } = nina
  await takeBrowserPhone(page)
  const call = await placeCall(centre.pbx, { from: phones[0] ?? '', to: directNumber, audio: true })
  await nina.shows('ringing', name)
  await page.getByTestId('answer').click()
  await nina.shows('talking', name)
  await soundFlows(packets)

  const secret = nina.secrets.at(-1) ?? ''
  const { csrfToken } = (await (await page.request.get(`${centre.url}/api/session`)).json()) as {
    csrfToken: string
  }
  await page.request.delete(`${centre.url}/api/session`, { headers: { 'x-csrf-token': csrfToken } })
  await page.getByRole('button', { name: 'Sign in again' }).click()
  await page.getByTestId('signed-out-call').waitFor()
  await waitUntil('the registration to be gone', async () => !(await registered()))
  await waitUntil('the secret to be void', async () => {
    return (await registerAtAsterisk(centre.pbx.ws, endpoint, secret)) === 401
  })
  await soundFlows(packets)
  expect(nina.openLines()).toBe(1)

  await page.getByTestId('signed-out-call').getByRole('button').click()
  expect((await call.ended).by).toBe('pbx')
  await waitUntil('the line to be closed', () => nina.openLines() === 0)
})

test('the server is killed in a call: the talk goes on, the phone comes back, and the end of the call reaches it', async () => {
  const { name, phones } = castMember('cast-kovalchuk')
  const nina = await ninaWithPhone()
  const { page, packets } = nina
  await takeBrowserPhone(page)
  const call = await placeCall(centre.pbx, { from: phones[0] ?? '', to: directNumber, audio: true })
  await nina.shows('ringing', name)
  await page.getByTestId('answer').click()
  await nina.shows('talking', name)

  await centre.stopServer('kill')
  await phoneIs(page, 'lost')
  await soundFlows(packets)
  await centre.startServer()
  await phoneIs(page, 'ready')
  await waitUntil('it to be registered again', registered)
  await nina.shows('talking', name)
  await soundFlows(packets)
  await call.hangUp()
  await nina.shows('ended', name)
  await page.getByTestId('hang-up').waitFor({ state: 'detached' })

  await page.getByTestId('phone-state').click()
  await page.getByRole('button', { name: 'Desk phone', exact: true }).click()
  await phoneIs(page, 'off')
  await waitUntil('the registration to be gone', async () => !(await registered()))
})
