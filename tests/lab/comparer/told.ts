import { z } from 'zod'

/**
 * What Ringcard tells of calls over its API. Times are seconds since 1970, ids are Asterisk's: the API's milliseconds and
 * the PBX's name in front are taken off here. The shapes are this program's own, so that a change of the contract shows.
 */
const seconds = z.number().transform((ms) => ms / 1000)
const ended = seconds.nullable().transform((at) => at ?? NaN)
const bare = z.string().transform((id) => id.replace(/^[^:]*:/, ''))

const toldCallSchema = z.object({
  callId: bare,
  direction: z.string(),
  startedAt: seconds,
  endedAt: ended,
  end: z.string().nullable(),
  mergedInto: bare.nullable(),
  /** Known from Asterisk's record, wholly or in part, because nobody listened. */
  reconstructed: z
    .string()
    .nullish()
    .transform((how) => typeof how === 'string'),
  visits: z.array(z.object({ queue: z.string(), enteredAt: seconds, leftAt: ended, outcome: z.string() })),
  offers: z.array(
    z.object({
      queue: z.string().nullable(),
      extension: z.string(),
      madeAt: seconds,
      endedAt: ended,
      outcome: z.string(),
    }),
  ),
  contacts: z.array(
    z.object({
      queue: z.string().nullable(),
      extension: z.string(),
      beganAt: seconds,
      endedAt: ended,
      heldMs: z.number(),
      why: z.string().nullable(),
    }),
  ),
  /** What came of a place that was kept while the customer had hung up. */
  place: z.object({ outcome: z.string().nullable() }).nullish(),
  holds: z.array(z.object({ extension: z.string(), by: z.string(), beganAt: seconds, endedAt: ended })),
  transfers: z.array(z.object({ at: seconds, kind: z.string(), byExtension: z.string().nullable() })),
  parkings: z.array(
    z.object({ space: z.string(), beganAt: seconds, endedAt: ended, how: z.string().nullable() }),
  ),
})
export type ToldCall = z.infer<typeof toldCallSchema>

/** The same call by a clock that is so many seconds ahead. */
export function byClockAhead(call: ToldCall, s: number): ToldCall {
  if (s === 0) return call
  const ending = <Part extends { endedAt: number }>(part: Part): Part => ({
    ...part,
    endedAt: part.endedAt + s,
  })
  const beginning = <Part extends { beganAt: number; endedAt: number }>(part: Part): Part => {
    return { ...ending(part), beganAt: part.beganAt + s }
  }
  return {
    ...ending(call),
    startedAt: call.startedAt + s,
    visits: call.visits.map((visit) => {
      return { ...visit, enteredAt: visit.enteredAt + s, leftAt: visit.leftAt + s }
    }),
    offers: call.offers.map((offer) => ({ ...ending(offer), madeAt: offer.madeAt + s })),
    contacts: call.contacts.map(beginning),
    holds: call.holds.map(beginning),
    transfers: call.transfers.map((transfer) => ({ ...transfer, at: transfer.at + s })),
    parkings: call.parkings.map(beginning),
  }
}

const pageSchema = z.object({ calls: z.array(z.unknown()), next: z.string().nullable() })

/** Reads one call of the API. */
export function readToldCall(json: unknown): ToldCall {
  return toldCallSchema.parse(json)
}

/** Asks the API; null for what it says is not there. @throws when it answers anything else but success */
export type Ask = (path: string) => Promise<unknown>

/** Signs in and gives back what asks the API as that person, who needs `history.all`. */
export async function signedIn(url: string, signInName: string, password: string): Promise<Ask> {
  const answer = await fetch(`${url}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url },
    body: JSON.stringify({ signInName, password }),
  })
  if (!answer.ok) throw new Error(`${signInName} could not sign in: ${String(answer.status)}`)
  const cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? ''
  return async (path) => {
    const found = await fetch(`${url}${path}`, { headers: { cookie } })
    if (found.status === 404) return null
    if (!found.ok) throw new Error(`${path}: ${String(found.status)} ${await found.text()}`)
    return found.json()
  }
}

/**
 * Reads every call that began in a time, page by page, and those of other ids that went on in one of them.
 * @param time seconds since 1970, the end not included
 * @param ids what Asterisk knows as calls; those that are in no list are asked for one by one
 * @returns a call that was told twice stands in it twice
 */
export async function readTold(
  ask: Ask,
  pbx: string,
  time: { from: number; to: number },
  ids: Iterable<string>,
): Promise<ToldCall[]> {
  const calls: ToldCall[] = []
  const range = `from=${String(Math.floor(time.from * 1000))}&to=${String(Math.ceil(time.to * 1000))}`
  let after: string | null = ''
  while (after !== null) {
    const behind: string = after === '' ? '' : `&after=${encodeURIComponent(after)}`
    const page = pageSchema.parse(await ask(`/api/calls?${range}&limit=100${behind}`))
    calls.push(...page.calls.map(readToldCall))
    after = page.next
  }
  const listed = new Set(calls.map(({ callId }) => callId))
  for (const id of ids) {
    if (listed.has(id)) continue
    const found = await ask(`/api/calls/${encodeURIComponent(`${pbx}:${id}`)}`)
    if (found !== null) calls.push(readToldCall(found))
  }
  return calls
}

/**
 * Leaves to each call only what happened in it: a call that others merged into holds their parts as well, and Asterisk
 * keeps those under the ids that they had.
 */
export function apart(calls: readonly ToldCall[]): ToldCall[] {
  return calls.map((call) => {
    const merged = calls.filter((other) => other.mergedInto === call.callId)
    const own = <Part>(parts: readonly Part[], theirs: (other: ToldCall) => readonly Part[]): Part[] => {
      const taken = new Set(merged.flatMap((other) => theirs(other).map((part) => JSON.stringify(part))))
      return parts.filter((part) => !taken.has(JSON.stringify(part)))
    }
    return {
      ...call,
      visits: own(call.visits, (other) => other.visits),
      offers: own(call.offers, (other) => other.offers),
      contacts: own(call.contacts, (other) => other.contacts),
      holds: own(call.holds, (other) => other.holds),
    }
  })
}
