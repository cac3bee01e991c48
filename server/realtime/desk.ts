import type { DeskCall, OfferOutcome, Word } from '../../shared/calls.ts'
import type { Pop } from '../../shared/customers.ts'
import type { ArticleLink } from '../../shared/articles.ts'
import type { Guide } from '../../shared/guides.ts'
import type { ShownResult } from '../../shared/dispositions.ts'
import type { Right } from '../../shared/people.ts'
import { pbxOfId } from '../../shared/pbx-names.ts'
import type { Change, GoneReason, Topic } from '../../shared/realtime.ts'
import type { Fact } from '../floor/facts.ts'
import type { Call, Floor } from '../floor/state.ts'
import { agentView, deskCall, deskCallsOf, isTheirs, todayCall, type DescribeParty } from '../floor/views.ts'
import { personRoom, withoutCustomer } from './topics.ts'

/** Who a call was matched to, as far as a list of calls shows it. */
export interface KnownCustomer {
  customerId: string
  name: string
}

/** What the floor does not know and a desk shows. */
export interface DeskContext {
  describe: DescribeParty
  /** A number of ours as people here know it: its label, or its readable form. */
  showDialled?: (number: string, pbx: string) => string
  /** Who sits at a desk with a console open, and what they may do now. */
  personAt: (extension: string) => { personId: string; rights: ReadonlySet<Right> } | null
  /** The card and match of a call as these rights may see it at this desk; null when nothing is known or looked up yet. */
  popOf: (callId: string, rights: readonly Right[], extension: string) => Pop | null
  customerOf: (callId: string) => KnownCustomer | null
  /** Whether more of a call's card is shown to whoever talks with the customer than before and after. */
  opensInTalk?: (callId: string) => boolean
  displayNameOf: (personId: string) => string | null
  /** What to say in a call of this queue, or to whoever dialled this. */
  guideFor?: (call: { queue: string | null; dialled: string | null }) => Guide | null
  /** What is pinned to calls of this queue, or to whoever dialled this. */
  articlesFor?: (call: { queue: string | null; dialled: string | null }) => readonly ArticleLink[]
  /** What agents left with a call for whoever gets it next. */
  wordsOf?: (callId: string) => readonly Word[]
  /** What a person said came of a call that is running or just over. */
  resultOf?: (callId: string, personId: string) => ShownResult | null
  /** Whether calls of a queue are to have a result. */
  isAsked?: (queue: string | null) => boolean
}

/** Which desks show which call, kept so that no call stays on a desk after its end. */
export type Shown = Map<string, Set<string>>

type EndOfTalk = Fact & { type: 'contact.ended' }
type Touched = Map<string, Map<string, GoneReason>>

/**
 * What changes on people's own desks by a few facts of one moment.
 * @param facts what happened, in order
 * @param floor the floor after them
 * @param shown which desks show which call; brought up to date
 * @returns the changes for each person's topic
 */
export function deskChanges(
  facts: readonly Fact[],
  floor: Floor,
  context: DeskContext,
  shown: Shown,
): Map<Topic, Change[]> {
  const changes = new Map<Topic, Change[]>()
  const tell = (extension: string, make: (rights: ReadonlySet<Right>, personId: string) => Change[]) => {
    const person = context.personAt(extension)
    const made = person?.rights.has('desk.use') ? make(person.rights, person.personId) : []
    if (!person || made.length === 0) return
    const topic = personRoom(person.personId)
    changes.set(topic, [...(changes.get(topic) ?? []), ...made])
  }
  for (const extension of new Set(facts.flatMap((f) => (f.type === 'agent.state' ? [f.extension] : [])))) {
    tell(extension, () => ownState(floor, extension, context))
  }
  for (const [callId, desks] of touchedDesks(facts, floor, shown)) {
    const call = floor.calls.get(callId)
    const opensInTalk = context.opensInTalk?.(callId) === true
    for (const [extension, reason] of desks) {
      const view = call && deskCall(floor, call, extension, context.describe)
      const talk = endOfTalk(facts, callId, extension)
      const isOver = talk !== undefined || placeIsOver(facts, callId)
      if (view && call.mergedInto === null) {
        // A talk that has ended is told once; that the whole call ends later is no news here.
        if (view.state === 'ended' && !isOver) {
          if (opensInTalk && hasJustEnded(facts, callId))
            tell(extension, (rights, personId) =>
              isTheirs(floor, call, { personId, extension })
                ? popChange(callId, rights, context, extension)
                : [],
            )
          continue
        }
        const isNew = !shown.get(callId)?.has(extension)
        // Over before it was ever shown, as a call that is told from the PBX's record: it belongs to the day, not here.
        if (!isNew || call.endedAt === null) {
          noteShown(shown, callId, extension)
          tell(extension, (rights) => [
            { type: 'deskCall.set', call: asShown(view, floor, rights, context) },
            ...(isNew || (opensInTalk && talkHasChanged(facts, callId, extension))
              ? popChange(callId, rights, context, extension)
              : []),
          ])
        }
      } else if (forgetShown(shown, callId, extension)) {
        tell(extension, () => [{ type: 'deskCall.gone', callId, reason }])
      }
      if (call && (talk || endedUnanswered(facts, call, extension))) {
        tell(extension, (rights, personId) => todayChange(call, extension, personId, rights, context))
      }
    }
    if (call?.endedAt !== null) shown.delete(callId)
  }
  return changes
}

/** Whether the customer has just come to a desk, or left it. */
function talkHasChanged(facts: readonly Fact[], callId: string, extension: string): boolean {
  return facts.some((fact) => {
    if (fact.type === 'call.merged') return fact.callId === callId
    if (fact.type !== 'contact.began' && fact.type !== 'contact.ended') return false
    return fact.callId === callId && fact.extension === extension
  })
}

function hasJustEnded(facts: readonly Fact[], callId: string): boolean {
  return facts.some((fact) => fact.type === 'call.ended' && fact.callId === callId)
}

/** The look-up of a call has come to something: what the desks that show it are told. */
export function popChanges(
  callId: string,
  floor: Floor,
  context: DeskContext,
  shown: Shown,
): Map<Topic, Change[]> {
  const changes = new Map<Topic, Change[]>()
  const call = floor.calls.get(callId)
  for (const extension of shown.get(callId) ?? []) {
    const person = context.personAt(extension)
    if (!person?.rights.has('desk.use')) continue
    // Whoever has sat down since is not concerned by what is being written up there.
    if (call && !isTheirs(floor, call, { personId: person.personId, extension })) continue
    const made = popChange(callId, person.rights, context, extension)
    if (made.length > 0) changes.set(personRoom(person.personId), made)
  }
  return changes
}

/** More is said of a call for whoever gets it next, or nothing any more: what the desks that show it are told. */
export function wordChanges(
  callId: string,
  floor: Floor,
  context: DeskContext,
  shown: Shown,
): Map<Topic, Change[]> {
  const changes = new Map<Topic, Change[]>()
  const call = floor.calls.get(callId)
  for (const extension of shown.get(callId) ?? []) {
    const person = context.personAt(extension)
    const view = call && deskCall(floor, call, extension, context.describe)
    if (!view || !person?.rights.has('desk.use')) continue
    if (!isTheirs(floor, call, { personId: person.personId, extension })) continue
    const shownCall = asShown(view, floor, person.rights, context)
    changes.set(personRoom(person.personId), [{ type: 'deskCall.set', call: shownCall }])
  }
  return changes
}

/**
 * Who called is erased in some calls: what a desk is told of them. A call that goes on stays there as nobody's; anything else
 * of it that a console may still show, as the last call while it is written up, goes.
 */
export function erasedChanges(
  callIds: readonly string[],
  extension: string | null,
  rights: ReadonlySet<Right>,
  shown: Shown,
): Change[] {
  if (!rights.has('desk.use')) return []
  return callIds.map((callId) =>
    extension !== null && shown.get(callId)?.has(extension) === true
      ? { type: 'pop.set', callId, pop: nobodys }
      : { type: 'deskCall.gone', callId, reason: 'erased' },
  )
}

const nobodys: Pop = { match: { outcome: 'none', by: null, candidates: [] }, card: null }

/**
 * All that is on a desk now: its calls with the cards, and the last call while its work is being finished.
 * @param shown brought up to date, so that what this snapshot shows will be taken away again
 */
export function deskContent(
  floor: Floor,
  extension: string,
  rights: ReadonlySet<Right>,
  context: DeskContext,
  shown: Shown,
): Change[] {
  if (!rights.has('desk.use')) return []
  const personId = floor.agents.get(extension)?.personId ?? null
  const calls = deskCallsOf(floor, extension, context.describe).flatMap((call): Change[] => {
    const known = floor.calls.get(call.callId)
    const live = known?.endedAt === null
    // Ended here while the call goes on: it moved to somebody else.
    if (call.state === 'ended' && live) return []
    // Nobody can write up whom nobody knows.
    if (!live && known?.party.erased === true) return []
    if (live) noteShown(shown, call.callId, extension)
    return [
      { type: 'deskCall.set', call: asShown(call, floor, rights, context) },
      ...popChange(call.callId, rights, context, extension),
      ...(personId === null ? [] : resultChange(call.callId, personId, context)),
    ]
  })
  return [...ownState(floor, extension, context), ...calls]
}

/** With what the floor does not know: names, labels, and what agents left for each other. */
function asShown(call: DeskCall, floor: Floor, rights: ReadonlySet<Right>, context: DeskContext): DeskCall {
  const { callId, dialled, consult } = call
  const { showDialled, displayNameOf, wordsOf } = context
  const colleague = floor.agents.get(consult?.extension ?? '')?.personId ?? null
  return {
    ...call,
    dialled: dialled === null || !showDialled ? dialled : showDialled(dialled, pbxOfId(callId)),
    consult: consult && { ...consult, name: colleague === null ? null : displayNameOf(colleague) },
    guide: call.direction === 'inbound' ? (context.guideFor?.(call) ?? null) : null,
    articles: [...(context.articlesFor?.(call) ?? [])],
    words: rights.has('card.notes') ? [...(wordsOf?.(callId) ?? [])] : [],
  }
}

/** What whoever sits at a desk is doing, for their own screen. */
function ownState(floor: Floor, extension: string, context: DeskContext): Change[] {
  const agent = floor.agents.get(extension)
  if (!agent) return []
  const displayName = agent.personId === null ? null : context.displayNameOf(agent.personId)
  return [{ type: 'agent.set', agent: agentView(floor, agent, displayName) }]
}

function touchedDesks(facts: readonly Fact[], floor: Floor, shown: Shown): Touched {
  const touched: Touched = new Map()
  const touch = (callId: string, extension: string, reason: GoneReason) => {
    const desks = touched.get(callId) ?? new Map<string, GoneReason>()
    touched.set(callId, desks.set(extension, desks.get(extension) ?? reason))
  }
  const touchAll = (callId: string, reason: GoneReason) => {
    for (const extension of shown.get(callId) ?? []) touch(callId, extension, reason)
  }
  for (const fact of facts) {
    switch (fact.type) {
      case 'call.attested':
        touchAll(fact.callId, 'ended')
        break
      case 'call.started':
      case 'call.identified': {
        const origin = floor.channels.get(floor.calls.get(fact.callId)?.originId ?? '')
        if (origin?.extension != null) touch(fact.callId, origin.extension, 'ended')
        touchAll(fact.callId, 'ended')
        break
      }
      case 'offer.made':
        touch(fact.callId, fact.extension, 'withdrawn')
        break
      case 'offer.ended':
        // An answered offer goes over into a contact, and that is told by its own fact.
        if (fact.outcome !== 'answered') touch(fact.callId, fact.extension, reasonOf(fact.outcome))
        break
      case 'contact.began':
      case 'contact.held':
      case 'contact.resumed':
      case 'call.pickedUp':
      case 'consult.changed':
        // Whom they asked is told of the end by the state of that phone.
        touch(fact.callId, fact.extension, 'ended')
        break
      case 'contact.ended': {
        const movedOn = fact.why === 'transferred' || fact.why === 'moved'
        touch(fact.callId, fact.extension, movedOn ? 'movedOn' : 'ended')
        break
      }
      case 'call.queued':
      case 'call.dequeued':
      case 'call.recording':
        touchAll(fact.callId, 'withdrawn')
        break
      case 'call.merged':
        for (const part of partsOf(floor.calls.get(fact.callId))) touch(fact.callId, part, 'ended')
        touchAll(fact.mergedId, 'ended')
        break
      case 'call.ended':
        touchAll(fact.callId, fact.end === 'cutOff' ? 'lost' : 'ended')
        break
      case 'agent.state':
        // Who was only asked about a customer talked in no contact that would end.
        if (fact.state === 'talking' || fact.state === 'ringing') break
        for (const [callId, desks] of shown)
          if (desks.has(fact.extension)) touch(callId, fact.extension, 'movedOn')
        break
      case 'place.changed':
        touchAll(fact.callId, 'ended')
        if (fact.extension !== null) touch(fact.callId, fact.extension, 'ended')
        break
      case 'place.due':
      case 'voicemail.over':
      case 'call.learnt':
      case 'call.pinTyped':
      case 'call.transferred':
      case 'call.parked':
      case 'call.unparked':
      case 'call.voicemail':
      case 'member.paused':
      case 'queue.changed':
      case 'link.gap':
      case 'link.reconciled':
        break
    }
  }
  return touched
}

/** The desks that have a part in a call now. */
function partsOf(call: Call | undefined): string[] {
  const ringing = call?.offers.filter((offer) => offer.outcome === 'ringing') ?? []
  const talking = call?.contacts.filter((contact) => contact.endedAt === null) ?? []
  return [...ringing, ...talking].map((part) => part.extension)
}

function endOfTalk(facts: readonly Fact[], callId: string, extension: string): EndOfTalk | undefined {
  return facts.find(
    (fact): fact is EndOfTalk =>
      fact.type === 'contact.ended' && fact.callId === callId && fact.extension === extension,
  )
}

/** Whether what came of a place that was kept is known now: told once, as the end of a talk is. */
function placeIsOver(facts: readonly Fact[], callId: string): boolean {
  return facts.some(
    (fact) => fact.type === 'place.changed' && fact.callId === callId && fact.outcome !== null,
  )
}

function reasonOf(outcome: Exclude<OfferOutcome, 'answered'>): GoneReason {
  switch (outcome) {
    case 'answeredElsewhere':
    case 'notAnswered':
    case 'declined':
    case 'callerGone':
      return outcome
    case 'busy':
      return 'declined'
    case 'cutOff':
      return 'lost'
    case 'withdrawn':
    case 'unreachable':
    case 'unknown':
    case 'ringing':
      return 'withdrawn'
  }
}

/** An agent's part in a call is over without a talk: an offer not taken, or an outbound call that nobody answered. */
function endedUnanswered(facts: readonly Fact[], call: Call, extension: string): boolean {
  const { callId } = call
  return facts.some((fact) => {
    if (fact.type === 'call.ended' && fact.callId === callId) {
      return !call.contacts.some((contact) => contact.extension === extension)
    }
    if (fact.type !== 'offer.ended' || fact.outcome === 'answered') return false
    return fact.callId === callId && fact.extension === extension
  })
}

function todayChange(
  call: Call,
  extension: string,
  personId: string,
  rights: ReadonlySet<Right>,
  context: DeskContext,
): Change[] {
  if (!rights.has('history.own')) return []
  const known = todayCall(call, extension, context.describe, context.customerOf(call.callId))
  if (!known) return []
  const result = context.resultOf?.(call.callId, personId) ?? null
  const isOver = known.outcome === 'answered' && call.direction !== 'internal' && result === null
  const view = { ...known, result, owed: isOver && context.isAsked?.(known.queue) === true }
  return [{ type: 'today.set', call: rights.has('card.read') ? view : withoutCustomer(view) }]
}

/** What was said came of a call that stands on a desk. */
function resultChange(callId: string, personId: string, { resultOf }: DeskContext): Change[] {
  const result = resultOf?.(callId, personId) ?? null
  return result === null ? [] : [{ type: 'result.set', callId, result }]
}

function popChange(
  callId: string,
  rights: ReadonlySet<Right>,
  context: DeskContext,
  extension: string,
): Change[] {
  const pop = rights.has('card.read') ? context.popOf(callId, [...rights], extension) : null
  return pop ? [{ type: 'pop.set', callId, pop }] : []
}

function noteShown(shown: Shown, callId: string, extension: string): void {
  shown.set(callId, (shown.get(callId) ?? new Set()).add(extension))
}

function forgetShown(shown: Shown, callId: string, extension: string): boolean {
  const desks = shown.get(callId)
  const was = desks?.delete(extension) ?? false
  if (desks?.size === 0) shown.delete(callId)
  return was
}
