import { newCustomer, type NewCustomer, type StoredCustomer } from '../../server/customers/model.ts'
import { phoneLabelOf } from '../../shared/phone-numbers.ts'
import { castAtHome } from './cast-at-home.ts'
import { castFarther } from './cast-farther.ts'
import { castNeighbours } from './cast-neighbours.ts'
import { identityOf } from './identity.ts'
import { createRandom } from './random.ts'

/** A hand-written customer: enough of a life to fill a card. Ages are in days before now, due times in hours from now. */
export interface CastMember {
  id: string
  name: string
  /** E.164, the first the one they usually call from; kept for fiction where a country keeps such numbers. */
  phones: readonly string[]
  account: string
  company?: string
  position?: string
  since: number
  languages: readonly string[]
  tier: StoredCustomer['tier']
  city: string
  country: string
  timeZone: string
  email?: string
  tags?: readonly string[]
  preferences?: readonly (readonly [label: string, value: string, sensitive?: 'sensitive'])[]
  /** ISO 8601; made up where it is left out. */
  birthDate?: string
  postcode?: string
  /** In whole euros. Without it, what is open as an invoice is owed. */
  owes?: readonly (readonly [what: string, euros: number, dueDaysAgo: number])[]
  promises?: readonly { what: string; dueInHours: number; madeDaysAgo: number; by: string }[]
  open?: readonly { kind: StoredCustomer['openBusiness'][number]['kind']; title: string; daysAgo: number }[]
  /** The price is in whole euros. */
  bought?: readonly (readonly [what: string, euros: number, daysAgo: number])[]
  notes?: readonly (readonly [text: string, daysAgo: number, by: string])[]
  happened?: readonly CastEntry[]
}

/** One line of a timeline; a call has its length in seconds. */
export type CastEntry = readonly [
  kind: StoredCustomer['recent'][number]['kind'],
  text: string,
  daysAgo: number,
  by?: string,
  seconds?: number,
]

/** The people whom demo, journeys and pictures call from. */
export const cast: readonly CastMember[] = [...castAtHome, ...castNeighbours, ...castFarther]

/** One of the cast. @throws Error when nobody has this id */
export function castMember(id: string): CastMember {
  const member = cast.find((one) => one.id === id)
  if (!member) throw new Error(`Nobody of the cast is called "${id}".`)
  return member
}

/**
 * The cast as customers.
 * @param now ms since epoch: their histories end here
 */
export function castCustomers(now: number): StoredCustomer[] {
  return cast.map((member, index) => {
    const known = knownOf(member, now)
    return newCustomer({
      ...known,
      ...identityOf(createRandom(index, castStream), known, now),
      ...saidOf(member, now),
    })
  })
}

const castStream = 4

/** What is written of a member, in place of what would be made up. */
function saidOf({ birthDate, postcode, owes }: CastMember, now: number): Partial<NewCustomer> {
  return {
    ...(birthDate === undefined ? {} : { birthDate }),
    ...(postcode === undefined ? {} : { postcode }),
    ...(owes === undefined
      ? {}
      : {
          debts: owes.map(([what, euros, days]) => ({
            what,
            amount: { minor: euros * 100, currency: 'EUR' },
            dueAt: Math.round(now - days * 24 * 60 * 60 * 1000),
          })),
        }),
  }
}

function knownOf(member: CastMember, now: number): NewCustomer {
  const daysAgo = (days: number): number => Math.round(now - days * 24 * 60 * 60 * 1000)
  const inHours = (hours: number): number => Math.round(now + hours * 60 * 60 * 1000)
  const recent = (member.happened ?? [])
    .map(([kind, text, days, by, seconds]) => ({
      at: daysAgo(days),
      kind,
      text,
      callId: null,
      durationMs: seconds === undefined ? null : seconds * 1000,
      by: by ?? null,
    }))
    .sort((one, other) => other.at - one.at)
  return {
    _id: member.id,
    name: member.name,
    company: member.company ?? null,
    position: member.position ?? null,
    customerSince: daysAgo(member.since),
    languages: [...member.languages],
    tier: member.tier,
    city: member.city,
    country: member.country,
    timeZone: member.timeZone,
    tags: [...(member.tags ?? [])],
    phones: member.phones.map((number) => ({
      number,
      label: phoneLabelOf(number, member.company !== undefined),
    })),
    emails: member.email === undefined ? [] : [{ address: member.email, label: 'work' }],
    accountNumber: member.account,
    preferences: (member.preferences ?? []).map(([label, value, sensitive]) => ({
      label,
      value,
      ...(sensitive === undefined ? {} : { sensitive: true }),
    })),
    promises: (member.promises ?? []).map(({ what, dueInHours, madeDaysAgo, by }, index) => ({
      promiseId: `${member.id}-promise-${String(index)}`,
      what,
      dueAt: inHours(dueInHours),
      madeAt: daysAgo(madeDaysAgo),
      madeBy: by,
      open: true,
    })),
    openBusiness: (member.open ?? []).map((open) => ({
      kind: open.kind,
      title: open.title,
      at: daysAgo(open.daysAgo),
    })),
    purchases: (member.bought ?? []).map(([what, euros, days]) => ({
      at: daysAgo(days),
      what,
      amount: { minor: euros * 100, currency: 'EUR' },
    })),
    notes: (member.notes ?? []).map(([text, days, by], index) => ({
      noteId: `${member.id}-note-${String(index)}`,
      at: daysAgo(days),
      by,
      text,
    })),
    recent,
    lastContactAt: recent.find(({ kind }) => kind === 'call')?.at ?? null,
  }
}
