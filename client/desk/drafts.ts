/** A note being written, kept on this computer per person and call until it is on a card. */
export interface Draft {
  /** Made once per note, so that a repeated request adds one note. */
  noteId: string
  text: string
  /** Whom the call was with, to recognise the note later. */
  about: string
  /** Whose card it is for; null as long as nobody knows. */
  customerId: string | null
  changedAt: number
}

/** What of `localStorage` is needed here. */
export interface DraftStorage {
  readonly length: number
  getItem: (key: string) => string | null
  setItem: (key: string, value: string) => void
  removeItem: (key: string) => void
  key: (index: number) => string | null
}

const prefix = (personId: string) => `ringcard.draft.${personId}.`

/** The draft of one call (or card), or null. Anything unreadable counts as none. */
export function readDraft(storage: DraftStorage, personId: string, subject: string): Draft | null {
  return parseDraft(storage.getItem(prefix(personId) + subject))
}

/** Keeps a draft; an empty text removes it. @returns false when this computer could not keep it (storage full or refused) */
export function keepDraft(storage: DraftStorage, personId: string, subject: string, draft: Draft): boolean {
  try {
    if (draft.text.trim() === '') storage.removeItem(prefix(personId) + subject)
    else storage.setItem(prefix(personId) + subject, JSON.stringify(draft))
    return true
  } catch {
    return false
  }
}

/** Forgets a draft, because it is on the card or was discarded. */
export function dropDraft(storage: DraftStorage, personId: string, subject: string): void {
  storage.removeItem(prefix(personId) + subject)
}

/** All of a person's kept drafts, the newest first, by subject. */
export function listDrafts(storage: DraftStorage, personId: string): { subject: string; draft: Draft }[] {
  const found: { subject: string; draft: Draft }[] = []
  for (let index = 0; index < storage.length; index += 1) {
    const key = storage.key(index)
    if (key === null || !key.startsWith(prefix(personId))) continue
    const draft = parseDraft(storage.getItem(key))
    if (draft !== null) found.push({ subject: key.slice(prefix(personId).length), draft })
  }
  return found.sort((a, b) => b.draft.changedAt - a.draft.changedAt)
}

function parseDraft(json: string | null): Draft | null {
  if (json === null) return null
  try {
    const value = JSON.parse(json) as Partial<Draft> | null
    if (typeof value?.noteId !== 'string' || typeof value.text !== 'string') return null
    return {
      noteId: value.noteId,
      text: value.text,
      about: value.about ?? '',
      customerId: value.customerId ?? null,
      changedAt: value.changedAt ?? 0,
    }
  } catch {
    return null
  }
}
