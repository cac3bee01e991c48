import type { LabAsterisk } from '../asterisk/asterisk.ts'
import { placeCall } from '../sipp/call.ts'
import { startTrunk } from '../sipp/trunk.ts'
import type { Flow } from './flows.ts'
import { callAndWait, channelOf, customer, did, manage, withPhones } from './stage.ts'

/** Calls that are sent on, parked, or taken by somebody else than the one who was rung. */
export const moveFlows: Readonly<Record<string, Flow>> = {
  'blind-to-queue': {
    story: 'the agent sends the customer to another queue, where they wait and are answered',
    play: (pbx) =>
      withPhones(
        pbx,
        [{ extension: '204', blindTransfer: { afterMs: 2_000, to: '102' } }],
        async ([first]) => {
          const call = await placeCall(pbx, { from: customer, to: did.support, hangUpAfterMs: 10_000 })
          await first?.waitFor('over')
          await withPhones(pbx, [{ extension: '201' }], async () => {
            await call.ended
          })
        },
      ),
  },
  'blind-by-keys': {
    story: 'the agent hands the customer over by a feature code',
    play: (pbx) =>
      withPhones(
        pbx,
        [{ extension: '201', acts: [{ afterMs: 1_500, do: 'press', keys: '#1205' }] }, { extension: '205' }],
        async () => {
          await callAndWait(pbx, { to: did.support, hangUpAfterMs: 9_000 })
        },
      ),
  },
  'blind-by-manager': {
    story: 'a console hands the customer over to another agent, over AMI',
    play: (pbx) =>
      withPhones(pbx, [{ extension: '201' }, { extension: '205' }], async ([first]) => {
        const call = await placeCall(pbx, { from: customer, to: did.support, hangUpAfterMs: 7_000 })
        await first?.waitFor('answered')
        const Channel = await channelOf(pbx, 'PJSIP/201')
        await manage(pbx, async (ami) => {
          await ami.action('BlindTransfer', { Channel, Exten: '205', Context: 'agents-out' })
        })
        await call.ended
      }),
  },
  'blind-to-outside': {
    story: 'the agent sends the customer to a number outside, where the agents’ keys are not the customer’s',
    play: async (pbx) => {
      const trunk = await startTrunk(pbx, { answerAfterMs: 1_500 })
      try {
        await withPhones(
          pbx,
          [{ extension: '201', blindTransfer: { afterMs: 2_000, to: '03023125902' } }],
          async () => {
            const digits = Array.from('*2205', (digit, at) => ({ afterMs: at === 0 ? 6_500 : 200, digit }))
            await callAndWait(pbx, { to: did.support, digits, hangUpAfterMs: 3_000 })
          },
        )
      } finally {
        await trunk.stop()
      }
    },
  },
  'blind-and-back': {
    story: 'the agent sends the customer to another, who does not answer; they come back to the first',
    play: (pbx) =>
      withPhones(
        pbx,
        [
          { extension: '201', blindTransfer: { afterMs: 2_000, to: '7205' } },
          { extension: '205', answer: 'never' },
        ],
        async ([first]) => {
          const call = await placeCall(pbx, { from: customer, to: did.support, hangUpAfterMs: 14_000 })
          await first?.waitFor('over')
          await first?.stop()
          await withPhones(pbx, [{ extension: '201' }], async () => {
            await call.ended
          })
        },
      ),
  },
  'park-timed-out': {
    story: 'the agent parks the customer; nobody fetches them, so they ring at the agent again',
    play: (pbx) =>
      withPhones(
        pbx,
        [{ extension: '201', blindTransfer: { afterMs: 2_000, to: '810' } }],
        async ([first]) => {
          const call = await placeCall(pbx, { from: customer, to: did.support, hangUpAfterMs: 12_000 })
          await first?.waitFor('over')
          await first?.stop()
          await withPhones(pbx, [{ extension: '201' }], async () => {
            await call.ended
          })
        },
      ),
  },
  'park-given-up': {
    story: 'the agent parks the customer, who hangs up there',
    play: (pbx) =>
      withPhones(pbx, [{ extension: '201', blindTransfer: { afterMs: 2_000, to: '800' } }], async () => {
        await callAndWait(pbx, { to: did.support, hangUpAfterMs: 6_000 })
      }),
  },
  'pickup-group': {
    story: 'the phone of 201 rings; a colleague of the group takes the call with *8',
    play: (pbx) =>
      withPhones(pbx, [{ extension: '201', answer: 'never' }], async ([first]) => {
        const call = await placeCall(pbx, { from: customer, to: did.agent('201'), hangUpAfterMs: 5_000 })
        await first?.waitFor('ringing')
        const taking = await placeCall(pbx, { from: { agent: '203' }, to: '*8' })
        await call.ended
        await taking.ended
      }),
  },
  'pickup-directed': {
    story: 'the phone of 201 rings; a colleague takes just that call',
    play: (pbx) =>
      withPhones(pbx, [{ extension: '201', answer: 'never' }], async ([first]) => {
        const call = await placeCall(pbx, { from: customer, to: did.agent('201'), hangUpAfterMs: 5_000 })
        await first?.waitFor('ringing')
        const taking = await placeCall(pbx, { from: { agent: '203' }, to: '*8201' })
        await call.ended
        await taking.ended
      }),
  },
  'pickup-from-queue': {
    story: 'a queue rings 201; a colleague who is no member of it takes the call',
    play: (pbx) =>
      withPhones(pbx, [{ extension: '201', answer: 'never' }], async ([first]) => {
        const call = await placeCall(pbx, { from: customer, to: did.support, hangUpAfterMs: 6_000 })
        await first?.waitFor('ringing')
        const taking = await placeCall(pbx, { from: { agent: '205' }, to: '*8201' })
        await call.ended
        await taking.ended
      }),
  },
  'pickup-by-manager': {
    story: 'a queue rings 201; a console has 205 called to take the call, over AMI',
    play: (pbx) =>
      withPhones(
        pbx,
        [
          { extension: '201', answer: 'never' },
          { extension: '205', answer: { afterMs: 300 } },
        ],
        async ([first, second]) => {
          const call = await placeCall(pbx, { from: customer, to: did.support, hangUpAfterMs: 4_000 })
          await first?.waitFor('ringing')
          await pickUpByManager(pbx)
          await second?.waitFor('answered')
          await call.ended
        },
      ),
  },
  'pickup-by-manager-too-late': {
    story: 'a queue rings 201; a console has 205 called to take the call, but 201 answers first',
    play: (pbx) =>
      withPhones(
        pbx,
        [
          { extension: '201', answer: { afterMs: 800 } },
          { extension: '205', answer: { afterMs: 2_000 } },
        ],
        async ([first, second]) => {
          const call = await placeCall(pbx, { from: customer, to: did.support, hangUpAfterMs: 4_000 })
          await first?.waitFor('ringing')
          await pickUpByManager(pbx)
          await second?.waitFor('over')
          await call.ended
        },
      ),
  },
  'queue-three-times': {
    story: 'support sends the customer to sales, sales to collections: one customer, one call, three visits',
    play: (pbx) =>
      withPhones(
        pbx,
        [
          { extension: '204', blindTransfer: { afterMs: 1_500, to: '102' } },
          { extension: '205', answer: { afterMs: 1_500 } },
        ],
        async ([support]) => {
          const call = await placeCall(pbx, { from: customer, to: did.support, hangUpAfterMs: 11_000 })
          await support?.waitFor('over')
          await withPhones(
            pbx,
            [{ extension: '201', blindTransfer: { afterMs: 1_500, to: '103' } }],
            async () => {
              await call.ended
            },
          )
        },
      ),
  },
}

/** Has 205 called to take the call that rings at 201, as a console does. */
async function pickUpByManager(pbx: LabAsterisk): Promise<void> {
  const Data = await channelOf(pbx, 'PJSIP/201')
  await manage(pbx, async (ami) => {
    const fields = { Channel: 'PJSIP/205', Application: 'PickupChan', CallerID: '<201>' }
    await ami.action('Originate', { ...fields, Data, Timeout: '10000', Async: 'true' })
  })
}
