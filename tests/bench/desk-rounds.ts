import { header, type LabAmi } from '../../lab/asterisk/ami.ts'
import type { LabAsterisk } from '../../lab/asterisk/asterisk.ts'
import { quiet } from '../../lab/flows/stage.ts'
import { placeCall } from '../../lab/sipp/call.ts'
import type { DeskSide } from './desk-sides.ts'

export const deeds = ['answer', 'hold', 'transfer'] as const
export type Deed = (typeof deeds)[number]

/** What one key press took, ms: until Asterisk said that it is so, and until the screen showed it. */
export interface Took {
  pbx: number
  screen: number
}

interface Mark {
  what: string
  at: number
}

/** Between one key and the next, as somebody would. */
const restMs = 300
const caller = '+493023125901'

/** One call: answered, held, resumed, and sent on. */
export async function playRound(pbx: LabAsterisk, ami: LabAmi, side: DeskSide): Promise<Record<Deed, Took>> {
  const { page } = side
  ami.events.splice(0)
  const call = await placeCall(pbx, { from: caller, to: side.dialled, audio: true })
  try {
    await state(side, 'ringing')
    if (side.name === 'ours') await page.getByTestId('answer').waitFor()
    await rest()
    await page.evaluate('window.__marks.splice(0)')

    await page.keyboard.press('F2')
    const answeredAt = await told(ami, side, 'Newstate', 'Channel', ['ChannelStateDesc', 'Up'])
    await state(side, 'talking')
    await rest()
    await page.keyboard.press('F7')
    const heldAt = await told(ami, side, 'Hold', 'Channel')
    await state(side, 'held')
    await rest()
    await page.keyboard.press('F7')
    await told(ami, side, 'Unhold', 'Channel')
    await state(side, 'talking')
    await side.prepareTransfer()
    await rest()
    await page.keyboard.press(side.transferKey)
    const sentAt = await told(ami, side, 'BlindTransfer', 'TransfererChannel')
    await page.locator('[data-testid=call-slot]:not([data-state=talking])').waitFor()
    await rest()
    const marks = await page.evaluate<Mark[]>('window.__marks')
    const last = side.transferKey.split('+').at(-1) ?? ''
    return {
      answer: took(marks, 'F2', answeredAt, (name) => name === 'talking'),
      hold: took(marks, 'F7', heldAt, (name) => name === 'held'),
      transfer: took(marks, last, sentAt, (name) => name !== 'talking' && name !== 'held'),
    }
  } finally {
    await call.hangUp()
    await quiet(pbx)
    await page
      .locator('[data-testid=call-slot]:not([data-state=talking]):not([data-state=ringing])')
      .waitFor()
  }
}

const rest = () => new Promise((resolve) => setTimeout(resolve, restMs))
const state = ({ page }: DeskSide, name: string) =>
  page.locator(`[data-testid=call-slot][data-state=${name}]`).waitFor()

/** When Asterisk itself says that something happened to the side's channel, ms since 1970. */
async function told(
  ami: LabAmi,
  { channel }: DeskSide,
  event: string,
  field: string,
  like?: readonly [string, string],
): Promise<number> {
  const found = await ami.waitFor(
    `${event} of ${channel}`,
    (block) =>
      header(block, 'Event') === event &&
      header(block, field)?.startsWith(channel) === true &&
      (like === undefined || header(block, like[0]) === like[1]),
  )
  return Number(header(found, 'Timestamp')) * 1000
}

function took(marks: readonly Mark[], key: string, pbxAt: number, isIt: (state: string) => boolean): Took {
  const from = marks.findIndex(({ what }) => what === `key ${key}`)
  const pressedAt = marks[from]?.at
  const shown = marks
    .slice(from)
    .find(({ what }) => what.startsWith('state ') && isIt(what.slice('state '.length)))
  if (pressedAt === undefined || shown === undefined)
    throw new Error(`The page did not mark ${key}: ${JSON.stringify(marks)}`)
  return { pbx: pbxAt - pressedAt, screen: shown.at - pressedAt }
}
