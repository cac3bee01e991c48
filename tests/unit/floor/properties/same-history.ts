import type { Snapshot } from '../../../../server/floor/events.ts'
import type { Call, Channel, Floor } from '../../../../server/floor/state.ts'

export type Calls = ReadonlyMap<string, Call>

/** What an uncut floor knew when the link was lost, when it came back, and in the end. */
export interface Uncut {
  atLoss: Calls
  atReturn: Calls
  atEnd: Calls
}

/** One kind of part of a call in the order in which they began, each as who or where it was, and how it ended. */
const partsOf: Record<string, (call: Call) => Part[]> = {
  visit: (call) => call.visits.map(({ queue, outcome }) => ({ who: queue, end: outcome })),
  offer: (call) => call.offers.map(({ extension, outcome }) => ({ who: extension, end: outcome })),
  contact: (call) => call.contacts.map(({ extension, why }) => ({ who: extension, end: why ?? 'open' })),
}

/** Both say that a phone stopped ringing because of somebody else; who that was may have gone unheard. */
const forOthers = new Set(['withdrawn', 'answeredElsewhere'])

const same = (cut: string, uncut: string) =>
  cut === uncut || cut === 'unknown' || (forOthers.has(cut) && forOthers.has(uncut))

/**
 * Calls whose legs the lists and the events put together differently at this moment: a pick-up or a transfer makes two
 * calls one, which a list tells before or after the event. Of these, only ghosts can be told.
 */
export function callsInChange(uncut: Floor, { channels }: Snapshot): Set<string> {
  return new Set(
    channels.flatMap(({ channelId, linkedId }) => {
      const callId = uncut.channels.get(channelId)?.callId
      return callId === undefined || callId === linkedId ? [] : [callId, linkedId]
    }),
  )
}

/**
 * Holds the calls of a floor that did not listen for a while against those of one that did: nothing told that did not
 * happen, nothing missing but what began and ended unheard, every end as it was or unknown.
 * @param inChange calls that cannot be compared
 * @returns what is wrong, in words
 */
export function differencesFrom(
  { atLoss, atReturn, atEnd }: Uncut,
  cut: Calls,
  inChange: ReadonlySet<string>,
): string[] {
  const wrong: string[] = []
  for (const callId of cut.keys()) if (!atEnd.has(callId)) wrong.push(`${callId} never was`)
  for (const [callId, was] of atEnd) {
    if (inChange.has(callId)) continue
    const call = cut.get(callId)
    const before = atLoss.get(callId)
    const after = atReturn.get(callId)
    if (!call) {
      // Whatever began and ended unheard, or was one with another call by then, nobody can know of.
      const unheard = !before && after && after.endedAt !== null
      if (!unheard) wrong.push(`${callId} is missing`)
      continue
    }
    if (!same(endOf(call), endOf(was))) wrong.push(`${callId} ended ${endOf(call)}, not ${endOf(was)}`)
    for (const [kind, parts] of Object.entries(partsOf)) {
      // Whoever was asked unheard whether their place is to be kept left and came back.
      if (kind === 'visit' && was.place !== undefined && call.place === undefined) continue
      // Agents who are left alone by a customer whom nobody heard look as if one had called the other.
      if (kind === 'contact' && !before && hasLostCustomer(after)) continue
      const unheard = {
        from: before ? parts(before).length : 0,
        to: after ? parts(after).length : 0,
      }
      // Who refuses is tried again: how many of these tries are one offer depends on what was heard of the first.
      const retried = kind === 'offer' ? was.offers.filter(({ attempts }) => attempts > 1) : []
      const except = new Set(retried.map(({ extension }) => extension))
      const found = partDifferences(parts(call), parts(was), unheard, except)
      wrong.push(...found.map((each) => `${callId} ${kind} ${each}`))
    }
  }
  return wrong
}

/** Its customer's leg is gone, and others of it are left. */
function hasLostCustomer(call: Call | undefined): boolean {
  if (!call || call.endedAt !== null || call.customerChannelId === null) return false
  return !call.channelIds.has(call.customerChannelId)
}

function endOf({ mergedInto, end }: Call): string {
  return mergedInto === null ? (end ?? 'open') : 'merged'
}

interface Part {
  who: string
  end: string
}

/** Each part of the cut call is one of the uncut call's, in order; left out are only some that began unheard. */
function partDifferences(
  cut: readonly Part[],
  uncut: readonly Part[],
  unheard: { from: number; to: number },
  except: ReadonlySet<string>,
): string[] {
  const wrong: string[] = []
  for (const who of new Set([...cut, ...uncut].map((part) => part.who))) {
    if (except.has(who)) continue
    const of = (parts: readonly Part[]) => parts.filter((part) => part.who === who).map(({ end }) => end)
    const before = of(uncut.slice(0, unheard.from))
    const middle = of(uncut.slice(unheard.from, unheard.to))
    const after = of(uncut.slice(unheard.to))
    const is = of(cut)
    const heardBefore = is.slice(0, before.length)
    const heardAfter = is.slice(before.length).slice(-after.length || Infinity)
    const found = is.slice(before.length, is.length - heardAfter.length)
    const right = alike(heardBefore, before) && alike(heardAfter, after) && isPartOf(found, middle)
    if (!right)
      wrong.push(`${who}: ${is.join(', ')}, not ${before.join()} [${middle.join()}] ${after.join()}`)
  }
  return wrong
}

function alike(cut: readonly string[], uncut: readonly string[]): boolean {
  return cut.length === uncut.length && cut.every((end, index) => same(end, uncut[index] ?? ''))
}

function isPartOf(cut: readonly string[], uncut: readonly string[]): boolean {
  let next = 0
  for (const end of uncut) if (next < cut.length && same(cut[next] ?? '', end)) next += 1
  return next === cut.length
}

/**
 * Holds the floor after a snapshot against one that heard everything: who is in which call, rings, talks, waits and is
 * parked, as far as the snapshot tells.
 * @param after the snapshot that `cut` has taken
 * @returns what is wrong, in words
 */
export function liveDifferences(cut: Floor, uncut: Floor, after: Snapshot): string[] {
  const wrong: string[] = []
  const stateOf = new Map(after.channels.map(({ channelId, state }) => [channelId, state]))
  const isTold = (what: Busy['what'], channelId: string, callId: string) => {
    if (what === 'ringing') return stateOf.get(channelId) === 'ringing'
    const heard = heardFrom(after, channelId)
    const customer = uncut.calls.get(callId)?.customerChannelId ?? null
    return heard.size > 1 && (customer === null || heard.has(customer))
  }
  const compare = (what: string, is: unknown, was: unknown) => {
    if (JSON.stringify(is) !== JSON.stringify(was))
      wrong.push(`${what}: ${JSON.stringify(is)}, not ${JSON.stringify(was)}`)
  }
  compare('channels', legsOf(cut), legsOf(uncut))
  compare('parked', parkedOn(cut), parkedOn(uncut))
  for (const queue of new Set([...cut.queues.keys(), ...uncut.queues.keys()])) {
    // Of who leaves it is told before they are off the list.
    const still = after.waiting.filter((each) => each.queue === queue).map(({ channelId }) => channelId)
    const was = waitingIn(uncut, queue)
    const is = waitingIn(cut, queue).filter((id) => was.includes(id) || !still.includes(id))
    compare(`waiting for ${queue}`, is, was)
  }
  const busyInCut = busyOn(cut)
  const busyInUncut = busyOn(uncut)
  for (const extension of uncut.agents.keys()) {
    const is = busyInCut.get(extension) ?? []
    const was = busyInUncut.get(extension) ?? []
    for (const { callId, what } of was) {
      const told = phonesOf(uncut, extension, callId).some(({ channelId }) => isTold(what, channelId, callId))
      if (told && !is.some((each) => each.callId === callId && each.what === what))
        wrong.push(`${extension} is not ${what} in ${callId}`)
    }
    for (const { callId, what } of is) {
      // A transfer is told before the legs change places, and an answer before they hear each other.
      const may = phonesOf(cut, extension, callId).some(
        ({ channelId }) => what === 'talking' || heardFrom(after, channelId).size < 2,
      )
      if (!may && !was.some((each) => each.callId === callId && each.what === what))
        wrong.push(`${extension} is ${what} in ${callId}: a ghost`)
    }
  }
  return wrong
}

function legsOf(floor: Floor): [string, string][] {
  return [...floor.channels.values()]
    .map(({ channelId, callId }): [string, string] => [channelId, callId])
    .toSorted(([one], [other]) => one.localeCompare(other))
}

function parkedOn(floor: Floor): string[] {
  return [...floor.calls.values()].flatMap(({ callId, parkedIn, endedAt }) =>
    parkedIn === null || endedAt !== null ? [] : [`${callId} in ${parkedIn}`],
  )
}

function waitingIn(floor: Floor, queue: string): string[] {
  return floor.queues.get(queue)?.waiting.map(({ channelId }) => channelId) ?? []
}

interface Busy {
  what: 'ringing' | 'talking'
  callId: string
}

/** Who rings and talks in which call. */
function busyOn(floor: Floor): Map<string, Busy[]> {
  const busy = new Map<string, Busy[]>()
  const add = (extension: string, what: Busy['what'], callId: string) =>
    busy.set(extension, [...(busy.get(extension) ?? []), { what, callId }])
  for (const { callId, offers, contacts } of floor.calls.values()) {
    for (const { extension, outcome } of offers) if (outcome === 'ringing') add(extension, 'ringing', callId)
    for (const { extension, endedAt } of contacts) if (endedAt === null) add(extension, 'talking', callId)
  }
  return busy
}

function phonesOf(floor: Floor, extension: string, callId: string): Channel[] {
  return [...floor.channels.values()].filter((each) => each.extension === extension && each.callId === callId)
}

/** The channels that hear a channel by what a snapshot says of bridges: through Local channels as well, which hear nothing. */
function heardFrom({ channels, bridges }: Snapshot, start: string): Set<string> {
  const nameOf = new Map(channels.map(({ channelId, name }) => [channelId, name]))
  const idOf = new Map(channels.map(({ channelId, name }) => [name, channelId]))
  const heard = new Set([start])
  for (const channelId of heard) {
    const name = nameOf.get(channelId) ?? ''
    const half = name.endsWith(';1') ? ';2' : ';1'
    const other = /;[12]$/.test(name) ? idOf.get(`${name.slice(0, -2)}${half}`) : undefined
    if (other !== undefined) heard.add(other)
    for (const { channelIds } of bridges)
      if (channelIds.includes(channelId)) channelIds.forEach((id) => heard.add(id))
  }
  return new Set([...heard].filter((id) => !/;[12]$/.test(nameOf.get(id) ?? '')))
}
