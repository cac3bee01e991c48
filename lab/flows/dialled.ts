import { header } from '../asterisk/ami.ts'
import type { LabAsterisk } from '../asterisk/asterisk.ts'
import { startTrunk, type TrunkOptions } from '../sipp/trunk.ts'
import type { PhoneOptions } from '../sipp/phone.ts'
import type { Flow } from './flows.ts'
import { manage, quiet, withPhones } from './stage.ts'

const outside = '+493023125902'

/** A console has the desk phone 201 called, and from there somebody else. */
async function dial(pbx: LabAsterisk, number: string, ringMs = 10_000): Promise<void> {
  await manage(pbx, async (ami) => {
    const pickedUpOrNot = ami.waitFor(
      'what came of the agent’s own phone',
      (block) => header(block, 'Event') === 'OriginateResponse',
    )
    await ami.action('Originate', {
      Channel: 'PJSIP/201',
      Context: 'ringcard-dial',
      Exten: number.replace('+', '00'),
      Priority: '1',
      CallerID: `<${number}>`,
      Timeout: String(ringMs),
      Async: 'true',
    })
    await pickedUpOrNot
  })
}

async function dialOutside(
  pbx: LabAsterisk,
  phone: Omit<PhoneOptions, 'extension'>,
  farEnd: TrunkOptions,
  ringMs?: number,
): Promise<void> {
  const trunk = await startTrunk(pbx, farEnd)
  try {
    await withPhones(pbx, [{ extension: '201', ...phone }], async () => {
      await dial(pbx, outside, ringMs)
      await quiet(pbx)
    })
  } finally {
    await trunk.stop()
  }
}

/** Calls that agents have made from the console by their desk phones: their own phone is called first. */
export const dialledFlows: Readonly<Record<string, Flow>> = {
  'dialled-answered': {
    story: 'an agent has a customer called by the desk phone, picks it up, and the customer answers',
    play: (pbx) => dialOutside(pbx, { hangUpAfterMs: 5_000 }, { answerAfterMs: 1_500 }),
  },
  'dialled-busy': {
    story: 'an agent has a customer called by the desk phone, whose line is busy',
    play: (pbx) => dialOutside(pbx, {}, { busy: [outside] }),
  },
  'dialled-given-up': {
    story: 'an agent has a customer called by the desk phone and hangs up before the customer answers',
    play: (pbx) => dialOutside(pbx, { hangUpAfterMs: 4_000 }, { noAnswer: [outside] }),
  },
  'dialled-declined': {
    story: 'an agent has a customer called by the desk phone and declines when it rings',
    play: (pbx) => dialOutside(pbx, { answer: 'decline' }, {}),
  },
  'dialled-not-picked-up': {
    story: 'an agent has a customer called by the desk phone and does not pick it up',
    play: (pbx) => dialOutside(pbx, { answer: 'never' }, {}, 3_000),
  },
  'dialled-colleague': {
    story: 'an agent has a colleague called by the desk phone, who answers',
    play: (pbx) =>
      withPhones(
        pbx,
        [{ extension: '201', hangUpAfterMs: 4_000 }, { extension: '202' }],
        async ([, second]) => {
          await dial(pbx, '202')
          await second?.waitFor('answered')
          await quiet(pbx)
        },
      ),
  },
}
