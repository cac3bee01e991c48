import type { LabAsterisk } from '../asterisk/asterisk.ts'
import { waitUntil } from '../asterisk/process.ts'
import { placeCall, type CallOptions, type PlacedCall } from '../sipp/call.ts'
import { startPhone, type Phone, type PhoneOptions } from '../sipp/phone.ts'
import { callAndWait, customer, did, quiet, withPhones } from './stage.ts'
import { attendedFlows } from './transfers.ts'
import { moveFlows } from './moves.ts'

/** A contact center in which something may be broken. */
export interface Site {
  pbx: LabAsterisk
  /** Breaks the server's connection to the PBX, and lets it be made again: resolves when the PBX is heard. */
  link: { cut: () => void; mend: () => Promise<void> }
  server: { kill: () => Promise<void>; start: () => Promise<void> }
  /** Stops the PBX and starts it again: resolves when it is heard. */
  restart: LabAsterisk['restart']
  /** Notes that the PBX's clock was set, so many seconds on. */
  clockSet: (seconds: number) => void
}

/** A way a call can go while something breaks, played on a whole contact center. */
export interface FaultFlow {
  story: string
  /** Needs an Asterisk with a clock of its own. */
  ownClock?: true
  /** Plays it until every channel is gone and everything works again. */
  play: (site: Site) => Promise<void>
}

const second = '+493023125903'
const afterMs = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** A customer who talks with 201 and one who waits for the same queue, while something is done to both. */
async function talkingAndWaiting(
  pbx: LabAsterisk,
  whileTalking: (calls: { talking: PlacedCall; waiting: PlacedCall }) => Promise<void>,
): Promise<void> {
  await withPhones(pbx, [{ extension: '201' }], async ([first]) => {
    const talking = await placeCall(pbx, { from: customer, to: did.support })
    await first?.waitFor('answered')
    const waiting = await placeCall(pbx, { from: second, to: did.support })
    await waitUntil('the second customer to wait', async () =>
      (await pbx.cli('queue show support')).includes('wait:'),
    )
    await afterMs(1_500)
    await whileTalking({ talking, waiting })
    await Promise.all([talking.hangUp(), waiting.hangUp()])
  })
}

/** Plays a flow, and breaks the link for some time, a moment after its first phone has answered. */
function linkCutDuring(story: string, play: (pbx: LabAsterisk) => Promise<void>, forMs: number): FaultFlow {
  return {
    story,
    play: async ({ pbx, link }) => {
      const playing = play(pbx)
      await waitUntil('somebody to talk', async () =>
        /\bUp\b.*AppQueue/.test(await pbx.cli('core show channels')),
      )
      await afterMs(800)
      link.cut()
      await afterMs(forMs)
      await link.mend()
      await playing
    },
  }
}

/** An attended and a blind transfer, each half hidden by the cut. */
async function bothTransfers(pbx: LabAsterisk): Promise<void> {
  await attendedFlows['attended-transfer']?.play(pbx)
  await moveFlows['blind-by-keys']?.play(pbx)
}

/** A transfer within a minute that nobody hears, in a call that begins before and ends after. */
function longCall(pbx: LabAsterisk): Promise<void> {
  return withPhones(
    pbx,
    [{ extension: '201', blindTransfer: { afterMs: 20_000, to: '205' } }, { extension: '205' }],
    async () => {
      await callAndWait(pbx, { to: did.support, hangUpAfterMs: 66_000 })
    },
  )
}

/** A short answered call and one that is given up, from begin to end. */
function shortCalls(pbx: LabAsterisk): Promise<void> {
  return withPhones(pbx, [{ extension: '202', answer: { afterMs: 500 } }], async () => {
    await callAndWait(pbx, { to: did.support, hangUpAfterMs: 3_000 })
    await callAndWait(pbx, { from: second, to: did.collections, hangUpAfterMs: 2_000 })
  })
}

/** A talk of eight seconds, three of which have gone when the clock is set. */
async function clockSetInCall({ pbx, clockSet }: Site, seconds: number): Promise<void> {
  await withPhones(pbx, [{ extension: '201' }], async ([first]) => {
    const call = await placeCall(pbx, { from: customer, to: did.support, hangUpAfterMs: 8_000 })
    await first?.waitFor('answered')
    await afterMs(3_000)
    await pbx.setClock(seconds)
    clockSet(seconds)
    await call.ended
    await quiet(pbx)
  })
  // And one that begins and ends on the new clock.
  await withPhones(pbx, [{ extension: '201' }], async () => {
    await callAndWait(pbx, { to: did.support, hangUpAfterMs: 3_000 })
  })
}

/** What breaks while calls go on: the PBX, the link to it, the server, the clock. */
export const faultFlows: Readonly<Record<string, FaultFlow>> = {
  'asterisk-killed': {
    story: 'Asterisk is killed while one customer talks and another waits',
    play: ({ pbx, restart }) => talkingAndWaiting(pbx, () => restart('kill')),
  },
  'asterisk-stopped': {
    story: 'Asterisk is stopped at once while one customer talks and another waits',
    play: ({ pbx, restart }) => talkingAndWaiting(pbx, () => restart('graceful')),
  },
  'asterisk-restarted-when-quiet': {
    story:
      'Asterisk is to restart when no call is left: it takes no new ones, and those there are end as ever',
    play: ({ pbx, restart }) =>
      withPhones(pbx, [{ extension: '201' }], async ([first]) => {
        const call = await placeCall(pbx, { from: customer, to: did.support, hangUpAfterMs: 4_000 })
        await first?.waitFor('answered')
        const restarted = restart('whenQuiet')
        await call.ended
        await restarted
      }),
  },
  'asterisk-reloaded': {
    story: 'Asterisk reads its configuration again while one customer talks and another waits',
    play: ({ pbx }) =>
      talkingAndWaiting(pbx, async () => {
        await pbx.reload()
        await afterMs(1_500)
      }),
  },
  'server-killed': {
    story: 'the server is killed while one customer talks and another waits, and started again',
    play: ({ pbx, server }) =>
      talkingAndWaiting(pbx, async () => {
        await server.kill()
        await server.start()
        await afterMs(1_000)
      }),
  },
  'link-cut-2-s': linkCutDuring(
    'the link breaks for two seconds during a transfer with a word first, and another follows',
    bothTransfers,
    2_000,
  ),
  'link-cut-10-s': linkCutDuring(
    'the link breaks for ten seconds during a transfer with a word first, and another follows',
    bothTransfers,
    10_000,
  ),
  'link-cut-60-s': linkCutDuring(
    'the link breaks for a minute, in which a customer is sent on and answered',
    longCall,
    60_000,
  ),
  'unheard-by-the-link': {
    story: 'calls begin and end while the link is broken',
    play: async ({ pbx, link }) => {
      link.cut()
      await shortCalls(pbx)
      await link.mend()
    },
  },
  'unheard-by-the-server': {
    story: 'calls begin and end while no server runs',
    play: async ({ pbx, server }) => {
      await server.kill()
      await shortCalls(pbx)
      await server.start()
    },
  },
  'clock-forward': {
    story: 'Asterisk’s clock is set an hour on in mid-call',
    ownClock: true,
    play: (site) => clockSetInCall(site, 3_600),
  },
  'clock-back': {
    story: 'Asterisk’s clock is set back to what it was, an hour, in mid-call',
    ownClock: true,
    play: (site) => clockSetInCall(site, 0),
  },
  'daylight-saving-night': {
    story: 'the clocks go back an hour in mid-call, where Asterisk is',
    play: async ({ pbx, restart }) => {
      const changeAt = Date.now() + 15_000
      await restart('whenQuiet', { timeZone: clocksGoBack(changeAt) })
      await afterMs(changeAt - 4_000 - Date.now())
      await withPhones(pbx, [{ extension: '201' }], async () => {
        await callAndWait(pbx, { to: did.support, hangUpAfterMs: 8_000 })
      })
    },
  },
}

/**
 * A time zone in which summer time ends at a given moment: two hours before UTC until then, one hour from then on.
 * @returns in the form of POSIX, for `TZ`
 */
export function clocksGoBack(at: number): string {
  const local = new Date(at + 2 * 3_600_000)
  const newYear = Date.UTC(local.getUTCFullYear(), 0, 1)
  const day = Math.floor((local.getTime() - newYear) / 86_400_000)
  const time = local.toISOString().slice(11, 19)
  // Days from zero, leap days counted. Summer begins on a day that is long past.
  return `CET-1CEST-2,${String((day + 200) % 365)}/2,${String(day)}/${time}`
}

/** Ten customers in every state a call can be in, to be found by a server that was not there when they came. */
export async function tenCalls(pbx: LabAsterisk): Promise<{ end: () => Promise<void> }> {
  const phones: Phone[] = []
  const calls: PlacedCall[] = []
  const phone = async (options: PhoneOptions) => phones.push(await startPhone(pbx, options))
  const call = async (options: Omit<CallOptions, 'from'>) =>
    calls.push(await placeCall(pbx, { from: `+49302312594${String(calls.length)}`, ...options }))
  for (const extension of ['201', '202', '205'] as const) await phone({ extension })
  await phone({ extension: '203', answer: 'never' })
  await phone({ extension: '204', hold: { afterMs: 1_000, forMs: 60_000 } })
  // Direct talks first, so that the queues find their agents busy.
  for (const extension of ['201', '202', '204', '205', '203']) await call({ to: did.agent(extension) })
  await call({ to: did.ivr })
  await call({ to: did.sales })
  await call({ to: did.support })
  await call({ to: did.support })
  await call({ to: did.collections })
  await afterMs(3_000)
  return {
    end: async () => {
      await Promise.all(calls.map((one) => one.hangUp()))
      await quiet(pbx)
      await Promise.all(phones.map((one) => one.stop()))
    },
  }
}
