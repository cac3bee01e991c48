import { header, type AmiBlock, type LabAmi } from '../asterisk/ami.ts'
import type { LabAsterisk } from '../asterisk/asterisk.ts'
import { placeCall } from '../sipp/call.ts'
import { startTrunk, type TrunkOptions } from '../sipp/trunk.ts'
import type { PhoneOptions } from '../sipp/phone.ts'
import type { Flow } from './flows.ts'
import { callAndWait, customer, did, manage, quiet, withPhones } from './stage.ts'

const is = (block: AmiBlock, event: string): boolean => header(block, 'Event') === event
const saysPlace =
  (step: string) =>
  (block: AmiBlock): boolean =>
    is(block, 'UserEvent') && header(block, 'UserEvent') === 'RingcardPlace' && header(block, 'Step') === step

/** Does what the server does with a place: offers to keep it, waits in the customer's stead, and has them called. */
async function keepPlace(ami: LabAmi): Promise<void> {
  const tell = async (block: AmiBlock, variable: string, value: string): Promise<void> => {
    const channel = header(block, 'Uniqueid') ?? ''
    await ami.action('Setvar', { Channel: channel, Variable: variable, Value: value })
  }
  const asked = await ami.waitFor('a caller to be asked', saysPlace('asked'), 30_000)
  await tell(asked, 'RINGCARD_PLACE', 'offered')
  const wanted = await ami.waitFor('a caller to want their place', saysPlace('wanted'), 30_000)
  const queue = header(wanted, 'Queue') ?? ''
  const keeper = `ringcard-place-${header(wanted, 'Uniqueid') ?? ''}-1`
  await ami.action('Originate', {
    Channel: `Local/${queue}@ringcard-place/n`,
    ChannelId: keeper,
    Context: 'ringcard-callback',
    Exten: customer.replace('+', '00'),
    Priority: '1',
    CallerID: `<${customer}>`,
    Timeout: '7200000',
    Variable: 'RINGCARD_POSITION=1,QUEUE_PRIO=0',
    Async: 'true',
  })
  await ami.waitFor(
    'somebody to wait in their stead',
    (block) =>
      is(block, 'QueueCallerJoin') && (header(block, 'Uniqueid') ?? '').startsWith('ringcard-place-'),
  )
  await tell(wanted, 'RINGCARD_PLACE', 'kept')
}

/** Says that the customer may be called, when an agent has come. */
async function callThem(ami: LabAmi): Promise<void> {
  const turn = await ami.waitFor('the turn to come', saysPlace('turn'), 60_000)
  const channel = header(turn, 'Uniqueid') ?? ''
  await ami.action('Setvar', { Channel: channel, Variable: 'RINGCARD_CALL', Value: 'yes' })
}

/** The customer presses 2 in the queue, confirms, hangs up, and is called when an agent's phone is there. */
async function placeKept(
  pbx: LabAsterisk,
  farEnd: TrunkOptions,
  phone: Omit<PhoneOptions, 'extension'> = {},
): Promise<void> {
  const trunk = await startTrunk(pbx, farEnd)
  try {
    await manage(pbx, async (ami) => {
      const call = await placeCall(pbx, {
        from: customer,
        to: did.support,
        digits: [
          { afterMs: 2_000, digit: '2' },
          { afterMs: 12_000, digit: '1' },
        ],
      })
      await keepPlace(ami)
      await call.ended
      await withPhones(pbx, [{ extension: '201', ...phone }], async () => {
        await callThem(ami)
        await quiet(pbx)
      })
    })
  } finally {
    await trunk.stop()
  }
}

/** Callers who do not wait with the phone at their ear: a place that is kept, and messages left in a queue. */
export const placeFlows: Readonly<Record<string, Flow>> = {
  'place-kept': {
    story: 'the customer keeps the place and hangs up, is called when an agent answers, and they talk',
    play: (pbx) => placeKept(pbx, { answerAfterMs: 1_500, hangUpAfterMs: 3_000 }),
  },
  'place-kept-busy': {
    story: 'the customer keeps the place, and their line is busy when the turn comes',
    play: (pbx) => placeKept(pbx, { busy: [customer] }),
  },
  'place-not-confirmed': {
    story: 'the customer presses the key, does not confirm, and goes on waiting until they are answered',
    play: (pbx) =>
      manage(pbx, async (ami) => {
        const call = placeCall(pbx, {
          from: customer,
          to: did.support,
          digits: [{ afterMs: 4_000, digit: '2' }],
          hangUpAfterMs: 25_000,
        })
        const asked = await ami.waitFor('a caller to be asked', saysPlace('asked'), 30_000)
        const channel = header(asked, 'Uniqueid') ?? ''
        await ami.action('Setvar', { Channel: channel, Variable: 'RINGCARD_PLACE', Value: 'refused' })
        await withPhones(pbx, [{ extension: '201', hangUpAfterMs: 2_000 }], async () => {
          await (
            await call
          ).ended
        })
      }),
  },
  'queue-voicemail-message': {
    story: 'the customer leaves the queue by key 1 and leaves a message of some ten seconds',
    play: async (pbx) => {
      await callAndWait(pbx, {
        to: did.support,
        digits: [{ afterMs: 2_000, digit: '1' }],
        audio: true,
        hangUpAfterMs: 20_000,
      })
      await quiet(pbx)
    },
  },
  'queue-voicemail-nothing': {
    story: 'the customer leaves the queue by key 1 and hangs up without leaving a message',
    play: async (pbx) => {
      await callAndWait(pbx, {
        to: did.support,
        digits: [{ afterMs: 2_000, digit: '1' }],
        hangUpAfterMs: 3_000,
      })
      await quiet(pbx)
    },
  },
}
