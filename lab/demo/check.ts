import { labPeople, type Centre } from '../centre.ts'
import { launchChromium } from '../chromium.ts'
import { castMember } from '../seed/cast.ts'
import { placeCall } from '../sipp/call.ts'

/** What the unattended demo measured. Times in ms. */
export interface CheckResult {
  ok: boolean
  /** From the INVITE to the customer's name on the agent's screen. */
  callToCardMs: number
  /** Whether the card was there while the phone still rang. */
  cardBeforeAnswer: boolean
}

/** How one call is placed to desk 201. */
export type PlaceOne = (
  from: string,
) => Promise<{ answered: Promise<unknown>; hangUp: () => Promise<unknown> }>

/** Places a real call on the real Asterisk. */
export function placeReal(centre: Centre): PlaceOne {
  return (from) => placeCall(centre.pbx, { from, to: '+493023125201', hangUpAfterMs: 1_000 })
}

/** Signs an agent in with a headless browser, places one call and waits for the customer's card. */
export async function checkOneCall(url: string, place: PlaceOne): Promise<CheckResult> {
  const [agent] = labPeople
  const olena = castMember('cast-kovalchuk')
  const browser = await launchChromium()
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
    await page.goto(url)
    await page.locator('input[autocomplete=username]').fill(agent?.signInName ?? '')
    await page.locator('input[type=password]').fill(agent?.password ?? '')
    await page.keyboard.press('Enter')
    await page.getByText('live', { exact: true }).waitFor({ timeout: 20_000 })

    const began = performance.now()
    const call = await place(olena.phones[0] ?? '')
    let answered = false
    void call.answered.then(
      () => (answered = true),
      () => undefined,
    )
    await page.getByRole('heading', { name: olena.name }).first().waitFor({ timeout: 20_000 })
    const callToCardMs = Math.round(performance.now() - began)
    const cardBeforeAnswer = !answered
    await call.hangUp()
    return { ok: cardBeforeAnswer, callToCardMs, cardBeforeAnswer }
  } finally {
    await browser.close()
  }
}
