import { strict as assert } from 'node:assert'
import { LabAmi } from '../../lab/asterisk/ami.ts'
import { labPeople, startCentre, type Centre } from '../../lab/centre.ts'
import { launchChromium } from '../../lab/chromium.ts'
import { buildConsole } from '../browser/support/build.ts'
import { keepConnections, takeBrowserPhone, type Packets } from './browser-phone.ts'
import { openConsole, type Console } from './console.ts'
import { deskPhoneSteps } from './desk-phone-steps.ts'
import { afterCallSteps, inCallSteps } from './desk-steps.ts'
import { openPictures, type Pictures } from './pictures.ts'
import { openRelay, type Relay } from './relay.ts'
import { openStage, type Stage } from './stage.ts'
import { createSteps, type StepResult, type Steps } from './steps.ts'

/** All that the steps of this journey work with. */
export interface DeskJourney {
  centre: Centre
  /** By a browser phone; her console reaches the server through the relay. */
  nina: Console
  /** By a browser phone. */
  dmytro: Console
  /** By a desk phone. */
  aigerim: Console
  relay: Relay
  stage: Stage
  pictures: Pictures
  steps: Steps
  /** RTP packets that went while sound was waited for, by where. */
  packets: Record<string, Packets>
}

/** The journey's last line. */
export interface DeskResult {
  journey: 'desk'
  ok: boolean
  pbx: 'asterisk'
  steps: readonly StepResult[]
  packets: Record<string, Packets>
}

/** How long the wrap-up of these agents is, s. */
const wrapUpSeconds = 30

/**
 * A shift at the desk: real Asterisk, two browsers as phones with sound, a desk phone, customers by SIPp.
 * @param say told how far it is
 * @throws when the centre cannot be set up; a step that fails is in the result
 */
export async function journeyDesk(say: (line: string) => void): Promise<DeskResult> {
  const ends: (() => unknown)[] = []
  try {
    await buildConsole()
    const centre = await startCentre({
      customers: 500,
      onProgress: say,
      // The callback is due while the journey runs, at whatever hour that is.
      settings: () => Promise.resolve({ WRAP_UP_SECONDS: String(wrapUpSeconds), CALL_HOURS: '0-24' }),
    })
    ends.push(() => centre.stop())
    const relay = await openRelay({ host: '127.0.0.1', port: Number(new URL(centre.url).port) })
    ends.push(() => relay.close())
    const control = await LabAmi.open(centre.pbx.controlAmi)
    ends.push(() => control.close())
    const browser = await launchChromium()
    ends.push(() => browser.close())

    const consoleOf = async (signInName: string, url: string): Promise<Console> => {
      const person = labPeople.find((one) => one.signInName === signInName)
      if (!person) throw new Error(`${signInName} does not work here.`)
      const console = await openConsole(browser, url, person)
      await keepConnections(console.page)
      return console
    }
    const nina = await consoleOf('nina', `http://localhost:${relay.at.port}`)
    const dmytro = await consoleOf('dmytro', centre.url)
    const aigerim = await consoleOf('aigerim', centre.url)
    const consoles = [nina, dmytro, aigerim]
    const pictures = await openPictures('.artifacts/desk')
    const stage = openStage(centre.pbx, control)
    const seeFailure = async (name: string) => {
      for (const console of consoles) await pictures.failure(console, name)
    }
    const steps = createSteps(say, seeFailure, () => Promise.resolve())
    const journey: DeskJourney = {
      ...{ centre, nina, dmytro, aigerim, relay, stage, pictures, steps },
      packets: {},
    }

    await steps.step('three agents sign in, two of them take calls by the browser', async () => {
      await Promise.all(consoles.map((console) => console.signIn()))
      await Promise.all([nina, dmytro].map(takeBrowserPhone))
      await Promise.all(consoles.map((console) => console.shows('idle')))
    })
    await inCallSteps(journey)
    await afterCallSteps(journey)
    await deskPhoneSteps(journey)
    await steps.step('no console complained', () => {
      assert.deepEqual(
        consoles.flatMap(({ complaints }) => complaints),
        [],
      )
      return stage.clear()
    })
    return {
      journey: 'desk',
      ok: steps.results.every(({ ok }) => ok),
      pbx: 'asterisk',
      steps: steps.results,
      packets: journey.packets,
    }
  } finally {
    for (const end of ends.reverse()) await end()
  }
}
