import { createHash } from 'node:crypto'
import { nextCallable } from '../../shared/call-times.ts'
import type { TaskFor, TaskKind, TrailEntry } from '../../shared/tasks.ts'
import { entry, type StoredTask } from '../../server/tasks/task.ts'
import { castMember } from './cast.ts'
import { makeCustomer } from './generator.ts'
import { createRandom } from './random.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const hours = { from: 8, until: 21 }
/** Streams of the seed apart from those of customers. */
const stream = 7

/** A promise as it is written here: whom, whose, when, in whose words. Persons go by how they sign in. */
interface Written {
  to: string
  by: string | null
  whose: string
  kind?: TaskKind
  reason: string
  note?: string
  /** Hours from now; what lies behind is overdue, unless it is done. */
  dueIn: number
  madeAgo: number
  /** Who has it. */
  takenBy?: string
  /** How it was closed, by whom, hours ago. */
  done?: { how: 'done' | 'talked' | 'cancelled'; by: string; ago: number; text?: string }
  /** Calls that reached nobody, hours ago. */
  tries?: readonly number[]
}

/** What the people of the company have promised to those of the cast: in their words, in the languages they speak. */
const written: readonly Written[] = [
  {
    ...{ to: 'cast-kovalchuk', by: 'nina', whose: 'nina', dueIn: 1.5, madeAgo: 20 },
    ...{ reason: 'Corrected invoice', note: 'Говорить українською. У магазині до четвертої.' },
  },
  {
    ...{ to: 'cast-weber', by: 'dmytro', whose: 'nina', dueIn: 4, madeAgo: 26 },
    ...{ reason: 'Angebot Knetmaschine', note: 'Will zwei Geräte, fragt nach Ratenzahlung.' },
  },
  {
    ...{ to: 'cast-omarova', by: 'aigerim', whose: 'queue:support', dueIn: 18, madeAgo: 5 },
    ...{ reason: 'Срок поставки в Алматы', note: 'Перезвонить до обеда по её времени, склад отвечает утром.' },
  },
  {
    ...{ to: 'cast-moreau', by: 'nina', whose: 'anybody', kind: 'task', dueIn: 22, madeAgo: 3 },
    ...{ reason: 'Envoyer le catalogue', note: 'Version française, par e-mail.' },
  },
  {
    ...{ to: 'cast-rivera', by: 'lev', whose: 'queue:sales', dueIn: 9, madeAgo: 30 },
    ...{ reason: 'Sample before the first order', note: 'Ask for Luis himself; the shop opens at seven there.' },
  },
  {
    ...{ to: 'cast-krueger', by: 'marta', whose: 'marta', dueIn: 27, madeAgo: 50 },
    ...{ reason: 'Ratenplan bestätigen', note: 'Drei Raten, die erste am Monatsende.' },
  },
  // Due, and late.
  {
    ...{ to: 'cast-hoffmann', by: 'nina', whose: 'nina', dueIn: -0.1, madeAgo: 24 },
    ...{ reason: 'Ersatz für die beschädigten Bleche' },
  },
  {
    ...{ to: 'cast-ashworth', by: 'dmytro', whose: 'queue:support', dueIn: -1.2, madeAgo: 28, tries: [2.2] },
    ...{ reason: 'When the mixer comes back from repair', note: 'Mobile first, she is on the road.' },
  },
  {
    ...{ to: 'cast-kowalska', by: 'lev', whose: 'dmytro', dueIn: -5, madeAgo: 49, takenBy: 'dmytro', tries: [7, 6] },
    ...{ reason: 'Reklamacja partii mąki', note: 'Mówi po polsku i niemiecku.' },
  },
  {
    ...{ to: 'cast-sokolov', by: null, whose: 'queue:support', kind: 'missed', dueIn: -0.7, madeAgo: 0.8 },
    reason: '',
  },
  {
    ...{ to: 'cast-navarro', by: null, whose: 'anybody', kind: 'missed', dueIn: -0.2, madeAgo: 0.3 },
    reason: '',
  },
  // Done.
  {
    ...{ to: 'cast-lindqvist', by: 'nina', whose: 'nina', dueIn: -20, madeAgo: 46, tries: [21] },
    ...{ reason: 'Ny leveransadress', done: { how: 'talked', by: 'nina', ago: 19 } },
  },
  {
    ...{ to: 'cast-yilmaz', by: 'dmytro', whose: 'anybody', kind: 'task', dueIn: -24, madeAgo: 70 },
    ...{ reason: 'Fiyat listesi', done: { how: 'done', by: 'lev', ago: 23, text: 'Sent by e-mail.' } },
  },
  {
    ...{ to: 'cast-wang', by: 'aigerim', whose: 'queue:sales', dueIn: -30, madeAgo: 60 },
    ...{ reason: '报价确认', done: { how: 'cancelled', by: 'petra', ago: 28, text: 'She ordered in the shop.' } },
  },
]

/** What callbacks to customers of the seed are about, by the language that they speak. */
const reasons: Readonly<Record<string, readonly string[]>> = {
  de: ['Liefertermin', 'Rechnung erklären', 'Angebot'],
  uk: ['Строк доставки', 'Рахунок', 'Нова пропозиція'],
  ru: ['Срок доставки', 'Вопрос по счёту', 'Новое предложение'],
  pl: ['Termin dostawy', 'Faktura', 'Oferta'],
  fr: ['Date de livraison', 'Facture', 'Devis'],
  en: ['Delivery date', 'Question about the invoice', 'Offer'],
}

/**
 * The promises of a day of the company, the same for the same seed and time: some to the cast, in words of their own, some to
 * customers of the seed.
 * @param personIdOf by how somebody signs in
 * @param customers how many customers of the seed there are
 * @param now ms since 1970
 */
export function labPromises(
  seed: number,
  personIdOf: (signInName: string) => string,
  customers: number,
  now: number,
): StoredTask[] {
  const own = written.map((one) => {
    const { name, phones, timeZone } = castMember(one.to)
    return promise(one, { _id: one.to, name, number: phones[0] ?? null, timeZone }, personIdOf, now)
  })
  const agents = ['nina', 'dmytro', 'aigerim', 'lev']
  const random = createRandom(seed, stream)
  const others = Array.from({ length: Math.min(12, customers) }, () => {
    const customer = makeCustomer(seed, random.whole(0, customers - 1), now)
    const { _id, name, phones, timeZone, languages } = customer
    const by = random.pick(agents)
    const whose = random.pick(['queue:support', 'queue:sales', 'anybody', by])
    const madeAgo = random.whole(3, 60)
    const isDone = random.chance(0.4)
    const one: Written = {
      ...{ to: _id, by, whose, madeAgo },
      reason: random.pick(reasons[languages[0] ?? 'en'] ?? reasons['en'] ?? []),
      dueIn: isDone ? -random.whole(1, 2) : random.whole(1, 40),
      ...(isDone ? { done: { how: 'talked', by: random.pick(agents), ago: 1 } } : {}),
    }
    const whom = { _id, name, number: phones[0]?.number ?? null, timeZone: timeZone ?? 'Europe/Berlin' }
    return promise(one, whom, personIdOf, now)
  })
  return [...own, ...others]
}

interface Whom {
  _id: string
  name: string
  number: string | null
  timeZone: string
}

function promise(
  one: Written,
  whom: Whom,
  personIdOf: (signInName: string) => string,
  now: number,
): StoredTask {
  const idOf = (signInName: string | null | undefined) =>
    signInName === null || signInName === undefined ? null : personIdOf(signInName)
  const { kind = 'callback', done, tries = [] } = one
  const at = (hoursAgo: number): number => Math.round(now - hoursAgo * hourMs)
  const madeAt = at(one.madeAgo)
  const wanted = at(-one.dueIn)
  const dueAt = one.dueIn > 0 && kind !== 'task' ? nextCallable(whom.timeZone, hours, wanted) : wanted
  const isLate = done === undefined && dueAt < now - 15 * minuteMs
  const isNear = dueAt < now + 5 * minuteMs
  const _id = createHash('sha256').update(`lab ${whom._id} ${one.reason} ${one.whose}`).digest('hex').slice(0, 32)
  const attempts = tries.map((ago, place) => ({
    ...{ callId: `lab:${_id}.${String(place)}`, at: at(ago), personId: idOf(one.takenBy ?? one.by) },
    outcome: 'notAnswered' as const,
  }))
  const closed =
    done === undefined
      ? null
      : { at: at(done.ago), how: done.how, personId: idOf(done.by), text: done.text ?? null, callId: null }
  const steps: (TrailEntry | false)[] = [
    entry(madeAt, idOf(one.by), 'made'),
    one.takenBy !== undefined && entry(madeAt + hourMs, idOf(one.takenBy), 'taken'),
    ...attempts.map(({ at: tried, personId, callId }) => entry(tried, personId, 'tried', 'notAnswered', callId)),
    isNear && entry(dueAt - 5 * minuteMs, null, 'reminded'),
    isLate && entry(dueAt + 15 * minuteMs, null, 'escalated'),
    closed !== null && entry(closed.at, closed.personId, closed.how, closed.text),
  ]
  return {
    ...{ _id, version: 1, kind, state: closed === null ? 'open' : 'closed' },
    ...{ customerId: whom._id, about: whom.name, number: whom.number },
    ...{ for: whoseIs(one.whose, personIdOf), takenBy: idOf(one.takenBy) },
    ...{ reason: one.reason, note: one.note ?? '', dueAt, timeZone: whom.timeZone, zoneFrom: 'card' },
    ...{ fromCallId: null, attempts, closed, madeAt, madeBy: idOf(one.by) },
    missed: kind === 'missed' ? [{ callId: `lab:${_id}`, at: madeAt, queue: queueOf(one.whose) }] : [],
    remindedAt: kind === 'missed' ? madeAt : isNear ? dueAt - 5 * minuteMs : null,
    escalatedAt: isLate ? dueAt + 15 * minuteMs : null,
    trail: steps.filter((step) => step !== false).sort((a, b) => a.at - b.at),
    wakeAt: closed !== null || isLate ? null : isNear ? dueAt + 15 * minuteMs : dueAt - 5 * minuteMs,
  }
}

const queueOf = (whose: string): string | null =>
  whose.startsWith('queue:') ? whose.slice('queue:'.length) : null

function whoseIs(whose: string, personIdOf: (signInName: string) => string): TaskFor {
  const queue = queueOf(whose)
  if (queue !== null) return { kind: 'queue', queue }
  return whose === 'anybody' ? { kind: 'anybody' } : { kind: 'person', personId: personIdOf(whose) }
}
