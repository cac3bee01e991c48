import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { build } from 'vite'
import type { Browser, Page } from 'playwright-core'
import { labPeople, type Centre } from '../../lab/centre.ts'
import { openedPhoneSchema, sipDomain } from '../../shared/phone.ts'
import { takeBrowserPhone } from '../journeys/browser-phone.ts'
import { openConsole } from '../journeys/console.ts'
import { watch } from '../lab/support/watcher.ts'
import type { BarePhone } from './messages.ts'

/** A phone in the browser, and how its keys send a call on. */
export interface DeskSide {
  name: 'bare' | 'ours'
  page: Page
  /** What is dialled to ring it, and the name of its channels at Asterisk. */
  dialled: string
  channel: string
  /** Opens what the transfer needs, so that one key is left. */
  prepareTransfer: () => Promise<void>
  transferKey: string
}

/** To whom calls are sent on. */
export const nextDesk = '203'

const output = '.artifacts/bench/bare-phone'

/** Keeps when keys were pressed and when another state of the call was on the screen: at the second frame after it. */
const marksScript = `{
  window.__marks = []
  const mark = (what, at) => window.__marks.push({ what, at: performance.timeOrigin + at })
  window.addEventListener('keydown', (event) => mark('key ' + event.key, event.timeStamp), true)
  let last = ''
  new MutationObserver(() => {
    const state = document.querySelector('[data-testid=call-slot]')?.dataset.state
    if (state === undefined || state === last) return
    last = state
    requestAnimationFrame(() => requestAnimationFrame(() => mark('state ' + state, performance.now())))
  }).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ['data-state'] })
}`

/** Nina at her console, with the browser phone. */
export async function openOurs(browser: Browser, centre: Centre): Promise<DeskSide> {
  const nina = labPeople.find(({ signInName }) => signInName === 'nina')
  if (!nina) throw new Error('Nina does not work here.')
  const { page, signIn } = await openConsole(browser, centre.url, nina)
  await page.addInitScript(marksScript)
  await signIn()
  await takeBrowserPhone({ page })
  return {
    name: 'ours',
    page,
    dialled: '+493023125201',
    channel: 'PJSIP/201-web-',
    prepareTransfer: async () => {
      await page.keyboard.press('F6')
      await page.keyboard.type(nextDesk)
      await page.locator(`[role=option][aria-selected=true]`, { hasText: nextDesk }).waitFor()
    },
    transferKey: 'Shift+Enter',
  }
}

/** JsSIP and nothing else, with the phone that the server gives Dmytro, straight to Asterisk. */
export async function openBare(browser: Browser, centre: Centre): Promise<DeskSide> {
  await build({
    configFile: false,
    logLevel: 'warn',
    build: {
      outDir: output,
      emptyOutDir: true,
      lib: {
        entry: 'tests/bench/bare-phone/page.ts',
        formats: ['iife'],
        name: 'barePhone',
        fileName: () => 'page.js',
      },
    },
  })
  const dmytro = await watch(centre.url, 'dmytro')
  const answer = await dmytro.request('POST', '/api/phone', { window: 'bare-phone-of-the-bench' })
  const { endpoint, secret } = openedPhoneSchema.parse(await answer.json())
  const { host, port } = centre.pbx.ws
  const phone: BarePhone = {
    ...{ endpoint, secret, domain: sipDomain, transferTo: nextDesk },
    ws: `ws://${host}:${port}/ws`,
  }
  const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage()
  await page.addInitScript(marksScript)
  await page.goto(await serve(await readFile(`${output}/page.js`, 'utf8')))
  await page.evaluate(`window.startBarePhone(${JSON.stringify(phone)})`)
  return {
    name: 'bare',
    page,
    dialled: '+493023125202',
    channel: `PJSIP/${endpoint}-`,
    prepareTransfer: () => Promise.resolve(),
    transferKey: 'F6',
  }
}

/** Has a page at loopback: a browser gives the microphone, and the way to loopback, to no other. */
async function serve(script: string): Promise<string> {
  const body = '<main data-testid="call-slot" data-state="idle">Bare phone</main>'
  const server = createServer((request, response) => {
    const isScript = request.url === '/page.js'
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html')
    response.end(
      isScript ? script : `<!doctype html><title>Bare</title>${body}<script src="/page.js"></script>`,
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  server.unref()
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}
