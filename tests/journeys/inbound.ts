import { strict as assert } from 'node:assert'
import { LabAmi } from '../../lab/asterisk/ami.ts'
import { labPeople, startCentre, type Centre } from '../../lab/centre.ts'
import { databaseUri } from '../../lab/database/database.ts'
import { buildConsole } from '../browser/support/build.ts'
import { launchChromium } from '../../lab/chromium.ts'
import { openConsole, type Console } from './console.ts'
import { callSteps } from './inbound-calls.ts'
import { faultSteps } from './inbound-faults.ts'
import { openPictures, type Pictures } from './pictures.ts'
import { createPops, type Pops, type PopTimes } from './pops.ts'
import { historyDifferences } from './records.ts'
import { openRelay, type Relay } from './relay.ts'
import { openStage, type Stage } from './stage.ts'
import { createSteps, type StepResult, type Steps } from './steps.ts'

/** All that the steps of this journey work with. */
export interface Journey {
  centre: Centre
  nina: Console
  dmytro: Console
  petra: Console
  stage: Stage
  pops: Pops
  pictures: Pictures
  /** Between the server and AMI. */
  relay: Relay
  /** Calls that ended while the server could not hear it. */
  unseen: Set<string>
  steps: Steps
}

/** The journey's last line. */
export interface InboundResult {
  journey: 'inbound'
  ok: boolean
  pbx: 'asterisk'
  database: string
  steps: readonly StepResult[]
  popPaintedMs: PopTimes
}

const folder = '.artifacts/inbound'

/**
 * Calls come in: real Asterisk, SIPp, server and Chromium, with two agents and a supervisor at their consoles.
 * @param say told how far it is
 * @throws when the centre cannot be set up; a step that fails is in the result
 */
export async function journeyInbound(say: (line: string) => void): Promise<InboundResult> {
  const ends: (() => Promise<unknown>)[] = []
  try {
    await buildConsole()
    let relay: Relay | undefined
    const centre = await startCentre({
      customers: 2_000,
      onProgress: say,
      amiThrough: async (ami) => {
        relay = await openRelay(ami)
        return relay.at
      },
    })
    ends.push(() => centre.stop())
    if (!relay) throw new Error('The centre did not ask for the way to AMI.')
    const control = await LabAmi.open(centre.pbx.controlAmi)
    ends.push(() => {
      control.close()
      return Promise.resolve()
    })
    const browser = await launchChromium()
    ends.push(() => browser.close())
    return await go(centre, relay, control, browser, say)
  } finally {
    for (const end of ends.reverse()) await end()
  }
}

async function go(
  centre: Centre,
  relay: Relay,
  control: LabAmi,
  browser: Awaited<ReturnType<typeof launchChromium>>,
  say: (line: string) => void,
): Promise<InboundResult> {
  const consoleOf = (signInName: string): Promise<Console> => {
    const person = labPeople.find((one) => one.signInName === signInName)
    if (!person) throw new Error(`${signInName} does not work here.`)
    return openConsole(browser, centre.url, person)
  }
  const [nina, dmytro, petra] = [await consoleOf('nina'), await consoleOf('dmytro'), await consoleOf('petra')]
  const consoles = [nina, dmytro, petra]
  const stage = openStage(centre.pbx, control)
  const pops = createPops(control, centre.pbx.pbx)
  const pictures = await openPictures(folder)
  const seeFailure = async (name: string) => {
    for (const console of consoles) await pictures.failure(console, name)
  }
  const steps = createSteps(say, seeFailure, () => stage.clear())
  const journey: Journey = {
    ...{ centre, nina, dmytro, petra, stage, pops, pictures, relay, steps },
    unseen: new Set(),
  }

  await steps.step('two agents and a supervisor sign in', async () => {
    await Promise.all(consoles.map((console) => console.signIn()))
    await petra.page.getByRole('link', { name: 'Floor' }).first().click()
    await petra.page.getByRole('heading', { name: 'Agents' }).waitFor()
    await Promise.all([nina, dmytro].map((console) => console.shows('idle')))
  })
  await callSteps(journey)
  await faultSteps(journey)
  await steps.step('every call is in history once, and history agrees with queue_log', async () => {
    const uri = databaseUri(centre.database.uri, 'ringcard')
    const lines = await historyDifferences(uri, centre.pbx, stage.callIds, journey.unseen)
    assert.deepEqual(lines, [])
  })
  await steps.step('no console complained', () => {
    assert.deepEqual(
      consoles.flatMap(({ complaints }) => complaints),
      [],
    )
    return Promise.resolve()
  })
  return {
    journey: 'inbound',
    ok: steps.results.every(({ ok }) => ok),
    pbx: 'asterisk',
    database: centre.database.describe,
    steps: steps.results,
    popPaintedMs: pops.times(),
  }
}
