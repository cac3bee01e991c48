import { placeCall } from '../sipp/call.ts'
import { startTrunk, type TrunkOptions } from '../sipp/trunk.ts'
import type { LabAsterisk } from '../asterisk/asterisk.ts'
import type { Flow } from './flows.ts'
import { callAndWait, channelOf, customer, did, manage, quiet, withPhones } from './stage.ts'

const outside = '03023125902'
const called = '+493023125902'

async function outbound(pbx: LabAsterisk, farEnd: TrunkOptions, hangUpAfterMs?: number): Promise<void> {
  const trunk = await startTrunk(pbx, farEnd)
  try {
    const call = await placeCall(pbx, {
      from: { agent: '201' },
      to: outside,
      giveUpAfterMs: 6_000,
      ...(hangUpAfterMs === undefined ? {} : { hangUpAfterMs }),
    })
    await call.ended
    await quiet(pbx)
  } finally {
    await trunk.stop()
  }
}

/** Calls that agents make, hold and hand over. */
export const agentFlows: Readonly<Record<string, Flow>> = {
  'outbound-answered': {
    story: 'an agent calls a customer, who answers',
    play: (pbx) => outbound(pbx, { answerAfterMs: 1_500 }, 3_000),
  },
  'outbound-busy': {
    story: 'an agent calls a customer whose line is busy',
    play: (pbx) => outbound(pbx, { busy: [called] }),
  },
  'outbound-not-answered': {
    story: 'an agent calls a customer who does not answer, and gives up',
    play: (pbx) => outbound(pbx, { noAnswer: [called] }),
  },
  'outbound-refused': {
    story: 'the trunk refuses a call',
    play: (pbx) => outbound(pbx, { refused: [called] }),
  },
  'agent-to-agent': {
    story: 'an agent calls another',
    play: (pbx) =>
      withPhones(pbx, [{ extension: '202' }], async () => {
        const call = await placeCall(pbx, { from: { agent: '201' }, to: '202', hangUpAfterMs: 2_000 })
        await call.ended
      }),
  },
  hold: {
    story: 'the agent puts the customer on hold for three seconds and takes them back',
    play: (pbx) =>
      withPhones(pbx, [{ extension: '201', hold: { afterMs: 1_500, forMs: 3_000 } }], async () => {
        await callAndWait(pbx, { to: did.support, hangUpAfterMs: 8_000 })
      }),
  },
  'blind-transfer': {
    story: 'the agent hands the customer to another agent without asking',
    play: (pbx) =>
      withPhones(
        pbx,
        [{ extension: '201', blindTransfer: { afterMs: 2_000, to: '205' } }, { extension: '205' }],
        async () => {
          await callAndWait(pbx, { to: did.support, hangUpAfterMs: 7_000 })
        },
      ),
  },
  'attended-transfer': {
    story: 'the agent asks another agent first and then joins them with the customer',
    play: (pbx) =>
      withPhones(
        pbx,
        [
          { extension: '201', attendedTransfer: { afterMs: 2_000, to: '205', talkMs: 2_000 } },
          { extension: '205' },
        ],
        async () => {
          await callAndWait(pbx, { to: did.support, hangUpAfterMs: 11_000 })
        },
      ),
  },
  'park-and-fetch': {
    story: 'the agent parks the customer; another agent fetches them',
    play: (pbx) =>
      withPhones(
        pbx,
        [{ extension: '201', blindTransfer: { afterMs: 2_000, to: '800' } }],
        async ([first]) => {
          const call = await placeCall(pbx, { from: customer, to: did.support, hangUpAfterMs: 10_000 })
          await first?.waitFor('over')
          const fetching = await placeCall(pbx, { from: { agent: '205' }, to: '801' })
          await call.ended
          await fetching.ended
        },
      ),
  },
  'customer-joins-colleagues': {
    story: 'an agent who talks with another takes a customer, and the two others are joined',
    play: (pbx) =>
      withPhones(pbx, [{ extension: '201' }, { extension: '202' }], async ([first]) => {
        const among = await placeCall(pbx, { from: { agent: '201' }, to: '202' })
        await among.answered
        const call = await placeCall(pbx, { from: customer, to: did.agent('201'), hangUpAfterMs: 6_000 })
        await first?.waitFor('answered')
        await join(pbx, 'PJSIP/trunk', 'PJSIP/202')
        await call.ended
        await among.ended
      }),
  },
}

/** Joins the newest channels of two devices, whoever each talks with now, as a console does over AMI. */
async function join(pbx: LabAsterisk, one: string, other: string): Promise<void> {
  const Channel1 = await channelOf(pbx, one)
  const Channel2 = await channelOf(pbx, other)
  await manage(pbx, async (ami) => {
    await ami.action('Bridge', { Channel1, Channel2 })
  })
}
