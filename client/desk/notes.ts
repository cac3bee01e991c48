import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import { longestNote, type Note } from '../../shared/customers.ts'
import { ApiError, callApi, type ApiErrorCode } from '../api.ts'
import { useOutbox } from '../outbox/outbox.ts'
import { createSending, isPassing } from '../outbox/sending.ts'
import { useSession } from '../session/session.ts'
import { now } from '../ui/clock.ts'
import { newId } from '../ui/new-id.ts'

/** A note being written, as it waits on this computer until it is on a card. */
export interface Draft {
  /** Made once per note, so that a repeated request adds one note. */
  noteId: string
  text: string
  /** Whom the call was with, to recognise the note later. */
  about: string
  /** Whose card it is for; null as long as nobody knows. */
  customerId: string | null
  changedAt: number
  /** Whether it is on the card already, with another text. */
  isOnCard: boolean
  /** Why the server will not have it, where trying again is of no use. */
  refused: ApiErrorCode | null
}

/** What a note is about: a call (its note stays with it whoever turns out to be calling) or a card that was looked up. */
export interface NoteSubject {
  key: string
  about: string
  customerId: string | null
  /** My note of this call that is on the card already: one goes on with it. */
  written: Pick<Note, 'noteId' | 'text' | 'at'> | null
}
export type NoteStatus =
  | { kind: 'empty' | 'waiting' | 'kept' | 'saving' | 'tooLong' }
  | { kind: 'saved'; at: number }
  | { kind: 'failed'; code: ApiErrorCode }

/** So long after the last letter a note goes on its card, and so long after the first at the latest, ms. */
const afterLastMs = 1_500
const afterFirstMs = 10_000
/** What another window wrote is that window's to send; after so long it is gone, ms. */
const ofAnotherWindowMs = 20_000

const prefix = 'note:'

/** The note being written: kept on this computer at every keystroke, and on the card a moment after the last. */
export const useNotes = defineStore('notes', () => {
  const session = useSession()
  const outbox = useOutbox()
  const subject = shallowRef<NoteSubject | null>(null)
  /** What stands in the field: a draft that waits, or one that is on the card as it stands. */
  const draft = shallowRef<Draft | null>(null)
  const saving = ref<string | null>(null)
  const savedAt = ref<number | null>(null)
  const failure = ref<ApiErrorCode | null>(null)
  /** Notes saved from this console, by customer: the card shows them before the server repeats them. */
  const added = shallowRef<ReadonlyMap<string, Note[]>>(new Map())
  /** On whose card the note of before was put when it was left. */
  const savedFor = ref<string | null>(null)
  /** Notes that were finished here: one begins another after them. */
  const finished = new Set<string>()
  /** When the first letter of what waits was typed here, by its name. */
  const firstTyped = new Map<string, number>()

  const draftOf = (key: string): Draft | null => (outbox.kept.get(prefix + key) as Draft | undefined) ?? null
  const text = computed(() => draft.value?.text ?? '')
  const isWaiting = computed(() => subject.value !== null && outbox.kept.has(prefix + subject.value.key))

  /** Notes that wait for nothing but me: nobody knows whose they are, or the server will not have them. */
  const others = computed(() =>
    [...outbox.kept]
      .filter(([id]) => id.startsWith(prefix) && id !== prefix + (subject.value?.key ?? ''))
      .map(([id, content]) => ({ subject: id.slice(prefix.length), draft: content as Draft }))
      .filter(
        ({ draft: one }) => one.customerId === null || one.refused !== null || one.text.length > longestNote,
      )
      .sort((a, b) => b.draft.changedAt - a.draft.changedAt),
  )

  const status = computed<NoteStatus>(() => {
    const about = subject.value
    const written = draft.value
    if (about === null || written === null) {
      return savedAt.value === null ? { kind: 'empty' } : { kind: 'saved', at: savedAt.value }
    }
    if (written.text.length > longestNote) return { kind: 'tooLong' }
    if (saving.value === about.key) return { kind: 'saving' }
    if (!isWaiting.value)
      return savedAt.value === null ? { kind: 'empty' } : { kind: 'saved', at: savedAt.value }
    const code = written.refused ?? failure.value
    if (code !== null) return { kind: 'failed', code }
    return { kind: about.customerId === null ? 'kept' : 'waiting' }
  })

  const sending = createSending({
    prefix,
    dueIn: (id, content) => {
      const { customerId, changedAt, refused, text: typed } = content as Draft
      if (customerId === null || refused !== null || typed.length > longestNote) return null
      const age = now.value - changedAt
      if (outbox.isOfAnother(id)) return Math.max(0, ofAnotherWindowMs - age)
      if (id !== prefix + (subject.value?.key ?? '')) return 0
      const first = firstTyped.get(id) ?? changedAt
      return Math.max(0, Math.min(afterLastMs - age, first + afterFirstMs - now.value))
    },
    send: async (id, content) => {
      const { noteId, text: typed, customerId, isOnCard } = content as Draft
      if (customerId === null) return
      const key = id.slice(prefix.length)
      if (typed.trim() === '' && !isOnCard) {
        outbox.drop(id)
        return
      }
      saving.value = key
      try {
        const note = await callApi('customers.addNote', {
          params: { customerId },
          body: { noteId, text: typed },
        })
        acknowledged(id, customerId, note, typed)
        if (subject.value?.key === key) [savedAt.value, failure.value] = [now.value, null]
      } catch (error) {
        if (!(error instanceof ApiError)) throw error
        if (subject.value?.key === key) failure.value = error.code
        if (!isPassing(error.code)) refuse(id, error.code)
        throw error
      } finally {
        saving.value = null
      }
    },
  })

  /** The server has this text of a note; what was typed meanwhile goes on waiting. */
  function acknowledged(id: string, customerId: string, note: Note, sent: string): void {
    const rest = added.value.get(customerId)?.filter(({ noteId }) => noteId !== note.noteId) ?? []
    added.value = new Map(added.value).set(customerId, note.text === '' ? rest : [note, ...rest])
    const waits = outbox.kept.get(id) as Draft | undefined
    if (waits === undefined || waits.noteId !== note.noteId) return
    if (waits.text === sent) {
      outbox.drop(id)
      firstTyped.delete(id)
    } else {
      firstTyped.set(id, now.value)
      replace(id, { ...waits, isOnCard: note.text !== '' })
    }
    if (draft.value?.noteId === note.noteId)
      draft.value = { ...draft.value, isOnCard: note.text !== '', refused: null }
  }

  function refuse(id: string, code: ApiErrorCode): void {
    const waits = outbox.kept.get(id) as Draft | undefined
    if (waits !== undefined) replace(id, { ...waits, refused: code })
  }

  function replace(id: string, next: Draft): void {
    outbox.put(id, next)
    if (subject.value !== null && id === prefix + subject.value.key) draft.value = next
  }

  /** Turns to another call or card. What was written for the last one goes on its card if its customer is known, else it waits. */
  async function turnTo(next: NoteSubject | null): Promise<void> {
    const before = subject.value
    subject.value = next
    if (before?.key === next?.key) {
      const known = next === null ? null : draftOf(next.key)
      // Who it is may be known by now, or be somebody else.
      if (next !== null && known !== null && known.customerId !== next.customerId)
        replace(prefix + next.key, {
          ...known,
          about: next.about,
          customerId: next.customerId,
          refused: null,
        })
      takeUp()
      return
    }
    const isOnCard = draft.value !== null && draft.value.text.trim() !== '' && savedAt.value !== null
    draft.value = null
    savedAt.value = null
    failure.value = null
    savedFor.value = isOnCard && !hasDraft(before?.key ?? '') ? (before?.about ?? null) : null
    takeUp()
    const left = before === null ? null : draftOf(before.key)
    if (before === null || left === null || left.customerId === null || left.text.trim() === '') return
    const isPut = await sending.now(prefix + before.key).then(
      () => !outbox.kept.has(prefix + before.key),
      () => false,
    )
    if (isPut && subject.value?.key === next?.key) savedFor.value = before.about
  }

  /** What waits of this subject stands in the field; else my note of it that is on the card. */
  function takeUp(): void {
    const about = subject.value
    if (about === null) return
    const waits = draftOf(about.key)
    if (waits !== null) {
      if (waits !== draft.value) draft.value = waits
      return
    }
    if (draft.value !== null || about.written === null || finished.has(about.written.noteId)) return
    const { noteId, text: onCard, at } = about.written
    draft.value = { ...fresh(about), noteId, text: onCard, isOnCard: true }
    savedAt.value = at
  }

  const fresh = ({ about, customerId }: NoteSubject): Draft => ({
    noteId: newId(),
    text: '',
    about,
    customerId,
    changedAt: now.value,
    isOnCard: false,
    refused: null,
  })

  function write(typed: string): void {
    const about = subject.value
    if (about === null) return
    const id = prefix + about.key
    const before = draft.value ?? fresh(about)
    const { about: whom, customerId } = about
    draft.value = { ...before, text: typed, about: whom, customerId, changedAt: now.value, refused: null }
    failure.value = null
    if (typed.trim() === '' && !before.isOnCard) {
      outbox.drop(id)
      firstTyped.delete(id)
      draft.value = null
      savedAt.value = null
      return
    }
    if (!firstTyped.has(id)) firstTyped.set(id, now.value)
    outbox.put(id, draft.value)
  }

  /** Whether something waits that was written in this call, or about this card. */
  const hasDraft = (key: string): boolean => outbox.kept.has(prefix + key)

  /** The note is finished: it goes on the card now, and the next letter begins another. */
  async function save(): Promise<void> {
    const about = subject.value
    const written = draft.value
    if (about?.customerId == null || written === null || written.text.trim() === '') return
    const id = prefix + about.key
    if (outbox.kept.has(id)) await sending.now(id).catch(() => undefined)
    const current = draft.value
    if (subject.value?.key !== about.key || current?.noteId !== written.noteId) return
    // Not on the card, or changed meanwhile and not only written on: it stays the note being written.
    const isSaved = added.value.get(about.customerId)?.some(({ noteId }) => noteId === written.noteId)
    if ((isSaved !== true && !written.isOnCard) || !current.text.startsWith(written.text)) return
    if (outbox.kept.has(id) && current.text === written.text) return
    finished.add(written.noteId)
    outbox.drop(id)
    firstTyped.delete(id)
    draft.value = null
    // What was typed while it was being saved is the beginning of the next note.
    const more = current.text.slice(written.text.length)
    if (more.trim() !== '') write(more.trimStart())
  }

  /** Puts a note left over from an earlier call on a card. @throws ApiError */
  async function saveOther(key: string, customerId: string): Promise<void> {
    const other = draftOf(key)
    if (other === null) return
    outbox.put(prefix + key, { ...other, customerId, refused: null })
    await sending.now(prefix + key)
  }

  function discardOther(key: string): void {
    outbox.drop(prefix + key)
  }

  /** Sends all that has somewhere to go, before I sign out. Never rejects. */
  async function sendAll(): Promise<void> {
    const ids = [...outbox.kept].filter(
      ([id, content]) => id.startsWith(prefix) && (content as Draft).customerId !== null,
    )
    await Promise.all(ids.map(([id]) => sending.now(id).catch(() => undefined)))
  }

  /** How many notes are on no card. */
  const leftCount = computed(() => [...outbox.kept.keys()].filter((id) => id.startsWith(prefix)).length)

  /** How many notes have been put on a card from here. */
  const savedOn = (customerId: string): number => added.value.get(customerId)?.length ?? 0

  /** A card's notes with those saved here, each once, the newest first; without the one that stands in the field. */
  function notesOf(customerId: string, known: readonly Note[]): Note[] {
    const all = new Map([...known, ...(added.value.get(customerId) ?? [])].map((note) => [note.noteId, note]))
    return [...all.values()]
      .filter(({ noteId }) => noteId !== draft.value?.noteId)
      .sort((a, b) => b.at - a.at)
  }

  // Taken up from this computer, or written in another window.
  watch(
    () => outbox.kept,
    () => takeUp(),
    { flush: 'sync' },
  )
  // Another person at this console begins with their own notes.
  watch(
    () => session.me?.personId,
    () => {
      subject.value = null
      draft.value = null
      savedAt.value = null
      failure.value = null
      savedFor.value = null
      added.value = new Map()
      finished.clear()
      firstTyped.clear()
    },
    { flush: 'sync' },
  )

  return {
    text,
    status,
    others,
    savedFor,
    leftCount,
    hasDraft,
    turnTo,
    write,
    save,
    sendAll,
    saveOther,
    discardOther,
    notesOf,
    savedOn,
  }
})
