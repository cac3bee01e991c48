import { strict as assert } from 'node:assert'
import { setTimeout as delay } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { waitUntil } from '../../lab/asterisk/process.ts'
import { did } from '../../lab/flows/stage.ts'
import { castMember } from '../../lab/seed/cast.ts'
import { startTrunk } from '../../lab/sipp/trunk.ts'
import { phoneIs, soundFlows } from './browser-phone.ts'
import type { Console } from './console.ts'
import type { DeskJourney } from './desk.ts'
import type { StagedCall } from './stage.ts'

const customer = castMember('cast-kovalchuk')
const number = customer.phones[0] ?? ''
const said = 'Wants the credit note, not a refund.'
const word = 'She has the invoice before her.'

const note = (page: Page) => page.getByRole('textbox', { name: /^Note/ })
const own = ({ page }: Console, text: string) => page.getByTestId('own-state').getByText(text).waitFor()

/** From the first ring to the colleague who has the call. */
export async function inCallSteps(journey: DeskJourney): Promise<void> {
  const { nina, dmytro, stage, steps, packets, pictures } = journey
  const { page } = nina
  let call: StagedCall | undefined

  await steps.step('a customer rings, is answered by a key, and heard both ways', async () => {
    call = await stage.call({ from: number, to: did.support, audio: true })
    await Promise.all([nina, dmytro].map((one) => one.shows('ringing', customer.name)))
    await page.keyboard.press('F2')
    await nina.shows('talking', customer.name)
    packets['answered'] = await soundFlows(page)
  })

  await steps.step('what is said is noted; held and taken back by a key', async () => {
    await note(page).fill(said)
    await page.keyboard.press('Control+Enter')
    await page.getByTestId('note-status').getByText('saved').waitFor()
    await page.getByTestId('hang-up').focus()
    await page.keyboard.press('F7')
    await nina.shows('held', customer.name)
    await page.keyboard.press('F7')
    await nina.shows('talking', customer.name)
    packets['resumed'] = await soundFlows(page)
  })

  await steps.step('a colleague is asked, who reads what was said before answering', async () => {
    await page.keyboard.press('F6')
    await page.keyboard.type('dmytro')
    await page.getByRole('option', { name: /Dmytro/, selected: true }).waitFor()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await page.keyboard.type(word)
    await page.keyboard.press('Enter')
    await dmytro.shows('ringing', customer.name)
    await dmytro.page.getByTestId('words').getByText(word).waitFor()
    await dmytro.page.getByTestId('call-card').getByText(said).first().waitFor()
    await pictures.take(dmytro, 'asked-ringing')
    await dmytro.page.keyboard.press('F2')
    await page.locator('[data-testid=consult][data-state=talking]').waitFor()
    packets['consulted'] = await soundFlows(dmytro.page)
    await pictures.take(nina, 'consulting')
  })

  await steps.step('the two are joined, and the colleague has the customer', async () => {
    await page.getByRole('button', { name: 'Hand over' }).focus()
    await page.keyboard.press('Enter')
    await dmytro.shows('talking', customer.name)
    packets['joined'] = await soundFlows(dmytro.page)
  })

  await steps.step(
    'the colleague’s page is refreshed in mid-call: card at once, and the talk goes on',
    async () => {
      dmytro.page.once('dialog', (dialog) => void dialog.accept())
      await dmytro.page.reload()
      await dmytro.shows('talking', customer.name)
      await dmytro.page.getByTestId('hang-up').waitFor()
      packets['refreshed'] = await soundFlows(dmytro.page)
      await dmytro.page.keyboard.press('F9')
      assert.equal((await call?.ended)?.by, 'pbx')
    },
  )
}

/** What comes after a call, and what a broken line must not take away. */
export async function afterCallSteps(journey: DeskJourney): Promise<void> {
  const { centre, nina, dmytro, stage, steps, packets, pictures, relay } = journey
  const { page } = nina

  await steps.step('the wrap-up runs; what came of it, by two keys', async () => {
    await own(nina, 'Wrap-up')
    await page.keyboard.press('F1')
    await page.keyboard.press('1')
    await page
      .getByTestId('result-status')
      .getByText(/^saved/)
      .waitFor()
    await pictures.take(nina, 'wrap-up')
  })

  await steps.step('a callback is promised, comes due, and one click calls with the card open', async () => {
    await page.getByTestId('promise-bar').getByRole('button').first().click()
    const form = page.getByTestId('promise-form')
    await form.waitFor()
    const dueAt = await nextMinute(form.getByLabel(/^By the clock in/), page)
    await form.getByLabel('What about').fill('Credit note')
    await page.keyboard.press('Control+Enter')
    const row = page.getByTestId('promised-row').filter({ hasText: customer.name }).first()
    await row.waitFor()
    await page.getByRole('button', { name: 'Ready' }).first().click()
    await own(nina, 'Ready')
    await delay(Math.max(0, dueAt - Date.now()))
    await page.locator('[data-testid=promised-row][data-overdue=true]').first().waitFor({ timeout: 70_000 })
    const trunk = await startTrunk(centre.pbx, { answerAfterMs: 500, audio: true })
    try {
      await row.getByRole('button', { name: /^Call/ }).click()
      await nina.shows('talking', customer.name)
      packets['calledBack'] = await soundFlows(page)
      await pictures.take(nina, 'called-back')
      await page.keyboard.press('F9')
      await nina.shows('ended', customer.name)
      await row
        .getByText(/talked/)
        .first()
        .waitFor()
    } finally {
      await trunk.stop()
    }
    await page.getByRole('button', { name: 'Ready' }).first().click()
  })

  await steps.step(
    'the line is cut for 8 s while something is typed: nothing is lost, nothing doubled',
    async () => {
      const call = await stage.call({ from: number, to: did.agent('201'), audio: true })
      await nina.shows('ringing', customer.name)
      await page.keyboard.press('F2')
      await nina.shows('talking', customer.name)
      await soundFlows(page)
      await note(page).fill('Half a sentence')
      relay.cut()
      await phoneIs(page, 'lost')
      await page.keyboard.type(' that is written to its end.')
      await page.keyboard.press('Control+Enter')
      await page.getByTestId('note-status').getByText('will be saved').waitFor()
      await delay(8_000)
      packets['cutOff'] = await soundFlows(page)
      relay.mend()
      await nina.connection('live')
      await phoneIs(page, 'ready')
      await page
        .getByTestId('note-status')
        .getByText(/^saved/)
        .waitFor()
      await nina.shows('talking', customer.name)
      const kept = page.getByTestId('call-card').getByText('Half a sentence that is written to its end.')
      await waitUntil('the note to stand on the card once', async () => (await kept.count()) === 1)
      await call.hangUp()
      await nina.shows('ended', customer.name)
      await page.getByRole('button', { name: 'Ready' }).first().click()
    },
  )

  await steps.step('a second window shows the call, and only one rings and has the phone', async () => {
    const second = await page.context().newPage()
    const call = await stage.call({ from: number, to: did.agent('201'), audio: true })
    try {
      await second.goto(page.url())
      await second.locator('[data-testid=call-slot][data-state=ringing]').waitFor()
      assert.equal(await second.getByTestId('answer').count(), 0)
      await page.keyboard.press('F2')
      await second.locator('[data-testid=call-slot][data-state=talking]').waitFor()
      packets['twoWindows'] = await soundFlows(page)
      const contacts = await centre.pbx.cli('pjsip show contacts')
      assert.equal(contacts.split('201-web/').length - 1, 1)
    } finally {
      await call.hangUp()
      await second.close()
    }
    await nina.shows('ended', customer.name)
    await dmytro.shows('ended')
  })
}

/** Fills in the next whole minute that is some seconds away. @returns when that is, ms */
async function nextMinute(field: ReturnType<Page['getByRole']>, page: Page): Promise<number> {
  const at = Math.ceil((Date.now() + 10_000) / 60_000) * 60_000
  // The field has the customer's clock: Kyiv.
  const local = await page.evaluate<string>(
    `new Date(${at}).toLocaleString('sv-SE', { timeZone: 'Europe/Kyiv' }).slice(0, 16).replace(' ', 'T')`,
  )
  await field.fill(local)
  return at
}
