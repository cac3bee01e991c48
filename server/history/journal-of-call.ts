import type { Entry } from './entries.ts'
import { inputChannels, ofSnapshot } from './input-channels.ts'
import { entriesOf } from './journal.ts'
import type { CallDocument, JournalPage } from './model.ts'
import type { SealedStore } from './sealed-store.ts'
import type { StoredPage } from './store.ts'

/** A call with all that was kept about it. */
export interface JournalOfCall {
  call: CallDocument
  /**
   * Inputs of its channels and those from which its facts came, its facts, look-ups, bindings and what screens were told, in
   * the order in which they were kept. Of an input or some facts that are about others too, only its own part is in it.
   */
  entries: Entry[]
  /** Its id, and those of the calls that went on in it. */
  callIds: ReadonlySet<string>
  /** False when the newest of it is not in the database yet. */
  current: boolean
  /** Whether there is more than was read. */
  truncated: boolean
}

type Store = Pick<SealedStore, 'journalPages' | 'journalEntry' | 'openEntries'>

/** Enough for an hour of talk with every hold in it; a bound for a call that never ends. */
const mostPages = 300
const mostEntries = 2_000
/** How often calls that went on in it may have had such calls of their own. */
export const mostMerges = 5
/** Inputs that are about no channel, such as time passing, and brought the call a fact. */
const mostCauses = 20

/**
 * Reads what the journal has about one call, and about those that went on in it.
 * @param call its document
 * @throws ProblemError `database.unreachable`
 */
export async function readJournalOfCall(
  store: Store,
  call: CallDocument,
): Promise<Omit<JournalOfCall, 'current'>> {
  const { callIds, told } = await withMerged(store, call._id)
  // A call's id is that of its oldest channel, by which Asterisk links all that belong to it.
  const heard = await store.journalPages('linkedIds', [...callIds], mostPages)
  const channelIds = new Set(ofEachNode(heard, callIds).flatMap((entry) => channelsOf(entry, callIds)))
  const others = [...channelIds].filter((id) => !callIds.has(id))
  // What names a channel and not what it is linked with.
  const also = others.length === 0 ? [] : await store.journalPages('linkedIds', others, mostPages)

  const ids = new Set([...callIds, ...channelIds])
  // Opened whole, for what is sealed stands by its place among what others said.
  const opened = await store.openEntries(ofEachNode([...told, ...heard, ...also], ids))
  const found = opened.flatMap((entry) => ownPart(entry, callIds, channelIds) ?? [])
  const causes = await causesOf(store, found, callIds, channelIds)
  const entries = [...found, ...causes].sort((one, other) => one.at - other.at || one.seq - other.seq)
  return {
    call,
    entries: entries.slice(0, mostEntries),
    callIds,
    truncated: [told, heard, also].some((pages) => pages.length >= mostPages) || entries.length > mostEntries,
  }
}

/** A call's id and those of the calls that went on in it, with the pages that tell of them. */
async function withMerged(
  store: Store,
  callId: string,
): Promise<{ callIds: ReadonlySet<string>; told: StoredPage[] }> {
  let callIds: ReadonlySet<string> = new Set([callId])
  let told = await store.journalPages('callIds', [callId], mostPages)
  for (let merges = 0; merges < mostMerges; merges += 1) {
    const known = callIds
    const merged = ofEachNode(told, known).flatMap((entry) => mergedInto(entry, known))
    callIds = new Set([...known, ...merged])
    if (callIds.size === known.size) break
    told = await store.journalPages('callIds', [...callIds], mostPages)
  }
  return { callIds, told }
}

/**
 * The inputs that brought the call its facts and are about none of its channels (time passing), and of a gap in which
 * nothing was heard how long it was.
 */
async function causesOf(
  store: Store,
  found: readonly Entry[],
  callIds: ReadonlySet<string>,
  channelIds: ReadonlySet<string>,
): Promise<Entry[]> {
  const known = new Set(found.map(({ node, seq }) => `${node} ${seq}`))
  const wanted = found.flatMap((entry): { node: string; seq: number; part: JournalPage['part'] }[] => {
    const { node, seq } = entry
    if (entry.kind === 'facts') return [{ node, seq: seq - 1, part: 'inputs' }]
    const isSnapshot = entry.kind === 'input' && entry.event.type === 'snapshot'
    return isSnapshot ? [{ node, seq: seq + 1, part: 'facts' }] : []
  })
  const missing = wanted.filter(({ node, seq }) => !known.has(`${node} ${seq}`)).slice(0, mostCauses)
  const entries = await Promise.all(missing.map(({ node, part, seq }) => store.journalEntry(node, part, seq)))
  const opened = await store.openEntries(entries.filter((entry) => entry !== null))
  return opened.flatMap((entry) => {
    if (entry.kind === 'facts') return ownPart(entry, callIds, channelIds) ?? []
    if (entry.kind !== 'input') return []
    const { event } = entry
    if (event.type === 'tick' || event.type === 'pbx.restarted') return entry
    // That there is nothing of a call in it ended the call.
    if (event.type !== 'snapshot') return ownPart(entry, callIds, channelIds) ?? []
    return { ...entry, event: { ...event, snapshot: ofSnapshot(event.snapshot, callIds, channelIds) } }
  })
}

/**
 * The entries of some pages that mention any of these ids: most lines are about others, and are not worth parsing. Ids
 * stand in the JSON as they are.
 */
function ofEachNode(pages: readonly StoredPage[], ids: ReadonlySet<string>): Entry[] {
  const byNode = new Map<string, { content: string[] }[]>()
  for (const { node, content } of pages) {
    const lines = { content: content.filter((json) => mentions(json, ids)) }
    byNode.set(node, [...(byNode.get(node) ?? []), lines])
  }
  return [...byNode.values()].flatMap(entriesOf)
}

function mentions(json: string, ids: ReadonlySet<string>): boolean {
  for (const id of ids) if (json.includes(`"${id}"`)) return true
  return false
}

function mergedInto(entry: Entry, callIds: ReadonlySet<string>): string[] {
  if (entry.kind !== 'facts') return []
  return entry.facts.flatMap((fact) =>
    fact.type === 'call.merged' && callIds.has(fact.callId) ? [fact.mergedId] : [],
  )
}

/** The channels of an input that is linked with one of these calls. */
function channelsOf(entry: Entry, callIds: ReadonlySet<string>): string[] {
  if (entry.kind !== 'input') return []
  const { event } = entry
  if (event.type === 'snapshot') {
    const own = event.snapshot.channels.filter(({ linkedId }) => callIds.has(linkedId))
    return own.map(({ channelId }) => channelId)
  }
  const { linkedIds, channelIds } = inputChannels(event)
  return linkedIds.some((id) => callIds.has(id)) ? channelIds : []
}

/** What of an entry is about the call; null for nothing. */
function ownPart(entry: Entry, callIds: ReadonlySet<string>, channelIds: ReadonlySet<string>): Entry | null {
  switch (entry.kind) {
    case 'input': {
      const { event } = entry
      if (event.type === 'snapshot') {
        const snapshot = ofSnapshot(event.snapshot, callIds, channelIds)
        return snapshot.channels.length === 0 ? null : { ...entry, event: { ...event, snapshot } }
      }
      const { linkedIds, channelIds: named } = inputChannels(event)
      const isOwn =
        linkedIds.length > 0
          ? linkedIds.some((id) => callIds.has(id))
          : named.some((id) => channelIds.has(id) || callIds.has(id))
      return isOwn ? entry : null
    }
    case 'facts': {
      const facts = entry.facts.filter(
        (fact) =>
          fact.type === 'link.gap' || ('callId' in fact && fact.callId !== null && callIds.has(fact.callId)),
      )
      return facts.length === 0 ? null : { ...entry, facts }
    }
    case 'binding':
    case 'lookup':
    case 'verification':
    case 'word':
    case 'quality':
    case 'disposition':
    case 'told':
    case 'painted':
    case 'desks':
      return callIds.has(entry.callId) ? entry : null
    case 'status':
    case 'record':
    case 'mark':
      return null
  }
}
