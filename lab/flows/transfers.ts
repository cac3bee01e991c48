import type { LabAsterisk } from '../asterisk/asterisk.ts'
import type { PhoneAct, PhoneOptions } from '../sipp/phone.ts'
import type { Flow } from './flows.ts'
import { callAndWait, channelOf, did, manage, withPhones } from './stage.ts'

/** A customer reaches 201, who does something with them; 205 is there too. */
function asked(
  story: string,
  acts: readonly PhoneAct[],
  more: { first?: Partial<PhoneOptions>; second?: Partial<PhoneOptions>; lastsMs?: number } = {},
): Flow {
  return {
    story,
    play: (pbx) =>
      withPhones(
        pbx,
        [
          { extension: '201', acts, ...more.first },
          { extension: '205', ...more.second },
        ],
        async () => {
          await callAndWait(pbx, { to: did.support, hangUpAfterMs: more.lastsMs ?? 10_000 })
        },
      ),
  }
}

const hold: PhoneAct = { afterMs: 1_000, do: 'hold' }
const resume: PhoneAct = { afterMs: 500, do: 'resume' }
const consult = (until: 'ringing' | 'answered'): PhoneAct => ({ afterMs: 0, do: 'consult', to: '205', until })
const press = (keys: string, afterMs = 2_000): PhoneAct => ({ afterMs, do: 'press', keys })
const never = { second: { answer: 'never' } } as const

/** Has 201 consult 205, as a console does. @returns the channel of 201 */
async function consultByManager(pbx: LabAsterisk): Promise<string> {
  const Channel = await channelOf(pbx, 'PJSIP/201')
  await manage(pbx, async (ami) => {
    await ami.action('Atxfer', { Channel, Exten: '205', Context: 'agents-out' })
  })
  return Channel
}

/** Transfers with a word first, by the phone itself, by keys and by the manager, finished or not. */
export const attendedFlows: Readonly<Record<string, Flow>> = {
  'attended-completed-ringing': asked(
    'the agent joins the customer with a colleague whose phone still rings, who then answers',
    [hold, consult('ringing'), { afterMs: 1_000, do: 'join' }],
    { second: { answer: { afterMs: 3_000 } }, lastsMs: 9_000 },
  ),
  'attended-cancelled-ringing': asked(
    'the agent gives the consultation up while the colleague’s phone rings, and talks on',
    [hold, consult('ringing'), { afterMs: 1_500, do: 'cancelConsult' }, resume],
    { ...never, lastsMs: 7_000 },
  ),
  'attended-cancelled-talked': asked(
    'the agent asks a colleague, ends that talk, and goes on with the customer',
    [hold, consult('answered'), { afterMs: 2_000, do: 'endConsult' }, resume],
    { lastsMs: 8_000 },
  ),
  'attended-by-keys': asked('the agent consults and joins by feature codes', [
    press('*2205', 1_500),
    press('*2', 4_000),
  ]),
  'attended-by-keys-hanging-up': asked(
    'the agent consults by a feature code and joins the two by hanging up',
    [press('*2205', 1_500)],
    { first: { hangUpAfterMs: 4_000 } },
  ),
  'attended-by-keys-ringing': asked(
    'the agent consults by a feature code and hangs up while the colleague’s phone rings',
    [press('*2205', 1_500)],
    { first: { hangUpAfterMs: 1_000 }, second: { answer: { afterMs: 4_000 } }, lastsMs: 12_000 },
  ),
  'attended-by-keys-cancelled-ringing': asked(
    'the agent gives a consultation by feature code up while the colleague’s phone rings',
    [press('*2205', 1_500), press('*1')],
    never,
  ),
  'attended-by-keys-cancelled-talked': asked(
    'the agent ends a consultation by feature code after talking and is back with the customer',
    [press('*2205', 1_500), press('*1', 4_000)],
  ),
  'attended-customer-gone': asked(
    'the customer hangs up while the agent asks a colleague by phone',
    [hold, consult('answered')],
    { second: { hangUpAfterMs: 4_000 }, lastsMs: 4_500 },
  ),
  'attended-by-keys-customer-gone': asked(
    'the customer hangs up while the agent asks a colleague by feature code; the two talk on',
    [press('*2205', 1_500)],
    { first: { hangUpAfterMs: 6_000 }, lastsMs: 7_000 },
  ),
  'attended-by-manager': {
    story: 'a console has the agent consult a colleague and joins the two, over AMI',
    play: (pbx) =>
      withPhones(
        pbx,
        [{ extension: '201', acts: [press('*2', 8_000)] }, { extension: '205' }],
        async ([first]) => {
          const call = callAndWait(pbx, { to: did.support, hangUpAfterMs: 13_000 })
          await first?.waitFor('answered')
          await consultByManager(pbx)
          await call
        },
      ),
  },
  'attended-by-manager-cancelled': {
    story: 'a console has the agent consult a colleague and gives it up, over AMI',
    play: (pbx) =>
      withPhones(pbx, [{ extension: '201' }, { extension: '205' }], async ([first, second]) => {
        const call = callAndWait(pbx, { to: did.support, hangUpAfterMs: 11_000 })
        await first?.waitFor('answered')
        const Channel = await consultByManager(pbx)
        await second?.waitFor('answered')
        await manage(pbx, async (ami) => {
          await ami.action('CancelAtxfer', { Channel })
        })
        await call
      }),
  },
  'attended-by-manager-ringing': {
    story: 'a console has the agent consult a colleague, and the agent hangs up while the phone rings there',
    play: (pbx) =>
      withPhones(
        pbx,
        [{ extension: '201' }, { extension: '205', answer: { afterMs: 4_000 } }],
        async ([first, second]) => {
          const call = callAndWait(pbx, { to: did.support, hangUpAfterMs: 10_000 })
          await first?.waitFor('answered')
          await consultByManager(pbx)
          await second?.waitFor('ringing')
          await first?.hangUp()
          await call
        },
      ),
  },
  'attended-by-manager-cancelled-ringing': {
    story: 'a console has the agent consult a colleague and gives it up while the phone rings there',
    play: (pbx) =>
      withPhones(
        pbx,
        [{ extension: '201' }, { extension: '205', answer: 'never' }],
        async ([first, second]) => {
          const call = callAndWait(pbx, { to: did.support, hangUpAfterMs: 8_000 })
          await first?.waitFor('answered')
          const Channel = await consultByManager(pbx)
          await second?.waitFor('ringing')
          await manage(pbx, async (ami) => {
            await ami.action('CancelAtxfer', { Channel })
          })
          await call
        },
      ),
  },
  'feature-codes-by-customer': {
    story: 'the customer presses the keys of a transfer, which are not theirs to use',
    play: (pbx) =>
      withPhones(pbx, [{ extension: '201' }, { extension: '205' }], async () => {
        const digits = Array.from('*2205', (digit, at) => ({ afterMs: at === 0 ? 3_000 : 200, digit }))
        await callAndWait(pbx, { to: did.support, digits, hangUpAfterMs: 3_000 })
      }),
  },
  'conference-customer-leaves': asked(
    'the agent makes a conference of a consultation; the customer leaves first',
    [press('*2205', 1_500), press('*3', 4_000)],
    { first: { hangUpAfterMs: 6_000 }, lastsMs: 12_000 },
  ),
  'conference-maker-leaves': asked(
    'the agent makes a conference of a consultation and leaves it; the two others stay',
    [press('*2205', 1_500), press('*3', 4_000)],
    { first: { hangUpAfterMs: 2_000 }, lastsMs: 14_000 },
  ),
  'conference-colleague-leaves': asked(
    'the agent makes a conference of a consultation; the colleague leaves, the two others stay',
    [press('*2205', 1_500), press('*3', 4_000)],
    { second: { hangUpAfterMs: 6_000 }, lastsMs: 14_000 },
  ),
}
