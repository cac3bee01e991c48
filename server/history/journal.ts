import { callsOf } from './apply-entry.ts'
import { readEntry, type Entry } from './entries.ts'
import { inputChannels } from './input-channels.ts'
import type { JournalPage } from './model.ts'

const dayMs = 24 * 60 * 60 * 1000
/** A page is closed when it has reached this: a document of MongoDB has 16 MB at most. In UTF-16 units. */
const pageLength = 2_000_000

/**
 * Puts entries onto pages, as the database keeps them: one page for the inputs, one for the rest, of each node. A page
 * costs the database little more than one entry would.
 * @param entries of one batch, in order
 * @param inputDays how long inputs are kept; the rest stays
 */
export function pagesOf(entries: readonly Entry[], inputDays: number): JournalPage[] {
  const parts = new Map<string, Entry[]>()
  for (const entry of entries) {
    const part = `${entry.node}:${partOf(entry)}`
    const known = parts.get(part)
    if (known) known.push(entry)
    else parts.set(part, [entry])
  }
  return [...parts].flatMap(([part, own]) => cutBySize(own).map((page) => pageOf(part, page, inputDays)))
}

interface Written {
  entry: Entry
  json: string
}

/** Entries as JSON, a list for each page. None is empty. */
function cutBySize(entries: readonly Entry[]): [Written, ...Written[]][] {
  const pages: [Written, ...Written[]][] = []
  let length = Infinity
  for (const entry of entries) {
    const written = { entry, json: JSON.stringify(entry) }
    length += written.json.length
    if (length > pageLength) {
      pages.push([written])
      length = written.json.length
    } else pages.at(-1)?.push(written)
  }
  return pages
}

function pageOf(part: string, page: readonly [Written, ...Written[]], inputDays: number): JournalPage {
  const entries = page.map(({ entry }) => entry)
  const [{ entry: first }] = page
  const last = entries.at(-1) ?? first
  const kept = partOf(first)
  return {
    _id: `${part}:${first.seq}`,
    node: first.node,
    part: kept,
    firstSeq: first.seq,
    lastSeq: last.seq,
    at: first.at,
    linkedIds: [...new Set(entries.flatMap(inputIdsOf))],
    callIds: [...new Set(entries.flatMap(callsOf))],
    content: page.map(({ json }) => json),
    ...(kept === 'inputs' ? { expiresAt: new Date(last.at + inputDays * dayMs) } : {}),
  }
}

/**
 * The entries of some pages of a node, in order and each once: pages may overlap when a batch was written again in other
 * pieces. What is no entry is left out.
 */
export function entriesOf(pages: Iterable<Pick<JournalPage, 'content'>>): Entry[] {
  const bySeq = new Map<number, Entry>()
  for (const { content } of pages) {
    for (const json of content) {
      const entry = readEntry(json)
      if (entry) bySeq.set(entry.seq, entry)
    }
  }
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq)
}

function partOf({ kind }: Entry): JournalPage['part'] {
  return kind === 'input' ? 'inputs' : 'facts'
}

/** By what an input is found: the groups of channels that it is about, or where it names none, the channels. */
function inputIdsOf(entry: Entry): string[] {
  if (entry.kind !== 'input') return []
  const { linkedIds, channelIds } = inputChannels(entry.event)
  return linkedIds.length > 0 ? linkedIds : channelIds
}
