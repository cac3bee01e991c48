import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import type { Note } from '../../shared/customers.ts'
import { ApiError, callApi, type ApiErrorCode } from '../api.ts'
import { useSession } from '../session/session.ts'
import { now } from '../ui/clock.ts'
import { newId } from '../ui/new-id.ts'
import { dropDraft, keepDraft, listDrafts, readDraft, type Draft } from './drafts.ts'

/** What a note is about: a call (its note stays with it whoever turns out to be calling) or a card that was looked up. */
export interface NoteSubject {
  key: string
  about: string
  customerId: string | null
}
export type NoteStatus =
  | { kind: 'empty' | 'kept' | 'saving' }
  | { kind: 'saved'; at: number }
  | { kind: 'failed'; code: ApiErrorCode }

/** The note being written, kept on this computer at every keystroke and put on the card when it is saved. */
export const useNotes = defineStore('notes', () => {
  const session = useSession()
  const subject = shallowRef<NoteSubject | null>(null)
  const draft = ref<Draft | null>(null)
  const status = ref<NoteStatus>({ kind: 'empty' })
  /** Notes saved from this console, by customer: the card shows them before the server repeats them. */
  const added = ref<ReadonlyMap<string, Note[]>>(new Map())
  const others = ref<{ subject: string; draft: Draft }[]>([])
  /** On whose card the note of before was put when it was left. */
  const savedFor = ref<string | null>(null)
  /** Notes on their way to the server, by id: one at a time, so that the text typed last is the one that stays. */
  const sending = new Map<string, Promise<unknown>>()
  const text = computed(() => draft.value?.text ?? '')
  const personId = () => session.me?.personId ?? ''

  function listOthers(): void {
    others.value = listDrafts(localStorage, personId()).filter((one) => one.subject !== subject.value?.key)
  }

  /** Turns to another call or card. What was written for the last one is saved if its customer is known, else kept. */
  async function turnTo(next: NoteSubject | null): Promise<void> {
    const before = subject.value
    if (before?.key === next?.key) {
      subject.value = next
      const known = draft.value
      // Who it is may be known by now, or be somebody else.
      if (next !== null && known !== null && known.customerId !== next.customerId) keep(known, next)
      return
    }
    const unsaved = draft.value
    subject.value = next
    draft.value = next === null ? null : readDraft(localStorage, personId(), next.key)
    status.value = { kind: draft.value === null ? 'empty' : 'kept' }
    savedFor.value = null
    if (before?.customerId != null && unsaved !== null && unsaved.text.trim() !== '') {
      const isPut = await put(before.key, before.customerId, unsaved).then(
        () => true,
        () => false,
      )
      if (isPut) savedFor.value = before.about
      // Turned back to meanwhile: what is saved is not to be saved again.
      const isBack = subject.value?.key === before.key && draft.value?.text === unsaved.text
      if (isBack && readDraft(localStorage, personId(), before.key) === null) {
        draft.value = null
        status.value = { kind: 'saved', at: now.value }
      }
    }
    listOthers()
  }

  /** Keeps what is written, for whom it is about now. */
  function keep({ noteId, text }: Pick<Draft, 'noteId' | 'text'>, about: NoteSubject): void {
    draft.value = {
      noteId,
      text,
      about: about.about,
      customerId: about.customerId,
      changedAt: now.value,
    }
    const kept = keepDraft(localStorage, personId(), about.key, draft.value)
    if (kept) status.value = { kind: text.trim() === '' ? 'empty' : 'kept' }
    else status.value = { kind: 'failed', code: 'unexpected' }
  }

  function write(text: string): void {
    if (subject.value !== null) keep({ noteId: draft.value?.noteId ?? newId(), text }, subject.value)
  }

  /** Whether something is kept that was written in this call, or about this card, and not put on a card yet. */
  const hasDraft = (key: string): boolean => readDraft(localStorage, personId(), key) !== null

  /** Puts a note on a card, after what is being sent of the same note. What was typed meanwhile stays kept. */
  async function put(key: string, customerId: string, what: Draft): Promise<void> {
    const { noteId, text } = what
    const before = sending.get(noteId) ?? Promise.resolve()
    const sent = before
      .catch(() => undefined)
      .then(() => callApi('customers.addNote', { params: { customerId }, body: { noteId, text } }))
    sending.set(noteId, sent)
    const note = await sent.finally(() => {
      if (sending.get(noteId) === sent) sending.delete(noteId)
    })
    const others = added.value.get(customerId)?.filter((one) => one.noteId !== noteId) ?? []
    added.value = new Map(added.value).set(customerId, [note, ...others])
    if (readDraft(localStorage, personId(), key)?.text === text) dropDraft(localStorage, personId(), key)
  }

  /** Puts the note on the card. The same note sent twice is one note. */
  async function save(): Promise<void> {
    const about = subject.value
    const what = draft.value
    if (
      about?.customerId == null ||
      what === null ||
      what.text.trim() === '' ||
      status.value.kind === 'saving'
    )
      return
    status.value = { kind: 'saving' }
    try {
      await put(about.key, about.customerId, what)
      if (subject.value?.key !== about.key) return
      const typed = draft.value?.text ?? what.text
      if (!typed.startsWith(what.text)) {
        // Not written on but changed: the same note, to be saved again.
        status.value = { kind: 'kept' }
        return
      }
      // What was typed while it was being saved is the beginning of the next note.
      const more = typed.slice(what.text.length)
      draft.value = null
      status.value = { kind: 'saved', at: now.value }
      if (more.trim() !== '') write(more.trimStart())
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      status.value = { kind: 'failed', code: error.code }
    }
  }

  /** Puts a note left over from an earlier call on a card. @throws ApiError */
  async function saveOther(key: string, customerId: string): Promise<void> {
    const other = others.value.find((one) => one.subject === key)
    if (other !== undefined) await put(key, customerId, other.draft)
    listOthers()
  }

  function discardOther(key: string): void {
    dropDraft(localStorage, personId(), key)
    listOthers()
  }

  /** How many notes have been put on a card from here. */
  const savedOn = (customerId: string): number => added.value.get(customerId)?.length ?? 0

  /** A card's notes with those saved here, each once, the newest first. */
  function notesOf(customerId: string, known: readonly Note[]): Note[] {
    const all = new Map([...known, ...(added.value.get(customerId) ?? [])].map((note) => [note.noteId, note]))
    return [...all.values()].sort((a, b) => b.at - a.at)
  }

  // Another person at this console begins with their own notes; the draft of the one before stays kept under their name.
  watch(
    () => session.me?.personId,
    () => {
      subject.value = null
      draft.value = null
      status.value = { kind: 'empty' }
      added.value = new Map()
      savedFor.value = null
      listOthers()
    },
    { immediate: true, flush: 'sync' },
  )

  return {
    text,
    status,
    others,
    savedFor,
    hasDraft,
    turnTo,
    write,
    save,
    saveOther,
    discardOther,
    notesOf,
    savedOn,
  }
})
