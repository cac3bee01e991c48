import { header, type AmiBlock, type LabAmi } from '../asterisk/ami.ts'
import type { LabAsterisk } from '../asterisk/asterisk.ts'
import { placeCall } from '../sipp/call.ts'
import { startTrunk, type TrunkOptions } from '../sipp/trunk.ts'
import type { PhoneOptions } from '../sipp/phone.ts'
import type { Flow } from './flows.ts'
import { callAndWait, customer, did, quiet, withPhones } from './stage.ts'

const is = (block: AmiBlock, event: string): boolean => header(block, 'Event') === event
const saysPlace =
  (step: string) =>
  (block: AmiBlock): boolean =>
    is(block, 'UserEvent') && header(block, 'UserEvent') === 'RingcardPlace' && header(block, 'Step') === step

const asked = (ami: LabAmi): Promise<AmiBlock> =>
  ami.waitFor('a caller to be asked', saysPlace('asked'), 30_000)

/** Answers the dialplan, which waits for a word. */
async function tell(ami: LabAmi, said: AmiBlock, variable: string, value: string): Promise<void> {
  const channel = header(said, 'Uniqueid') ?? ''
  await ami.action('Setvar', { Channel: channel, Variable: variable, Value: value })
}

/** Offers to keep a place, and waits in the customer's stead. */
async function keepPlace(ami: LabAmi, number: string): Promise<void> {
  await tell(ami, await asked(ami), 'RINGCARD_PLACE', 'offered')
  const wanted = await ami.waitFor('a caller to want their place', saysPlace('wanted'), 30_000)
  const queue = header(wanted, 'Queue') ?? ''
  const keeper = `ringcard-place-${header(wanted, 'Uniqueid') ?? ''}-1`
  await ami.action('Originate', {
    Channel: `Local/${queue}@ringcard-place/n`,
    ChannelId: keeper,
    Context: 'ringcard-callback',
    Exten: number.replace('+', '00'),
    Priority: '1',
    CallerID: `<${number}>`,
    Timeout: '7200000',
    Variable: 'RINGCARD_POSITION=1,QUEUE_PRIO=0',
    Async: 'true',
  })
  await ami.waitFor(
    'somebody to wait in their stead',
    (block) =>
      is(block, 'QueueCallerJoin') && (header(block, 'Uniqueid') ?? '').startsWith('ringcard-place-'),
  )
  await tell(ami, wanted, 'RINGCARD_PLACE', 'kept')
}

/** Says that the customer may be called, when an agent has come. */
async function callThem(ami: LabAmi): Promise<void> {
  await tell(ami, await ami.waitFor('the turn to come', saysPlace('turn'), 60_000), 'RINGCARD_CALL', 'yes')
}

/** The customer presses 2 in the queue, confirms, hangs up, and is called when an agent's phone is there. */
async function placeKept(
  pbx: LabAsterisk,
  from: string,
  farEnd: TrunkOptions,
  phone: Omit<PhoneOptions, 'extension'> = {},
): Promise<void> {
  const trunk = await startTrunk(pbx, farEnd)
  try {
    await callAndWait(pbx, {
      from,
      to: did.support,
      digits: [
        { afterMs: 2_000, digit: '2' },
        { afterMs: 12_000, digit: '1' },
      ],
    })
    await withPhones(pbx, [{ extension: '201', ...phone }], () => quiet(pbx))
  } finally {
    await trunk.stop()
  }
}

/** Somebody else, so that what came of the first one's place does not bear on theirs. */
const busyCustomer = '+493023125905'

/** Callers who do not wait with the phone at their ear: a place that is kept, and messages left in a queue. */
export const placeFlows: Readonly<Record<string, Flow>> = {
  'place-kept': {
    story: 'the customer keeps the place and hangs up, is called when an agent answers, and they talk',
    play: (pbx) => placeKept(pbx, customer, { answerAfterMs: 1_500, hangUpAfterMs: 3_000 }),
    serverPart: async (ami) => {
      await keepPlace(ami, customer)
      await callThem(ami)
    },
  },
  'place-kept-busy': {
    story: 'the customer keeps the place, and their line is busy when the turn comes',
    play: (pbx) => placeKept(pbx, busyCustomer, { busy: [busyCustomer] }),
    serverPart: async (ami) => {
      await keepPlace(ami, busyCustomer)
      await callThem(ami)
    },
  },
  'place-not-confirmed': {
    story: 'the customer presses the key, does not confirm, and goes on waiting until they are answered',
    play: async (pbx) => {
      const call = await placeCall(pbx, {
        from: customer,
        to: did.support,
        digits: [{ afterMs: 4_000, digit: '2' }],
        hangUpAfterMs: 45_000,
      })
      // Whoever answers comes once the caller has left the queue by the key.
      await new Promise((resolve) => setTimeout(resolve, 8_000))
      await withPhones(pbx, [{ extension: '201', hangUpAfterMs: 2_000 }], async () => {
        await call.ended
      })
    },
    serverPart: async (ami) => {
      await tell(ami, await asked(ami), 'RINGCARD_PLACE', 'offered')
    },
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
