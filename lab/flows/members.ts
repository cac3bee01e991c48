import type { LabAsterisk } from '../asterisk/asterisk.ts'
import { waitUntil } from '../asterisk/process.ts'
import { placeCall } from '../sipp/call.ts'
import type { Flow } from './flows.ts'
import { callAndWait, customer, did, manage, withPhones } from './stage.ts'

const second = '+493023125903'

/** A member that another distribution would write: a Local channel, a name that is not the interface. */
const elsewhere = {
  Queue: 'returns',
  Interface: 'Local/205@from-queue/n',
  MemberName: 'Carla Brandt',
  StateInterface: 'PJSIP/205',
}

type MemberFields = Readonly<Record<string, string>>

/** Plays something with members that are in the queue `returns` for that time. */
async function withMembers(
  pbx: LabAsterisk,
  members: readonly MemberFields[],
  run: () => Promise<void>,
): Promise<void> {
  await manage(pbx, async (ami) => {
    for (const member of members) await ami.action('QueueAdd', member)
  })
  try {
    await run()
  } finally {
    await manage(pbx, async (ami) => {
      for (const { Queue = '', Interface = '' } of members)
        await ami.action('QueueRemove', { Queue, Interface }).catch(() => undefined)
    })
  }
}

const direct = (extension: string, penalty = '0'): MemberFields => ({
  Queue: 'returns',
  Interface: `PJSIP/${extension}`,
  MemberName: `PJSIP/${extension}`,
  Penalty: penalty,
})

async function act(
  pbx: LabAsterisk,
  action: string,
  fields: Readonly<Record<string, string>>,
): Promise<void> {
  await manage(pbx, async (ami) => {
    await ami.action(action, fields)
  })
}

const pause = (pbx: LabAsterisk, paused: boolean, Reason = 'lunch') =>
  act(pbx, 'QueuePause', { Interface: 'PJSIP/201', Paused: String(paused), Reason })

/** Members that come, go and pause, and queues that close behind them. */
export const memberFlows: Readonly<Record<string, Flow>> = {
  'member-named-elsewhere': {
    story: 'a member written as Local/205@from-queue/n with a name that is not the interface',
    play: (pbx) =>
      withPhones(pbx, [{ extension: '205' }], () =>
        withMembers(pbx, [elsewhere], async () => {
          await callAndWait(pbx, { to: did.returns, hangUpAfterMs: 4_000 })
        }),
      ),
  },
  'paused-while-ringing': {
    story: 'the agent is paused while their phone rings, and answers all the same',
    play: (pbx) =>
      withPhones(pbx, [{ extension: '201', answer: { afterMs: 3_000 } }], async ([first]) => {
        const call = await placeCall(pbx, { from: customer, to: did.support, hangUpAfterMs: 6_000 })
        await first?.waitFor('ringing')
        await pause(pbx, true)
        await call.ended
        await pause(pbx, false)
      }),
  },
  'paused-while-talking': {
    story: 'the agent is paused while they talk',
    play: (pbx) =>
      withPhones(pbx, [{ extension: '201' }], async ([first]) => {
        const call = await placeCall(pbx, { from: customer, to: did.support, hangUpAfterMs: 5_000 })
        await first?.waitFor('answered')
        await pause(pbx, true)
        await call.ended
        await pause(pbx, false)
      }),
  },
  'wrap-up-by-pause': {
    story: 'the agent is paused for four seconds after the talk, to write it up',
    play: (pbx) =>
      withPhones(pbx, [{ extension: '201' }], async () => {
        await callAndWait(pbx, { to: did.support, hangUpAfterMs: 4_000 })
        await pause(pbx, true, 'wrap-up')
        await new Promise((resolve) => setTimeout(resolve, 4_000))
        await pause(pbx, false, 'wrap-up')
      }),
  },
  'removed-while-ringing': {
    story: 'the member is removed from the queue while their phone rings, and answers',
    play: (pbx) =>
      withPhones(pbx, [{ extension: '205', answer: { afterMs: 3_000 } }], async ([first]) => {
        await withMembers(pbx, [direct('205'), direct('206')], async () => {
          const call = await placeCall(pbx, { from: customer, to: did.returns, hangUpAfterMs: 6_000 })
          await first?.waitFor('ringing')
          await act(pbx, 'QueueRemove', { Queue: 'returns', Interface: 'PJSIP/205' })
          await call.ended
        })
      }),
  },
  'removed-while-talking': {
    story: 'the member is removed from the queue while they talk',
    play: (pbx) =>
      withPhones(pbx, [{ extension: '205' }], async ([first]) => {
        await withMembers(pbx, [elsewhere], async () => {
          const call = await placeCall(pbx, { from: customer, to: did.returns, hangUpAfterMs: 5_000 })
          await first?.waitFor('answered')
          await act(pbx, 'QueueRemove', { Queue: 'returns', Interface: elsewhere.Interface })
          await call.ended
        })
      }),
  },
  'phone-gone-while-ringing': {
    story:
      'the agent’s phone is taken off while it rings; nobody is left, so the queue sends the customer on',
    play: (pbx) =>
      withPhones(pbx, [{ extension: '205', answer: 'never' }], async ([first]) => {
        await withMembers(pbx, [direct('205')], async () => {
          const call = await placeCall(pbx, { from: customer, to: did.returns, hangUpAfterMs: 18_000 })
          await first?.waitFor('ringing')
          await first?.stop()
          await call.ended
        })
      }),
  },
  'phone-gone-while-talking': {
    story: 'the agent’s phone loses its registration while they talk, and the talk goes on',
    play: (pbx) =>
      withPhones(pbx, [{ extension: '201' }], async ([first]) => {
        const call = await placeCall(pbx, { from: customer, to: did.support, hangUpAfterMs: 5_000 })
        await first?.waitFor('answered')
        await first?.unregister()
        await call.ended
      }),
  },
  'refused-at-the-door': {
    story: 'no collector’s phone is there, so the queue refuses the customer at the door',
    play: (pbx) =>
      withPhones(pbx, [], async () => {
        await callAndWait(pbx, { to: did.collections, hangUpAfterMs: 2_000 })
      }),
  },
  emptied: {
    story: 'the last member leaves the queue while a customer waits, who is sent on to voicemail',
    play: (pbx) =>
      withPhones(pbx, [{ extension: '205', answer: 'busy' }], async () => {
        await withMembers(pbx, [direct('205')], async () => {
          const call = await placeCall(pbx, { from: customer, to: did.returns, hangUpAfterMs: 6_000 })
          await waitUntil('the customer to wait', async () =>
            (await pbx.cli('queue show returns')).includes('wait:'),
          )
          await act(pbx, 'QueueRemove', { Queue: 'returns', Interface: 'PJSIP/205' })
          await call.ended
        })
      }),
  },
  'shared-member-in-use': {
    story: 'an agent of two queues talks for one; a customer of the other waits until they are free',
    play: (pbx) =>
      withPhones(pbx, [{ extension: '201' }], async ([first]) => {
        const one = await placeCall(pbx, { from: customer, to: did.support, hangUpAfterMs: 5_000 })
        await first?.waitFor('answered')
        const other = await placeCall(pbx, { from: second, to: did.sales, hangUpAfterMs: 8_000 })
        await one.ended
        await other.ended
      }),
  },
  'wrap-up-time': {
    story: 'the queue gives its agent three seconds between two customers',
    play: (pbx) =>
      withPhones(pbx, [{ extension: '205', hangUpAfterMs: 1_500 }], async ([first]) => {
        await withMembers(pbx, [direct('205')], async () => {
          const one = await placeCall(pbx, { from: customer, to: did.returns })
          await first?.waitFor('answered')
          const other = await placeCall(pbx, { from: second, to: did.returns })
          await one.ended
          await other.ended
        })
      }),
  },
  'penalty-changed': {
    story: 'a waiting customer reaches the second agent once that agent’s penalty is taken away',
    play: (pbx) =>
      withPhones(
        pbx,
        [
          { extension: '205', answer: 'never' },
          { extension: '206', answer: { afterMs: 1_500 } },
        ],
        async ([first]) => {
          await withMembers(pbx, [direct('205'), direct('206', '5')], async () => {
            const call = await placeCall(pbx, { from: customer, to: did.returns, hangUpAfterMs: 18_000 })
            await first?.waitFor('ringing')
            const changed = { Queue: 'returns', Interface: 'PJSIP/206', Penalty: '0' }
            await act(pbx, 'QueuePenalty', changed)
            await call.ended
          })
        },
      ),
  },
  'queue-weight': {
    story: 'of two customers in two queues the one of the weightier queue is served first',
    play: (pbx) =>
      withPhones(pbx, [{ extension: '201', hangUpAfterMs: 2_000 }], async ([first]) => {
        await withMembers(pbx, [direct('201')], async () => {
          const busy = await placeCall(pbx, { from: '+493023125904', to: did.support })
          await first?.waitFor('answered')
          const light = await placeCall(pbx, { from: customer, to: did.sales })
          await light.answered
          const heavy = await placeCall(pbx, { from: second, to: did.returns })
          await busy.ended
          await heavy.ended
          await light.ended
        })
      }),
  },
}
