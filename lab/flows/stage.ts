import { LabAmi } from '../asterisk/ami.ts'
import type { LabAsterisk } from '../asterisk/asterisk.ts'
import { waitUntil } from '../asterisk/process.ts'
import type { RunningAsterisk } from '../asterisk/running.ts'
import { placeCall, type CallOptions, type PlacedCall } from '../sipp/call.ts'
import { startPhone, type Phone, type PhoneOptions } from '../sipp/phone.ts'

/** A customer of the flows: a number from the range that is reserved for fiction. */
export const customer = '+493023125901'
/** The numbers of the company. */
export const did = {
  ivr: '+493023125100',
  support: '+493023125101',
  sales: '+493023125102',
  collections: '+493023125103',
  returns: '+493023125104',
  ringGroup: '+493023125196',
  followMe: '+493023125197',
  agent: (extension: string) => `+493023125${extension}`,
}

/**
 * Plays something with phones that are registered before and gone after, and returns when no channel is left.
 * @param run is given the phones in the order asked for
 */
export async function withPhones(
  pbx: LabAsterisk,
  wanted: readonly PhoneOptions[],
  run: (phones: readonly Phone[]) => Promise<void>,
): Promise<void> {
  const phones: Phone[] = []
  try {
    for (const options of wanted) phones.push(await startPhone(pbx, options))
    await run(phones)
    await quiet(pbx)
  } finally {
    await Promise.all(phones.map((phone) => phone.stop()))
  }
}

/** Places a customer's call and waits until it is over. */
export async function callAndWait(
  pbx: LabAsterisk,
  options: Partial<CallOptions> & { to: string },
): Promise<PlacedCall> {
  const call = await placeCall(pbx, { from: customer, ...options })
  await call.ended
  return call
}

/** Whether Asterisk has no channel left: ten are not none. */
export async function isQuiet(pbx: Pick<RunningAsterisk, 'cli'>): Promise<boolean> {
  return /^0 active channels/m.test(await pbx.cli('core show channels count'))
}

/** Waits until Asterisk has no channel left. */
export async function quiet(pbx: LabAsterisk): Promise<void> {
  await waitUntil('every channel to be gone', () => isQuiet(pbx), { timeoutMs: 40_000, everyMs: 200 })
}

/** The newest channel of a device, by name. @throws when it has none */
export async function channelOf(pbx: LabAsterisk, device: string): Promise<string> {
  const lines = (await pbx.cli('core show channels concise')).split('\n')
  const name = lines.map((line) => line.split('!')[0] ?? '').find((it) => it.startsWith(`${device}-`))
  if (name === undefined) throw new Error(`${device} has no channel`)
  return name
}

/** Does something over AMI with every right, as a console or an administrator might. */
export async function manage(pbx: LabAsterisk, run: (ami: LabAmi) => Promise<void>): Promise<void> {
  const ami = await LabAmi.open(pbx.controlAmi)
  try {
    await run(ami)
  } finally {
    ami.close()
  }
}
