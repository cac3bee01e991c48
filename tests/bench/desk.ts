import { readFile } from 'node:fs/promises'
import { gzipSync } from 'node:zlib'
import type { Page } from 'playwright-core'
import { LabAmi } from '../../lab/asterisk/ami.ts'
import { startCentre } from '../../lab/centre.ts'
import { launchChromium } from '../../lab/chromium.ts'
import { startPhone } from '../../lab/sipp/phone.ts'
import { buildConsole } from '../browser/support/build.ts'
import { deeds, playRound, type Deed, type Took } from './desk-rounds.ts'
import { measureInteractions } from './desk-interactions.ts'
import { nextDesk, openBare, openOurs, type DeskSide } from './desk-sides.ts'
import { percentiles, ratio } from './statistics.ts'
import { versions } from './versions.ts'

interface Plan {
  blocks: number
  roundsPerBlock: number
  interactionSeconds: number
}

const full: Plan = { blocks: 5, roundsPerBlock: 20, interactionSeconds: 120 }
const shortened: Plan = { blocks: 1, roundsPerBlock: 4, interactionSeconds: 20 }
/** Ours by the bare script's; bytes of compressed script; ms at the 95th percentile. */
const goals = { ratio: 1.3, firstLoad: 250 * 1024, phone: 80 * 1024, paintP95: 100 }

/**
 * `npm run bench -- desk`: from a key to Asterisk's word and to the screen, for answer, hold and transfer, against a bare JsSIP
 * script; the weight of the console's scripts; and from a key to the next paint while calls come.
 * @returns the line of figures
 */
export async function benchDesk(short: boolean, say: (line: string) => void): Promise<object> {
  const plan = short ? shortened : full
  await buildConsole()
  const { took, bytes } = await measureKeys(plan, say)
  const keys = Object.fromEntries(deeds.map((deed) => [deed, compared(took.ours, took.bare, deed)]))
  const interactions = await measureInteractions(plan.interactionSeconds, say)
  const met = {
    keys: Object.values(keys).every(({ pbx, screen }) =>
      [pbx, screen].every(
        ({ ratios: { p50, p99 } }) => (p50 ?? 99) <= goals.ratio && (p99 ?? 99) <= goals.ratio,
      ),
    ),
    firstLoad: bytes.firstLoad <= goals.firstLoad,
    phone: bytes.phone <= goals.phone,
    paint: interactions.p95 <= goals.paintP95,
  }
  return {
    bench: 'desk',
    ok: !short && Object.values(met).every(Boolean),
    short,
    keys,
    bytes,
    interactions,
    goals: { ...goals, met },
    versions: versions(),
  }
}

type Rounds = Record<Deed, Took>[]

async function measureKeys(plan: Plan, say: (line: string) => void) {
  const centre = await startCentre({ customers: 2_000, built: true, onProgress: say })
  const ami = await LabAmi.open(centre.pbx.controlAmi)
  const browser = await launchChromium()
  const phone = await startPhone(centre.pbx, { extension: nextDesk, answer: { afterMs: 0 }, audio: true })
  try {
    const bare = await openBare(browser, centre)
    const ours = await openOurs(browser, centre)
    const bytes = await weigh(ours.page)
    const took: Record<DeskSide['name'], Rounds> = { bare: [], ours: [] }
    for (const side of [bare, ours]) await playRound(centre.pbx, ami, side)
    for (let block = 1; block <= plan.blocks; block++) {
      for (const side of [bare, ours]) {
        for (let round = 0; round < plan.roundsPerBlock; round++)
          took[side.name].push(await playRound(centre.pbx, ami, side))
        say(`Block ${block} of ${side.name}: ${plan.roundsPerBlock} calls`)
      }
    }
    return { took, bytes }
  } finally {
    await browser.close()
    await phone.stop()
    ami.close()
    await centre.stop()
  }
}

/** The console's scripts as they come over the wire: those of the first load, and those of the phone. */
async function weigh(page: Page): Promise<{ firstLoad: number; phone: number }> {
  const paths = await page.evaluate<string[]>(
    "performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname).filter((path) => path.endsWith('.js'))",
  )
  const weights = await Promise.all(
    [...new Set(paths)].map(async (path) => {
      const file = await readFile(`dist/client${path}`)
      return { isPhone: /browser-phone/.test(path), bytes: gzipSync(file).length }
    }),
  )
  const sum = (isPhone: boolean) =>
    weights.filter((one) => one.isPhone === isPhone).reduce((all, { bytes }) => all + bytes, 0)
  return { firstLoad: sum(false), phone: sum(true) }
}

function compared(ours: Rounds, bare: Rounds, deed: Deed) {
  const of = (what: keyof Took) => {
    const [mine, floor] = [ours, bare].map((rounds) => percentiles(rounds.map((round) => round[deed][what])))
    if (mine === undefined || floor === undefined) throw new Error('Nothing was measured.')
    return {
      ours: mine,
      bare: floor,
      ratios: { p50: ratio(mine.p50, floor.p50), p99: ratio(mine.p99, floor.p99) },
    }
  }
  return { pbx: of('pbx'), screen: of('screen') }
}
