import type {
  AgentView,
  DeskCall,
  FloorCall,
  Gap,
  Party,
  PbxLink,
  QueueView,
  TodayCall,
} from '../../../shared/calls.ts'
import type { Candidate, Card, CustomerErasure, Pop, SearchHit } from '../../../shared/customers.ts'
import { defaultRoleRights, type Me } from '../../../shared/people.ts'
import {
  closedParts,
  defaultVerification,
  type CallVerification,
  type VerificationDefinition,
  type VerificationWays,
} from '../../../shared/verification.ts'

export const minute = 60_000
export const hour = 60 * minute
export const day = 24 * hour

/** Nina, an agent at desk 201. */
export const nina: Me = {
  personId: 'nina',
  signInName: 'nina',
  displayName: 'Nina Sorokina',
  roles: ['agent'],
  rights: [...defaultRoleRights.agent],
  extension: '201',
  usualDeskTaken: null,
  locale: 'en',
  csrfToken: 'scripted',
  outboxKeys: ['bmluYS1rZXktb2YtdGhpcnR5LXR3by1ieXRlcy0wMDA='],
}

/** Lev, a supervisor at desk 207. */
export const lev: Me = {
  ...nina,
  personId: 'lev',
  signInName: 'lev',
  displayName: 'Lev Okafor',
  roles: ['supervisor'],
  rights: [...defaultRoleRights.supervisor],
  extension: '207',
}

/** @param now every time on the card is reckoned from it */
export function olena(now: number): Card {
  return {
    customerId: 'olena',
    version: 7,
    name: 'Olena Kovalchuk',
    company: 'Kovalchuk Bakery',
    position: 'Owner',
    customerSince: Date.UTC(2019, 3, 2),
    languages: ['uk', 'en'],
    tier: 'gold',
    city: 'Kyiv',
    country: 'UA',
    timeZone: 'Europe/Kyiv',
    tags: ['wholesale'],
    phones: [
      { number: '+380445551234', label: 'work' },
      { number: '+380505551234', label: 'mobile' },
    ],
    emails: [{ address: 'olena@kovalchuk-bakery.example', label: 'work' }],
    accountNumber: '204518',
    preferences: [
      { label: 'Prefers', value: 'Phone, before 10:00' },
      { label: 'Delivery', value: 'Back door, Lesi 14' },
      { label: 'Do not', value: 'Offer white flour again (refused 3×)' },
    ],
    why: [
      {
        kind: 'dispute',
        text: 'Invoice 1482 over 840 €: billed twice, she says. With Dmytro since Saturday',
        at: now - 2 * day,
        overdue: false,
      },
      { kind: 'promise', text: 'We call back with the correction', at: now + 2.5 * hour, overdue: false },
      {
        kind: 'lastTalk',
        text: 'Asked for flour delivery before 6:00; agreed from December',
        at: now - 5 * day,
        overdue: false,
      },
    ],
    promises: [
      {
        promiseId: 'p1',
        what: 'Call back with the corrected invoice 1482',
        dueAt: now + 2.5 * hour,
        madeAt: now - 2 * day,
        madeBy: 'Dmytro Savchuk',
        open: true,
      },
    ],
    purchases: [
      { at: now - 11 * day, what: 'Rye flour T130, 40 × 25 kg', amount: { minor: 112_000, currency: 'EUR' } },
      { at: now - 52 * day, what: 'Dough mixer service, yearly', amount: { minor: 39_000, currency: 'EUR' } },
      { at: now - 75 * day, what: 'Rye flour T130, 40 × 25 kg', amount: { minor: 108_550, currency: 'EUR' } },
    ],
    notes: [
      {
        noteId: 'n1',
        at: now - 2 * day,
        by: 'Dmytro Savchuk',
        byPersonId: 'dmytro',
        text: 'Says invoice 1482 came twice, on 3 and 5 November. Accounting looks into it.',
      },
      {
        noteId: 'n2',
        at: now - 5 * day,
        by: 'Nina Sorokina',
        byPersonId: 'nina',
        text: 'Delivery before 6:00 from 1 December, back door.',
      },
    ],
    timeline: [
      entry('dispute', 'Dispute opened: invoice 1482 over 840 €', now - 2 * day, 'Dmytro Savchuk'),
      entry('call', 'Talked about delivery before 6:00; agreed', now - 5 * day, 'Nina Sorokina', 348_000),
      entry('call', '', now - 9 * day, 'Lev Okafor', 74_000),
      entry('event', 'Came to the evening “Winter breads”, asked 2 questions', now - 17 * day, null),
      entry('payment', 'Paid invoice 1455, 1 085 €, two days early', now - 24 * day, null),
      entry('purchase', 'Ordered dough mixer service, yearly', now - 52 * day, null),
    ],
    closed: [
      { part: 'debts', count: 2, opensAt: 'basic' },
      { part: 'paymentData', count: 1, opensAt: 'full' },
      { part: 'marked', count: 1, opensAt: 'basic' },
    ],
  }
}

/** Olena's card while somebody else speaks for her: every part that may be closed is. */
export function olenaSpokenFor(now: number): Card {
  const { purchases = [], ...card } = olena(now)
  const isMoney = ({ kind }: Card['timeline'][number]) => kind === 'payment' || kind === 'purchase'
  return {
    ...card,
    timeline: card.timeline.filter((one) => !isMoney(one)),
    closed: [
      ...(card.closed ?? []),
      { part: 'payments', count: 1, opensAt: 'none' },
      { part: 'purchases', count: purchases.length, opensAt: 'none' },
    ],
  }
}

/** Olena's card when she has shown that it is her. */
export function olenaVerified(now: number): Card {
  const card = olena(now)
  delete card.closed
  return {
    ...card,
    preferences: [
      ...card.preferences,
      { label: 'In trust', value: 'Looks for a buyer of the second shop', sensitive: true },
    ],
    debts: [
      { what: 'Invoice 1490', amount: { minor: 112_000, currency: 'EUR' }, dueAt: now - 6 * day },
      { what: 'Invoice 1497', amount: { minor: 39_000, currency: 'EUR' }, dueAt: now + 8 * day },
    ],
    payment: { method: 'Direct debit', account: '•••• 4512' },
  }
}

export const unverified: CallVerification = { state: 'unverified', level: 'none', by: null, pin: null }

/** Verified by the PIN that she typed in the phone menu. */
export const verifiedByPin = (now: number): CallVerification => ({
  state: 'verified',
  level: 'full',
  by: { method: 'pin', at: now - 12_000, person: null },
  pin: 'right',
})

/** One of two right answers given. */
export const ways: VerificationWays = {
  questions: [
    { fact: 'birthDate', result: 'right', expected: { kind: 'date', date: '1984-05-17' } },
    { fact: 'postcode', result: 'open', expected: { kind: 'text', text: '01030' } },
    { fact: 'lastPurchase', result: 'open', expected: { kind: 'money', minor: 112_000, currency: 'EUR' } },
    { fact: 'accountNumber', result: 'open', expected: { kind: 'text', text: '204518' } },
  ],
  asking: { state: 'open', rightLeft: 1, wrongLeft: 2 },
  callBack: 'elsewhere',
  pin: 'open',
  ownPin: { isSet: false, mayChange: false, digits: 6 },
}

/** Verified in full, with a PIN of their own. */
export const waysInFull: VerificationWays = {
  ...ways,
  pin: 'passed',
  ownPin: { isSet: true, mayChange: true, digits: 6 },
}

function entry(
  kind: Card['timeline'][number]['kind'],
  text: string,
  at: number,
  by: string | null,
  durationMs: number | null = null,
): Card['timeline'][number] {
  const byPersonId = by?.split(' ')[0]?.toLowerCase() ?? null
  return { kind, text, at, by, byPersonId, durationMs, callId: null }
}

/** A card where everything is as long as it gets, and hostile besides. */
export function longest(now: number): Card {
  return {
    ...olena(now),
    customerId: 'longest',
    name: 'Александра-Валентина Константиновна Преображенская-Рождественская',
    company:
      'Общество с ограниченной ответственностью «Северо-Западная хлебопекарная компания „Золотой колос“»',
    position: 'Заместитель генерального директора по снабжению',
    city: 'Комсомольск-на-Амуре',
    timeZone: 'Asia/Vladivostok',
    languages: ['ru', 'de', 'kk'],
    tier: 'platinum',
    tags: ['<img src=x onerror=alert(1)>', 'опт', 'праздничные наборы'],
    preferences: [
      { label: 'Доставка', value: 'Только до полудня' },
      { label: 'Vertragsverlängerung', value: 'Nur schriftlich, bis Ende März' },
    ],
    why: [
      {
        kind: 'promise',
        text: 'Обещали перезвонить и подтвердить доставку праздничных наборов в три магазина: Ленинская 4, Набережная 17 и Комсомольское шоссе 112, корпус 3',
        at: now - 3 * hour,
        overdue: true,
      },
      {
        kind: 'order',
        text: '<script>alert("order")</script> Заказ 55120 собирается',
        at: now - day,
        overdue: false,
      },
      { kind: 'lastTalk', text: 'Просила не звонить после 18:00', at: now - 40 * day, overdue: false },
    ],
  }
}

/** @returns a pop for a card found by its number */
export function popOf(
  card: Card,
  verification: CallVerification = unverified,
  definition: Pick<VerificationDefinition, 'opens'> = defaultVerification,
): Pop {
  const closed = closedParts(definition, verification.level)
  const closesAfter = [...closedParts(definition, 'none')].flatMap(([part, opensAt]) =>
    closed.has(part) ? [] : [{ part, opensAt }],
  )
  return {
    match: { outcome: 'one', by: 'sameNumber', candidates: [] },
    card,
    verification,
    ...(closesAfter.length > 0 ? { closesAfter } : {}),
  }
}

/** A call offered to Nina from the support queue. */
export function ringing(now: number, more: Partial<DeskCall> = {}): DeskCall {
  return {
    callId: 'pbx:1763890001.1',
    state: 'ringing',
    direction: 'inbound',
    party: { number: '+380445551234', display: '+380 44 555 12 34', name: null, withheld: false },
    queue: 'support',
    dialled: '+49 30 5550100',
    attestation: 'full',
    startedAt: now - 15_000,
    waitingSince: now - 8_000,
    offeredAt: now - 2_000,
    answeredAt: null,
    heldSince: null,
    endedAt: null,
    isAsked: false,
    place: null,
    pickUp: false,
    recording: null,
    consult: null,
    consultFailed: null,
    guide: null,
    articles: [],
    words: [],
    ...more,
  }
}

export const family: Candidate[] = [
  {
    customerId: 'aidana',
    name: 'Aidana Omarova',
    company: 'Omarova & Sons Catering',
    city: 'Almaty',
    tier: 'silver',
    reason: 'promiseDue',
    lastContactAt: Date.now() - 3 * day,
  },
  {
    customerId: 'timur',
    name: 'Тимур Омаров',
    company: 'Omarova & Sons Catering',
    city: 'Алматы',
    tier: 'standard',
    reason: 'lastTalked',
    lastContactAt: Date.now() - 20 * day,
  },
  {
    customerId: 'dinara',
    name: 'Dinara Omarova',
    company: null,
    city: 'Astana',
    tier: 'standard',
    reason: 'sameNumber',
    lastContactAt: null,
  },
]

export function queuesOf(now: number): QueueView[] {
  return [
    {
      name: 'support',
      waiting: 3,
      longestWaitSince: now - 41_000,
      agentsFree: 1,
      agentsSignedIn: 4,
      ringing: [],
    },
    { name: 'sales', waiting: 0, longestWaitSince: null, agentsFree: 2, agentsSignedIn: 3, ringing: [] },
    {
      name: 'collections',
      waiting: 1,
      longestWaitSince: now - 130_000,
      agentsFree: 0,
      agentsSignedIn: 2,
      ringing: [],
    },
  ]
}

/** This morning the telephone system was not heard twice: once its record told all of it, once not. */
export const gaps = (now: number): Gap[] => [
  {
    pbx: 'main',
    kind: 'link',
    from: now - 52 * minute,
    to: now - 40 * minute,
    told: 'nothing',
    toldUntil: null,
  },
  {
    pbx: 'main',
    kind: 'link',
    from: now - 3 * hour,
    to: now - 3 * hour + 95_000,
    told: 'whole',
    toldUntil: now - 3 * hour + 95_000,
  },
]

export const link = (now: number): PbxLink => ({
  pbx: 'main',
  state: 'live',
  since: now - 6 * hour,
  newestEventAt: now - 1_000,
  trouble: null,
  message: null,
})

function todayCall(index: number, at: number, more: Partial<TodayCall>): TodayCall {
  return {
    callId: `pbx:today.${index}`,
    at,
    direction: 'inbound',
    party: { number: '+49305550187', display: '+49 30 5550187', name: null, withheld: false },
    customerId: null,
    customerName: null,
    queue: 'support',
    outcome: 'answered',
    talkMs: 0,
    reconstructed: null,
    result: null,
    owed: false,
    ...more,
  }
}

/** Somebody who has been erased. */
export const erased: Party = { number: null, display: '', name: null, withheld: false, erased: true }

/** A morning of Nina's, the newest last. */
export function morning(now: number): TodayCall[] {
  const rows: Partial<TodayCall>[] = [
    { party: erased, talkMs: 133_000 },
    { customerId: 'olena', customerName: 'Jonas Weber', talkMs: 152_000 },
    { customerId: 'olena', customerName: 'Грег Алексеев', talkMs: 95_000, queue: 'sales' },
    { outcome: 'callerGone' },
    { customerId: 'olena', customerName: 'Søren Kjærgaard', talkMs: 421_000 },
    {
      outcome: 'answeredElsewhere',
      customerId: 'olena',
      customerName: 'María José Núñez de Balboa y Fernández',
    },
    { customerId: 'olena', customerName: 'Aidana Omarova', outcome: 'notAnswered', reconstructed: 'wholly' },
    { talkMs: 375_000 },
    {
      customerId: 'olena',
      customerName: 'Marta Lindqvist',
      direction: 'outbound',
      queue: null,
      talkMs: 62_000,
    },
    { party: { number: null, display: '', name: null, withheld: true }, talkMs: 48_000 },
    { customerId: 'olena', customerName: 'Ivan Petrenko', talkMs: 221_000 },
  ]
  return rows.map((row, index) => todayCall(index, now - (rows.length - index) * 7 * minute - 40_000, row))
}

export function agentsOf(now: number): AgentView[] {
  const agent = (
    extension: string,
    displayName: string | null,
    state: AgentView['state'],
    ageMs: number,
    queues: string[],
  ): AgentView => ({
    extension,
    personId: null,
    displayName,
    state,
    since: now - ageMs,
    queues,
    pbxs: [],
    callId: null,
  })
  return [
    agent('201', 'Nina Sorokina', 'ringing', 4_000, ['support', 'sales']),
    agent('202', 'Dmytro Savchuk', 'talking', 187_000, ['support']),
    agent('203', 'Zoë Müller-Lüdenscheidt', 'free', 64_000, ['sales', 'support']),
    agent('204', 'Абай Нурланов', 'talking', 761_000, ['collections']),
    agent('205', 'Chidi Eze', 'paused', 512_000, ['support', 'collections']),
    agent('206', 'Ingrid Bakke', 'unreachable', 95_000, ['sales']),
    agent('207', 'Lev Okafor', 'free', 1_264_000, ['support', 'sales', 'collections']),
    agent('208', null, 'offline', 3 * hour, []),
  ]
}

export function floorCallsOf(now: number): FloorCall[] {
  const call = (
    index: number,
    name: string | null,
    display: string,
    stage: FloorCall['stage'],
    ageMs: number,
    queue: string | null,
    agents: string[] = [],
  ): FloorCall => ({
    callId: `pbx:floor.${index}`,
    direction: queue === null ? 'outbound' : 'inbound',
    party: { number: null, display, name: null, withheld: false },
    customerName: name,
    stage,
    since: now - ageMs,
    startedAt: now - ageMs - 20_000,
    queue,
    agents,
  })
  return [
    call(1, 'Olena Kovalchuk', '', 'ringing', 4_000, 'support', ['201']),
    call(2, 'Jonas Weber', '', 'talking', 187_000, 'support', ['202']),
    call(3, null, '+44 20 7946 0958', 'waiting', 130_000, 'collections'),
    call(4, 'Преображенская-Рождественская Александра', '', 'waiting', 41_000, 'support'),
    call(5, null, '+1 202-555-0143', 'kept', 12_000, 'support'),
    call(6, 'Marta Lindqvist', '', 'held', 33_000, null, ['204']),
    call(7, null, '+33 1 99 00 12 34', 'arriving', 2_000, 'sales'),
  ]
}

export const found: SearchHit[] = [
  hit('olena', 'Olena Kovalchuk', 'Kovalchuk Bakery', 'Kyiv', 'gold', '+380445551234'),
  hit('petro', 'Петро Ковальчук', null, 'Львів', 'standard', '+380325550177'),
  hit('kovacs', 'Kovács Eszter', 'Pékség a Sarkon', 'Budapest', 'silver', '+3615550110'),
]

function hit(
  customerId: string,
  name: string,
  company: string | null,
  city: string,
  tier: SearchHit['tier'],
  phone: string,
): SearchHit {
  return {
    customerId,
    name,
    company,
    city,
    tier,
    phone,
    email: company === null ? null : `${customerId.slice(0, 1)}…@bakery.example`,
    lastContactAt: company === null ? null : Date.now() - 5 * day,
  }
}

/** What erasing Olena would take. */
export const olenaToErase: CustomerErasure = {
  name: 'Olena Kovalchuk',
  isInCall: false,
  calls: 23,
  card: { phones: 2, emails: 1, notes: 2, promises: 1, purchases: 3, timeline: 9 },
}
