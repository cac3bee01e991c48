import { placeCall } from '../sipp/call.ts'
import { startTrunk } from '../sipp/trunk.ts'
import type { Flow } from './flows.ts'
import { agentExtensions, crowdExtensions } from '../asterisk/running.ts'
import { callAndWait, customer, did, manage, withPhones } from './stage.ts'

/** Several phones for one call, holds by both, messages, and what happens at one and the same moment. */
export const edgeFlows: Readonly<Record<string, Flow>> = {
  'two-devices-one-busy': {
    story: 'an agent with two phones is busy on one and answers on the other',
    play: (pbx) =>
      withPhones(
        pbx,
        [
          { extension: '201', answer: 'busy' },
          { extension: '201', answer: { afterMs: 2_000 } },
        ],
        async () => {
          await callAndWait(pbx, { to: did.agent('201'), hangUpAfterMs: 2_000 })
        },
      ),
  },
  'ring-group': {
    story: 'three agents ring at once without a queue: one declines, one is busy, one answers',
    play: (pbx) =>
      withPhones(
        pbx,
        [
          { extension: '201', answer: 'decline' },
          { extension: '202', answer: 'busy' },
          { extension: '203', answer: { afterMs: 2_000 } },
        ],
        async () => {
          await callAndWait(pbx, { to: did.ringGroup, hangUpAfterMs: 3_000 })
        },
      ),
  },
  'ring-group-nobody': {
    story: 'two agents ring at once without a queue, nobody answers, and the customer gives up',
    play: (pbx) =>
      withPhones(
        pbx,
        [
          { extension: '201', answer: 'never' },
          { extension: '202', answer: 'never' },
        ],
        async () => {
          await callAndWait(pbx, { to: did.ringGroup, giveUpAfterMs: 3_000 })
        },
      ),
  },
  'follow-me': {
    story: 'the agent does not answer at the desk and is reached at a number outside',
    play: async (pbx) => {
      const trunk = await startTrunk(pbx, { answerAfterMs: 1_500 })
      try {
        await withPhones(pbx, [{ extension: '205', answer: 'never' }], async () => {
          await callAndWait(pbx, { to: did.followMe, hangUpAfterMs: 12_000 })
        })
      } finally {
        await trunk.stop()
      }
    },
  },
  'forwarded-by-phone': {
    story: 'the agent’s phone sends its caller on to a colleague (302), who answers',
    play: (pbx) =>
      withPhones(
        pbx,
        [{ extension: '201', answer: { forwardTo: '205' } }, { extension: '205' }],
        async () => {
          await callAndWait(pbx, { to: did.agent('201'), hangUpAfterMs: 3_000 })
        },
      ),
  },
  'held-several-times': {
    story: 'the agent holds the customer twice, and the customer the agent once in between',
    play: (pbx) =>
      withPhones(
        pbx,
        [
          {
            extension: '201',
            acts: [
              { afterMs: 1_000, do: 'hold' },
              { afterMs: 1_500, do: 'resume' },
              { afterMs: 4_000, do: 'hold' },
              { afterMs: 1_500, do: 'resume' },
            ],
          },
        ],
        async () => {
          await callAndWait(pbx, {
            to: did.support,
            hold: { afterMs: 5_500, forMs: 1_500 },
            hangUpAfterMs: 5_000,
          })
        },
      ),
  },
  'held-in-silence': {
    story: 'the agent holds the customer twice with both directions off',
    play: (pbx) =>
      withPhones(
        pbx,
        [
          {
            extension: '201',
            acts: [
              { afterMs: 1_000, do: 'hold', silent: true },
              { afterMs: 1_500, do: 'resume' },
              { afterMs: 1_000, do: 'hold', silent: true },
              { afterMs: 1_500, do: 'resume' },
            ],
          },
        ],
        async () => {
          await callAndWait(pbx, { to: did.support, hangUpAfterMs: 8_500 })
        },
      ),
  },
  'voicemail-message': {
    story: 'the agent declines and the customer leaves a message of ten seconds',
    play: (pbx) =>
      withPhones(pbx, [{ extension: '201', answer: 'decline' }], async () => {
        await callAndWait(pbx, { to: did.agent('201'), audio: true, hangUpAfterMs: 18_000 })
      }),
  },
  'answered-as-caller-goes': {
    story: 'the agent picks up in the moment in which the customer gives up',
    play: (pbx) =>
      withPhones(pbx, [{ extension: '201', answer: 'never' }], async ([first]) => {
        const call = await placeCall(pbx, { from: customer, to: did.agent('201') })
        await first?.waitFor('ringing')
        await Promise.all([first?.answer(), call.hangUp()])
        await call.ended
      }),
  },
  'queue-answered-as-caller-goes': {
    story: 'the agent picks up in the moment in which the waiting customer hangs up',
    play: (pbx) =>
      withPhones(pbx, [{ extension: '201', answer: 'never' }], async ([first]) => {
        const call = await placeCall(pbx, { from: customer, to: did.support })
        await first?.waitFor('ringing')
        await Promise.all([first?.answer(), call.hangUp()])
        await call.ended
      }),
  },
  'thirty-at-once': {
    story: 'thirty customers call at once, for ten agents',
    many: true,
    play: async (pbx) => {
      const extensions = [...agentExtensions, ...crowdExtensions]
      const added = extensions.slice(3).map((it) => ({ Queue: 'sales', Interface: `PJSIP/${it}` }))
      await manage(pbx, async (ami) => {
        for (const member of added) await ami.action('QueueAdd', member)
      })
      try {
        const phones = extensions.map((extension) => {
          return { extension, answer: { afterMs: 600 }, hangUpAfterMs: 1_200 }
        })
        await withPhones(pbx, phones, async () => {
          const calls = Array.from({ length: 30 }, (_, at) =>
            callAndWait(pbx, { to: did.sales, from: `+493023125${String(930 + at)}` }),
          )
          await Promise.all(calls)
        })
      } finally {
        await manage(pbx, async (ami) => {
          for (const member of added) await ami.action('QueueRemove', member)
        })
      }
    },
  },
}
