import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { labPeople, startCentre, type Centre } from '../../lab/centre.ts'
import { did } from '../../lab/flows/stage.ts'
import { castMember } from '../../lab/seed/cast.ts'
import { placeCall } from '../../lab/sipp/call.ts'
import { startPhone } from '../../lab/sipp/phone.ts'
import { callExplanationSchema } from '../../shared/explanation.ts'
import { openConsole } from '../journeys/console.ts'
import { buildConsole } from './support/build.ts'
import { launchChromium } from '../../lab/chromium.ts'

let centre: Centre
let browser: Browser

beforeAll(async () => {
  await buildConsole()
  ;[centre, browser] = await Promise.all([startCentre({ customers: 200 }), launchChromium()])
})
afterAll(async () => {
  await browser.close()
  await centre.stop()
})

test('the phone rings on the real PBX, and the caller’s card is in the browser before the answer', async () => {
  const [person] = labPeople
  const { name, phones } = castMember('cast-kovalchuk')
  if (!person) throw new Error('Nobody works here.')
  const nina = await openConsole(browser, centre.url, person)
  await nina.signIn()
  await nina.shows('idle')
  const phone = await startPhone(centre.pbx, { extension: '201', answer: 'never' })

  const call = await placeCall(centre.pbx, { from: phones[0] ?? '', to: did.support })
  await nina.shows('ringing', name)
  await phone.waitFor('ringing')
  expect(phone.marks().map(({ word }) => word)).not.toContain('answered')

  await phone.answer()
  await nina.shows('talking', name)
  await call.hangUp()
  await nina.shows('ended', name)
  await nina.page.getByRole('link', { name: `Open the card of ${name}` }).waitFor()

  // What the page said of its painting can be read by whoever asks why this card came.
  const [painting] = await nina.paintings()
  const callId = encodeURIComponent(painting?.callId ?? '')
  const why = await nina.page.request.get(`${centre.url}/api/calls/${callId}/why`)
  const { rings } = callExplanationSchema.parse(await why.json())
  const screen = rings.flatMap(({ screens }) => screens).find(({ customerName }) => customerName === name)
  expect(screen?.painted?.earliestMs).toBeGreaterThan(0)

  await phone.stop()
  expect(nina.complaints).toEqual([])
})
