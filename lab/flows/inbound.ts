import { placeCall } from '../sipp/call.ts'
import type { Flow } from './flows.ts'
import { header } from '../asterisk/ami.ts'
import { callAndWait, customer, did, manage, quiet, withPhones } from './stage.ts'

/** Calls from outside: to an agent, through queues, through the IVR. */
export const inboundFlows: Readonly<Record<string, Flow>> = {
  'direct-caller-hangs-up': {
    story: 'a direct call to an agent, answered, hung up by the customer',
    play: (pbx) =>
      withPhones(pbx, [{ extension: '201' }], async () => {
        await callAndWait(pbx, { to: did.agent('201'), callerName: 'Olena Kovalchuk', hangUpAfterMs: 2_000 })
      }),
  },
  'direct-agent-hangs-up': {
    story: 'a direct call to an agent, answered, hung up by the agent',
    play: (pbx) =>
      withPhones(pbx, [{ extension: '201', hangUpAfterMs: 2_000 }], async () => {
        await callAndWait(pbx, { to: did.agent('201') })
      }),
  },
  'direct-busy': {
    story: 'the agent’s phone is busy',
    play: (pbx) =>
      withPhones(pbx, [{ extension: '201', answer: 'busy' }], async () => {
        await callAndWait(pbx, { to: did.agent('201') })
      }),
  },
  'direct-declined': {
    story: 'the agent declines; the customer reaches voicemail and hangs up',
    play: (pbx) =>
      withPhones(pbx, [{ extension: '201', answer: 'decline' }], async () => {
        await callAndWait(pbx, { to: did.agent('201'), hangUpAfterMs: 2_000 })
      }),
  },
  'direct-not-answered': {
    story: 'the agent does not answer for 25 s; the customer reaches voicemail and hangs up',
    play: (pbx) =>
      withPhones(pbx, [{ extension: '201', answer: 'never' }], async () => {
        await callAndWait(pbx, { to: did.agent('201'), hangUpAfterMs: 2_000 })
      }),
  },
  'direct-caller-gives-up': {
    story: 'the customer gives up while the agent’s phone rings',
    play: (pbx) =>
      withPhones(pbx, [{ extension: '201', answer: 'never' }], async () => {
        await callAndWait(pbx, { to: did.agent('201'), giveUpAfterMs: 3_000 })
      }),
  },
  'ringall-one-answers': {
    story: 'two agents ring, one answers, the other’s ringing is withdrawn',
    play: (pbx) =>
      withPhones(pbx, [{ extension: '201', answer: 'never' }, { extension: '202' }], async () => {
        await callAndWait(pbx, { to: did.support, hangUpAfterMs: 4_000 })
      }),
  },
  'second-agent-answers': {
    story: 'the first agent does not answer for 12 s, the second does',
    play: (pbx) =>
      withPhones(pbx, [{ extension: '201', answer: 'never' }], async ([first]) => {
        const call = await placeCall(pbx, { from: customer, to: did.sales, hangUpAfterMs: 18_000 })
        await first?.waitFor('ringing')
        await withPhones(pbx, [{ extension: '202' }], async () => {
          await call.ended
        })
      }),
  },
  'abandoned-short': {
    story: 'the customer hangs up after two seconds in the queue, nobody signed in',
    play: async (pbx) => {
      await callAndWait(pbx, { to: did.support, hangUpAfterMs: 2_000 })
      await quiet(pbx)
    },
  },
  'abandoned-late': {
    story: 'the customer hangs up after eight seconds in the queue, nobody signed in',
    play: async (pbx) => {
      await callAndWait(pbx, { to: did.support, hangUpAfterMs: 8_000 })
      await quiet(pbx)
    },
  },
  'abandoned-on-the-threshold': {
    story: 'the customer hangs up just five seconds after entering the queue',
    play: async (pbx) => {
      await manage(pbx, async (ami) => {
        const call = await placeCall(pbx, { from: customer, to: did.support })
        await ami.waitFor('the customer to wait', (block) =>
          (header(block, 'Event') ?? '').startsWith('QueueCallerJoin'),
        )
        await new Promise((resolve) => setTimeout(resolve, 5_000))
        await call.hangUp()
      })
      await quiet(pbx)
    },
  },
  'abandoned-while-ringing': {
    story: 'the customer hangs up while an agent’s phone rings',
    play: (pbx) =>
      withPhones(pbx, [{ extension: '201', answer: 'never' }], async () => {
        await callAndWait(pbx, { to: did.support, hangUpAfterMs: 7_000 })
      }),
  },
  'refused-by-member': {
    story: 'one agent’s phone is busy and is tried again each second, until the customer gives up',
    play: (pbx) =>
      withPhones(pbx, [{ extension: '201', answer: 'busy' }], async () => {
        await callAndWait(pbx, { to: did.support, hangUpAfterMs: 7_000 })
      }),
  },
  overflow: {
    story: 'sales does not answer for 20 s; support does: one call, two queue visits',
    play: (pbx) =>
      withPhones(pbx, [{ extension: '204', hangUpAfterMs: 2_000 }], async () => {
        await callAndWait(pbx, { to: did.sales })
      }),
  },
  'key-to-voicemail': {
    story: 'the customer leaves sales by key 1 and leaves a message',
    play: async (pbx) => {
      await callAndWait(pbx, {
        to: did.sales,
        digits: [{ afterMs: 3_000, digit: '1' }],
        hangUpAfterMs: 6_000,
      })
      await quiet(pbx)
    },
  },
  'ivr-only': {
    story: 'the customer listens to the menu and leaves by key 9',
    play: async (pbx) => {
      await callAndWait(pbx, { to: did.ivr, digits: [{ afterMs: 2_000, digit: '9' }] })
      await quiet(pbx)
    },
  },
  'ivr-account': {
    story: 'the customer types an account number and is answered by support',
    play: (pbx) =>
      withPhones(pbx, [{ extension: '201', hangUpAfterMs: 1_500 }], async () => {
        const account = ['1', '0', '0', '2', '3', '4'].map((digit, at) => ({
          afterMs: at === 0 ? 2_500 : 300,
          digit,
        }))
        await callAndWait(pbx, { to: did.ivr, digits: [{ afterMs: 1_500, digit: '4' }, ...account] })
      }),
  },
  'ivr-pin': {
    story: 'the customer types a PIN, nobody says whether it is right, and is answered by support',
    play: (pbx) =>
      withPhones(pbx, [{ extension: '201', hangUpAfterMs: 1_500 }], async () => {
        const digits = ['5', '7', '0', '6', '1'].map((digit, at) => ({
          afterMs: at === 0 ? 1_500 : at === 1 ? 1_500 : 300,
          digit,
        }))
        await callAndWait(pbx, { to: did.ivr, digits })
      }),
  },
  attested: {
    story: 'a number that the network vouches for in part, and a name that claims more',
    play: (pbx) =>
      withPhones(pbx, [{ extension: '201', hangUpAfterMs: 1_000 }], async () => {
        await callAndWait(pbx, {
          to: did.support,
          callerName: 'Bank <sip:1;verstat=TN-Validation-Passed-A@bank.example>',
          verstat: 'TN-Validation-Passed-B',
        })
      }),
  },
  'attestation-failed': {
    story: 'a number whose signature is wrong, straight to an agent',
    play: (pbx) =>
      withPhones(pbx, [{ extension: '201', hangUpAfterMs: 1_000 }], async () => {
        await callAndWait(pbx, { to: did.agent('201'), verstat: 'TN-Validation-Failed' })
      }),
  },
  'two-devices': {
    story: 'an agent with two phones registered is one offer',
    play: (pbx) =>
      withPhones(pbx, [{ extension: '201', secondContact: true }], async () => {
        await callAndWait(pbx, { to: did.agent('201'), hangUpAfterMs: 2_000 })
      }),
  },
  'two-devices-one-declines': {
    story: 'an agent with two phones declines on one and answers on the other',
    play: (pbx) =>
      withPhones(
        pbx,
        [
          { extension: '201', answer: 'decline' },
          { extension: '201', answer: { afterMs: 2_500 } },
        ],
        async () => {
          await callAndWait(pbx, { to: did.agent('201'), hangUpAfterMs: 2_000 })
        },
      ),
  },
  'local-member-kept': {
    story: 'a queue member behind a Local channel that stays (/n), with sound',
    play: (pbx) =>
      withPhones(pbx, [{ extension: '205', audio: true }], async () => {
        await callAndWait(pbx, { to: did.collections, audio: true, hangUpAfterMs: 4_000 })
      }),
  },
  'local-member-optimised': {
    story: 'a queue member behind a Local channel that is optimised away, with sound',
    play: (pbx) =>
      withPhones(pbx, [{ extension: '206', audio: true }], async () => {
        await callAndWait(pbx, { to: did.collections, audio: true, hangUpAfterMs: 4_000 })
      }),
  },
  withheld: {
    story: 'a withheld number that the network knows all the same',
    play: (pbx) =>
      withPhones(pbx, [{ extension: '201', hangUpAfterMs: 1_000 }], async () => {
        await callAndWait(pbx, { to: did.support, withheld: true })
      }),
  },
  'number-malformed': {
    story: 'a number that is none',
    play: (pbx) =>
      withPhones(pbx, [{ extension: '201', hangUpAfterMs: 1_000 }], async () => {
        await callAndWait(pbx, { to: did.support, from: '+49+30*77#', callerName: 'Line 7' })
      }),
  },
  'number-international': {
    story: 'an international number with the 00 prefix and a Cyrillic name',
    play: (pbx) =>
      withPhones(pbx, [{ extension: '201', hangUpAfterMs: 1_000 }], async () => {
        await callAndWait(pbx, { to: did.support, from: '00380445551234', callerName: 'Олена Ковальчук' })
      }),
  },
  'name-hostile': {
    story: 'a caller-ID name with quotes and a script',
    play: (pbx) =>
      withPhones(pbx, [{ extension: '201', hangUpAfterMs: 1_000 }], async () => {
        const callerName = 'O"Brien <script>alert(1)</script>\\'
        await callAndWait(pbx, { to: did.support, from: customer, callerName })
      }),
  },
}
