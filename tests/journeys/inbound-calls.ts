import { strict as assert } from 'node:assert'
import { castMember } from '../../lab/seed/cast.ts'
import { did } from '../../lab/flows/stage.ts'
import type { Journey } from './inbound.ts'

/** Customers whose number is theirs alone: the callers of a busy quarter of an hour. */
const regulars = [
  'cast-weber',
  'cast-brandt',
  'cast-krueger',
  'cast-hoffmann',
  'cast-vogel',
  'cast-demir',
  'cast-graf',
  'cast-ashworth',
  'cast-lindqvist',
  'cast-kowalska',
  'cast-omarova',
  'cast-navarro',
].map(castMember)

/** The number that a customer of the cast usually calls from. */
export function numberOf(id: string): string {
  return castMember(id).phones[0] ?? ''
}

/** What calls do by themselves, from the first ring to the end. */
export async function callSteps(journey: Journey): Promise<void> {
  const { nina, dmytro, petra, stage, pops, pictures, steps } = journey

  await steps.step('a dozen known callers in turn: each card on both desks before the answer', async () => {
    const phones = [await stage.phone({ extension: '201' }), await stage.phone({ extension: '202' })]
    for (const [index, { name, phones: numbers }] of regulars.entries()) {
      const call = await stage.call({ from: numbers[0] ?? '', to: did.support })
      pops.expect(call.callId)
      await Promise.all(
        [nina, dmytro].map(async (console) => {
          await console.shows('ringing', name)
          await console.painted(call.callId)
        }),
      )
      await phones[index % 2]?.answer()
      const [answering, other] = index % 2 === 0 ? [nina, dmytro] : [dmytro, nina]
      await Promise.all([answering.shows('talking', name), other.tellsGone('Answered by another agent')])
      await call.hangUp()
      await answering.shows('ended', name)
    }
  })

  await steps.step(
    'a known caller: the card is painted before the answer, and stays through the call',
    async () => {
      const phone = await stage.phone({ extension: '201' })
      const { name } = castMember('cast-kovalchuk')
      const call = await stage.call({ from: numberOf('cast-kovalchuk'), to: did.support })
      pops.expect(call.callId)
      await nina.shows('ringing', name)
      await nina.painted(call.callId)
      assert(!phone.marks().some(({ word }) => word === 'answered'), 'answered before the card was there')
      await pictures.take(nina, 'desk-ringing')
      await phone.answer()
      await nina.shows('talking', name)
      await nina.page.fill('textarea', 'Wants the credit note, not a refund.')
      await pictures.take(nina, 'desk-in-call')
      await nina.page.getByRole('button', { name: 'Save to the card' }).click()
      await nina.page.getByTestId('note-status').getByText('saved').waitFor()
      await call.hangUp()
      await nina.shows('ended', name)
      // What came of it, by two keys.
      await nina.page.keyboard.press('F1')
      await nina.page.keyboard.press('1')
      await nina.page.getByTestId('result-status').getByText('saved', { exact: true }).waitFor()
      await nina.page
        .getByRole('link', { name: `Open the card of ${name}` })
        .first()
        .waitFor()
    },
  )

  await steps.step('ringall: one answers, the other’s card goes and says why', async () => {
    await stage.phone({ extension: '201' })
    const phone = await stage.phone({ extension: '202' })
    const { name } = castMember('cast-petrenko')
    const call = await stage.call({ from: numberOf('cast-petrenko'), to: did.support })
    pops.expect(call.callId)
    await Promise.all([nina.shows('ringing', name), dmytro.shows('ringing', name)])
    await phone.answer()
    await nina.tellsGone('Answered by another agent')
    assert.equal(await nina.page.getByTestId('call-card').count(), 0, 'the card is still there')
    await dmytro.shows('talking', name)
    await pictures.take(nina, 'desk-moved-on')
  })

  await steps.step(
    'two customers with one number: one key chooses, and the choice is remembered',
    async () => {
      const phone = await stage.phone({ extension: '201' })
      const { name } = castMember('cast-lehmann-clara')
      const first = await stage.call({ from: numberOf('cast-lehmann-clara'), to: did.agent('201') })
      await nina.asks('several')
      await pictures.take(nina, 'desk-several')
      const rows = await nina.page.getByTestId('who').getByRole('listitem').allTextContents()
      const key = rows.findIndex((row) => row.includes(name)) + 1
      await phone.answer()
      await nina.page.keyboard.press(String(key))
      await nina.shows('talking', name)
      await first.hangUp()
      await nina.shows('ended', name)
      const second = await stage.call({ from: numberOf('cast-lehmann-clara'), to: did.agent('201') })
      pops.expect(second.callId)
      await nina.shows('ringing', name)
      await nina.page.getByTestId('call-card').getByText('choice for this number').waitFor()
    },
  )

  await steps.step('an unknown caller: a card in two fields, recognised at the next call', async () => {
    const phone = await stage.phone({ extension: '201' })
    const from = '+4915228817386'
    const first = await stage.call({ from, to: did.agent('201'), callerName: 'T Brandl' })
    await nina.asks('none')
    await pictures.take(nina, 'desk-none')
    await phone.answer()
    await nina.shows('talking')
    await nina.page.getByLabel('Name').fill('Theresa Brandl')
    await nina.page.getByLabel('Company').fill('Brandl Feinkost')
    await nina.page.getByRole('button', { name: 'Make the card' }).click()
    await nina.shows('talking', 'Theresa Brandl')
    await first.hangUp()
    await nina.shows('ended', 'Theresa Brandl')
    const second = await stage.call({ from, to: did.agent('201'), callerName: 'T Brandl' })
    pops.expect(second.callId)
    await nina.shows('ringing', 'Theresa Brandl')
  })

  await steps.step(
    'a withheld number: an honest unknown caller, and nothing of the number anywhere',
    async () => {
      await stage.phone({ extension: '201' })
      const { name, phones } = castMember('cast-rivera')
      const number = phones[0] ?? ''
      await stage.call({ from: number, to: did.agent('201'), callerName: name, withheld: true })
      await nina.asks('withheld')
      const text = (await nina.page.locator('body').textContent()) ?? ''
      assert(!text.replace(/\D/g, '').includes(number.slice(-7)), 'the withheld number is on the page')
      assert(!text.includes(name), 'the withheld name is on the page')
      await pictures.take(nina, 'desk-withheld')
    },
  )

  await steps.step('a hunting offer: not answered by the first, the card moves on to the next', async () => {
    const phones = [await stage.phone({ extension: '201' }), await stage.phone({ extension: '202' })]
    const { name } = castMember('cast-nowak')
    const call = await stage.call({ from: numberOf('cast-nowak'), to: did.sales })
    pops.expect(call.callId)
    const first = await Promise.race(
      [nina, dmytro].map((console) => console.shows('ringing', name).then(() => console)),
    )
    const second = first === nina ? dmytro : nina
    await second.shows('ringing', name)
    await first.tellsGone('Not answered in time')
    assert.equal(await first.page.getByTestId('call-card').count(), 0, 'the card is still there')
    await phones[second === nina ? 0 : 1]?.answer()
    await second.shows('talking', name)
  })

  await steps.step('the caller gives up: the card goes, and nobody waits any more', async () => {
    await stage.phone({ extension: '201' })
    await stage.phone({ extension: '202' })
    const { name } = castMember('cast-ziegler')
    const call = await stage.call({ from: numberOf('cast-ziegler'), to: did.support })
    pops.expect(call.callId)
    await Promise.all([nina, dmytro].map((console) => console.shows('ringing', name)))
    await nina.queueWaits('support', 1)
    await call.hangUp()
    await Promise.all([nina, dmytro].map((console) => console.tellsGone('The caller hung up')))
    await Promise.all(
      [nina, dmytro, petra].map(({ page }) => page.getByTestId('call-card').waitFor({ state: 'detached' })),
    )
    await nina.queueWaits('support', 0)
  })

  await steps.step('hold and resume are seen', async () => {
    await stage.phone({ extension: '201', answer: { afterMs: 500 }, hold: { afterMs: 1_000, forMs: 4_000 } })
    const { name } = castMember('cast-ekman')
    const call = await stage.call({ from: numberOf('cast-ekman'), to: did.support })
    pops.expect(call.callId)
    await nina.shows('talking', name)
    await nina.shows('held', name)
    await nina.shows('talking', name)
  })

  await steps.step('a blind transfer: the card goes from the first desk to the next', async () => {
    await stage.phone({
      extension: '201',
      answer: { afterMs: 500 },
      blindTransfer: { afterMs: 2_000, to: '202' },
    })
    const phone = await stage.phone({ extension: '202' })
    const { name } = castMember('cast-seidel')
    const call = await stage.call({ from: numberOf('cast-seidel'), to: did.agent('201') })
    pops.expect(call.callId)
    await nina.shows('talking', name)
    await dmytro.shows('ringing', name)
    await nina.tellsGone('Handed over')
    assert.equal(await nina.page.getByTestId('call-card').count(), 0, 'the card is still there')
    await phone.answer()
    await dmytro.shows('talking', name)
  })

  await steps.step('the supervisor sees every call and agent as they are', async () => {
    const phones = [await stage.phone({ extension: '201' }), await stage.phone({ extension: '202' })]
    const talking = await stage.call({ from: numberOf('cast-graf'), to: did.agent('201') })
    await nina.shows('ringing', castMember('cast-graf').name)
    await phones[0]?.answer()
    await nina.shows('talking')
    const ringing = await stage.call({ from: numberOf('cast-ashworth'), to: did.support })
    await dmytro.shows('ringing', castMember('cast-ashworth').name)
    pops.expect(talking.callId)
    pops.expect(ringing.callId)
    const row = (name: string) => petra.page.getByRole('row').filter({ hasText: name })
    await row(castMember('cast-graf').name).getByText('Talking').first().waitFor()
    await row(castMember('cast-ashworth').name).getByText('Ringing').first().waitFor()
    await row('Nina Hartmann').getByText('On call').first().waitFor()
    await petra.page.getByText('newest event').waitFor()
    await pictures.take(petra, 'supervisor')
  })
}
