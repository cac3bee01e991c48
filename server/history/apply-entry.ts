import type { Entry } from './entries.ts'
import { absorbCall, emptyCall, foldCall, isCallFact } from './fold-call.ts'
import type { CallDocument } from './model.ts'
import { withDisposition, withOwing } from './results.ts'

/** More talks than a call has: what is over is dropped. */
const mostTalks = 50

/** The ids of the calls that an entry is about. */
export function callsOf(entry: Entry): string[] {
  switch (entry.kind) {
    case 'facts': {
      const ids = new Set<string>()
      for (const fact of entry.facts) {
        if (!isCallFact(fact)) continue
        ids.add(fact.callId)
        if (fact.type === 'call.merged') ids.add(fact.mergedId)
      }
      return [...ids]
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
      return [entry.callId]
    case 'record':
      return [entry.call._id]
    case 'input':
    case 'status':
    case 'mark':
      return []
  }
}

/** Whether an entry stands in its call's document. What is asked for one call alone is kept in the journal only. */
export function isFolded({ kind }: Entry): boolean {
  return ['facts', 'binding', 'verification', 'disposition', 'word', 'quality', 'record'].includes(kind)
}

/**
 * Folds an entry into the documents of its calls. A document that already holds it stays as it is, so an entry may come
 * twice.
 * @param calls the documents known; changed ones are put in place of theirs
 * @param wanted calls that it returns false for are left alone
 */
export function applyEntry(
  calls: Map<string, CallDocument>,
  entry: Entry,
  wanted: (callId: string) => boolean = () => true,
): void {
  if (!isFolded(entry)) return
  const fresh = new Set(
    callsOf(entry).filter(
      (callId) => wanted(callId) && appliedSeq(calls.get(callId), entry.node) < entry.seq,
    ),
  )
  if (fresh.size === 0) return
  if (entry.kind === 'facts') {
    for (const fact of entry.facts) {
      if (!isCallFact(fact)) continue
      if (fresh.has(fact.callId)) calls.set(fact.callId, foldCall(calls.get(fact.callId) ?? null, fact))
      if (fact.type !== 'call.merged') continue
      const into = calls.get(fact.callId)
      const merged = calls.get(fact.mergedId)
      if (!into || !merged) continue
      for (const call of absorbCall(into, merged, fact.at)) if (fresh.has(call._id)) calls.set(call._id, call)
    }
  }
  if (entry.kind === 'binding') {
    const { callId, customerId, decided, by = null, reason = null, at } = entry
    calls.set(callId, {
      ...(calls.get(callId) ?? emptyCall(callId, callId.split(':')[0] ?? '', at)),
      customerId,
      customerDecided: decided,
      customerBy: { personId: by, reason },
    })
  }
  if (entry.kind === 'verification') {
    const { callId, step, at } = entry
    const call = calls.get(callId) ?? emptyCall(callId, callId.split(':')[0] ?? '', at)
    calls.set(callId, { ...call, verification: [...call.verification, step] })
  }
  if (entry.kind === 'word') {
    const { callId, word, at } = entry
    const call = calls.get(callId) ?? emptyCall(callId, callId.split(':')[0] ?? '', at)
    const words = [...(call.personal.words ?? []), word]
    calls.set(callId, { ...call, personal: { ...call.personal, words } })
  }
  if (entry.kind === 'quality') {
    const { callId, talk, at } = entry
    const call = calls.get(callId) ?? emptyCall(callId, callId.split(':')[0] ?? '', at)
    const others = call.quality.filter(({ talkId }) => talkId !== talk.talkId)
    calls.set(callId, { ...call, quality: [...others, talk].slice(-mostTalks) })
  }
  if (entry.kind === 'disposition') {
    const { callId, disposition, at } = entry
    const call = calls.get(callId) ?? emptyCall(callId, callId.split(':')[0] ?? '', at)
    calls.set(callId, withDisposition(call, disposition))
  }
  if (entry.kind === 'record') {
    const { applied, version } = calls.get(entry.call._id) ?? { applied: [], version: 0 }
    calls.set(entry.call._id, { ...entry.call, applied, version })
  }
  for (const callId of fresh) {
    const call = calls.get(callId)
    if (call) calls.set(callId, withApplied(withOwing(call), entry.node, entry.seq))
  }
}

/** The last entry of a node that stands in a document; 0 for none. */
export function appliedSeq(call: CallDocument | undefined, node: string): number {
  return call?.applied.find((mark) => mark.node === node)?.seq ?? 0
}

function withApplied(call: CallDocument, node: string, seq: number): CallDocument {
  return { ...call, applied: [...call.applied.filter((mark) => mark.node !== node), { node, seq }] }
}
