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

function line(
  to: string,
  by: string | null,
  whose: string,
  dueIn: number,
  madeAgo: number,
  reason: string,
  more: Pick<Written, 'kind' | 'note' | 'takenBy' | 'done' | 'tries'> = {},
): Written {
  return { to, by, whose, dueIn, madeAgo, reason, ...more }
}

/** What the people of the company have promised to those of the cast: in their words, in the languages they speak. */
const written: readonly Written[] = [
  line('cast-kovalchuk', 'nina', 'nina', 1.5, 20, 'Corrected invoice', {
    note: 'Говорить українською. У магазині до четвертої.',
  }),
  line('cast-weber', 'dmytro', 'nina', 4, 26, 'Angebot Knetmaschine', {
    note: 'Will zwei Geräte, fragt nach Ratenzahlung.',
  }),
  line('cast-omarova', 'aigerim', 'queue:support', 18, 5, 'Срок поставки в Алматы', {
    note: 'Перезвонить до обеда по её времени, склад отвечает утром.',
  }),
  line('cast-moreau', 'nina', 'anybody', 22, 3, 'Envoyer le catalogue', {
    kind: 'task',
    note: 'Version française, par e-mail.',
  }),
  line('cast-rivera', 'lev', 'queue:sales', 9, 30, 'Sample before the first order', {
    note: 'Ask for Luis himself; the shop opens at seven there.',
  }),
  line('cast-krueger', 'marta', 'marta', 27, 50, 'Ratenplan bestätigen', {
    note: 'Drei Raten, die erste am Monatsende.',
  }),
  // Due, and late.
  line('cast-hoffmann', 'nina', 'nina', -0.1, 24, 'Ersatz für die beschädigten Bleche'),
  line('cast-ashworth', 'dmytro', 'queue:support', -1.2, 28, 'When the mixer comes back from repair', {
    tries: [2.2],
    note: 'Mobile first, she is on the road.',
  }),
  line('cast-kowalska', 'lev', 'dmytro', -5, 49, 'Reklamacja partii mąki', {
    takenBy: 'dmytro',
    tries: [7, 6],
    note: 'Mówi po polsku i niemiecku.',
  }),
  line('cast-sokolov', null, 'queue:support', -0.7, 0.8, '', { kind: 'missed' }),
  line('cast-navarro', null, 'anybody', -0.2, 0.3, '', { kind: 'missed' }),
  line('cast-graf', null, 'queue:support', -0.4, 0.5, '', { kind: 'voicemail' }),
  // Done.
  line('cast-lindqvist', 'nina', 'nina', -20, 46, 'Ny leveransadress', {
    tries: [21],
    done: { how: 'talked', by: 'nina', ago: 19 },
  }),
  line('cast-yilmaz', 'dmytro', 'anybody', -24, 70, 'Fiyat listesi', {
    kind: 'task',
    done: { how: 'done', by: 'lev', ago: 23, text: 'Sent by e-mail.' },
  }),
  line('cast-wang', 'aigerim', 'queue:sales', -30, 60, '报价确认', {
    done: { how: 'cancelled', by: 'petra', ago: 28, text: 'She ordered in the shop.' },
  }),
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
      to: _id,
      by,
      whose,
      madeAgo,
      reason: random.pick(reasons[languages[0] ?? 'en'] ?? reasons['en'] ?? []),
      dueIn: isDone ? -random.whole(1, 2) : random.whole(1, 40),
    }
    if (isDone) one.done = { how: 'talked', by: random.pick(agents), ago: 1 }
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
  const _id = createHash('sha256')
    .update(`lab ${whom._id} ${one.reason} ${one.whose}`)
    .digest('hex')
    .slice(0, 32)
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
    ...attempts.map(({ at: tried, personId, callId }) =>
      entry(tried, personId, 'tried', 'notAnswered', callId),
    ),
    isNear && entry(dueAt - 5 * minuteMs, null, 'reminded'),
    isLate && entry(dueAt + 15 * minuteMs, null, 'escalated'),
    closed !== null && entry(closed.at, closed.personId, closed.how, closed.text),
  ]
  return {
    _id,
    version: 1,
    kind,
    state: closed === null ? 'open' : 'closed',
    customerId: whom._id,
    about: whom.name,
    number: whom.number,
    for: whoseIs(one.whose, personIdOf),
    takenBy: idOf(one.takenBy),
    reason: one.reason,
    note: one.note ?? '',
    dueAt,
    timeZone: whom.timeZone,
    zoneFrom: 'card',
    fromCallId: null,
    attempts,
    closed,
    madeAt,
    madeBy: idOf(one.by),
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
