import { startPhone, type Phone, type PhoneOptions } from '../sipp/phone.ts'
import type { Centre } from '../centre.ts'
import { labPeople } from '../centre.ts'

/** How long each desk phone rings before it is picked up, ms: 201 is yours, so that there is time to read the card. */
const ringsFor: readonly [PhoneOptions['extension'], number][] = [
  ['201', 9_000],
  ['202', 7_000],
  ['203', 11_000],
  ['204', 8_000],
  ['205', 6_000],
  ['206', 5_000],
]

const keepAliveMs = 5 * 60_000

/**
 * The desk phones of the company.
 * @returns ends them
 */
export async function startPhones(centre: Centre): Promise<() => Promise<void>> {
  const phones: Phone[] = []
  for (const [extension, afterMs] of ringsFor) {
    phones.push(await startPhone(centre.pbx, { extension, answer: { afterMs } }))
  }
  return async () => {
    await Promise.all(phones.map((phone) => phone.stop()))
  }
}

/** Yours, and one whose owner has the day off: whoever has no desk of their own may take it. */
const freeDesks = new Set<string | undefined>([undefined, '201', '203'])

/**
 * Signs in the four colleagues who sit at their desks while you use the console.
 * @param url the console's address
 * @returns lets them go
 */
export async function startColleagues(url: string): Promise<() => Promise<void>> {
  const cookies = await Promise.all(
    labPeople
      .filter(({ extension }) => !freeDesks.has(extension))
      .map((one) => signIn(url, one.signInName, one.password)),
  )
  const timer = setInterval(() => {
    // A colleague whose session has ended is simply not there any more.
    for (const cookie of cookies) fetch(`${url}/api/session`, { headers: { cookie } }).catch(() => undefined)
  }, keepAliveMs)
  return () => {
    clearInterval(timer)
    return Promise.resolve()
  }
}

/** Signs somebody in at their own desk. @returns the session's cookie */
async function signIn(url: string, signInName: string, password: string): Promise<string> {
  const response = await fetch(`${url}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url },
    body: JSON.stringify({ signInName, password }),
  })
  if (!response.ok) throw new Error(`${signInName} could not sign in: ${await response.text()}`)
  return response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0] ?? '')
    .join('; ')
}
