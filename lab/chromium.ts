import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chromium, type Browser } from 'playwright-core'

const executablePath = '/usr/bin/chromium'

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  '--allow-loopback-in-peer-connection',
  '--disable-features=WebRtcHideLocalIpsWithMdns',
]

/**
 * Starts Debian's Chromium without a window. Installs it first when it is missing and we are root.
 * @throws Error saying what to install when it cannot be had
 */
export async function launchChromium(): Promise<Browser> {
  prepareChromium()
  return chromium.launch({ executablePath, headless: true, args: flags })
}

/**
 * Installs Debian's Chromium when it is missing and we are root.
 * @throws Error saying what to install when it cannot be had
 */
export function prepareChromium(): void {
  if (existsSync(executablePath)) return
  if (process.getuid?.() !== 0) {
    throw new Error('Chromium is needed: install the Debian package "chromium".')
  }
  console.error('Installing Debian’s package "chromium" …')
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  for (const step of [['update'], ['install', '--yes', '--no-install-recommends', 'chromium']]) {
    const done = spawnSync('apt-get', ['--quiet', '--quiet', ...step], {
      env: environment,
      stdio: ['ignore', 2, 2],
    })
    if (done.status !== 0)
      throw new Error('Chromium could not be installed by apt-get: see its message above.')
  }
}
