import { did } from '../../lab/flows/stage.ts'
import { castMember } from '../../lab/seed/cast.ts'
import { startTrunk } from '../../lab/sipp/trunk.ts'
import type { DeskJourney } from './desk.ts'

const customer = castMember('cast-weber')
const number = customer.phones[0] ?? ''

/** The same, by a desk phone that the console drives over AMI. */
export async function deskPhoneSteps({
  centre,
  aigerim,
  stage,
  steps,
  pictures,
}: DeskJourney): Promise<void> {
  const { page } = aigerim

  await steps.step('a desk phone is answered, held, taken back and hung up from the console', async () => {
    const phone = await stage.phone({
      extension: '203',
      answer: 'whenTold',
      audio: true,
      acts: [
        { afterMs: 0, do: 'told' },
        { afterMs: 0, do: 'hold' },
        { afterMs: 0, do: 'told' },
        { afterMs: 0, do: 'resume' },
      ],
    })
    const call = await stage.call({ from: number, to: did.agent('203'), audio: true })
    await aigerim.shows('ringing', customer.name)
    await pictures.take(aigerim, 'desk-phone-ringing')
    await page.keyboard.press('F2')
    await aigerim.shows('talking', customer.name)
    await page.keyboard.press('F7')
    await aigerim.shows('held', customer.name)
    await phone.waitFor('held')
    await page.keyboard.press('F7')
    await aigerim.shows('talking', customer.name)
    await page.keyboard.press('F9')
    await call.ended
    await aigerim.shows('ended', customer.name)
    await stage.clear()
  })

  await steps.step('a desk phone calls a number from the console: it rings first', async () => {
    const phone = await stage.phone({ extension: '203', answer: { afterMs: 500 }, audio: true })
    const trunk = await startTrunk(centre.pbx, { answerAfterMs: 500, audio: true })
    try {
      await page.getByRole('textbox', { name: 'Number to call' }).fill(number)
      await page.keyboard.press('Enter')
      await phone.waitFor('answered')
      await aigerim.shows('talking', customer.name)
      await page.keyboard.press('F9')
      await aigerim.shows('ended', customer.name)
    } finally {
      await trunk.stop()
    }
    await stage.clear()
  })
}
