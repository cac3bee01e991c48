import type { AuditDetail } from '../../shared/administration.ts'
import { planOf, type NumberPlan } from '../../shared/number-plan.ts'
import {
  canonical,
  createNumberReader,
  type NumberReader,
  type ReadNumber,
} from '../../shared/number-reader.ts'
import { isOpen, weekdays, type Schedule } from '../../shared/opening-hours.ts'
import type { CountryCode } from '../../shared/phone-numbers.ts'
import { ProblemError } from '../../shared/problems.ts'
import type { DialledNumber, StoredNumber, StoredPlan, StoredSchedule } from '../../shared/settings.ts'
import type { Versioned } from '../database/versioned.ts'
import { detailsOf, type Audit } from '../people/audit.ts'
import { createEdited } from '../people/edited.ts'
import type { SettingsStore } from './model.ts'

/** What the environment says before anybody has changed anything. */
export interface SettingsSeed {
  homeCountry: CountryCode
  ignoredNumbers: readonly string[]
  /** What dialled numbers stand for. */
  labels: ReadonlyMap<string, string>
}

export interface SettingsOptions {
  store: SettingsStore
  seed: SettingsSeed
  /** Keeps who changed what. */
  audit: Audit
  /** ms since 1970. */
  now?: () => number
}

export type Settings = ReturnType<typeof createSettings>

const planId = 'plan'

/**
 * How the center is set up: its number plan, what its numbers stand for, when it is open. Held in memory, where calls ask;
 * what the environment seeds counts until the database has answered. A change is in the database first, then here.
 */
export function createSettings({ store, seed, audit, now = Date.now }: SettingsOptions) {
  let plan: StoredPlan = { version: 0, plan: planOf(seed.homeCountry, seed.ignoredNumbers) }
  /** A reader for each country that is asked for. */
  const readers = new Map<CountryCode, NumberReader>()
  let numbers = new Map<string, Versioned<DialledNumber>>(
    [...seed.labels].map(([number, label]) => {
      const seeded = seededNumber(number, label)
      return [seeded.id, { ...seeded, version: 0 }]
    }),
  )
  const schedules = createEdited({
    ...{ store: store.schedules, audit, told: hoursText },
    actions: { set: 'schedule.set', removed: 'schedule.removed' },
  })

  function seededNumber(number: string, label: string): { id: string; value: DialledNumber } {
    return { id: idOf(number), value: { number: canonical(number, seed.homeCountry), label, campaign: null } }
  }

  /** What a number is kept under: its digits, so that a plus that a trunk leaves out makes no other number of it. */
  function idOf(number: string): string {
    return canonical(number, plan.plan.homeCountry).replace(/\D/g, '')
  }

  function usePlan(next: StoredPlan): StoredPlan {
    plan = next
    readers.clear()
    return next
  }

  const outwardNumber = ({ id, version, value }: Versioned<DialledNumber>): StoredNumber => ({
    numberId: id,
    version,
    ...value,
  })
  const outwardSchedule = ({ id, version, value }: Versioned<Schedule>): StoredSchedule => ({
    scheduleId: id,
    version,
    schedule: value,
  })

  const isOpenFor = (queue: string, at: number): boolean => {
    const schedule = schedules.get(`queue:${queue}`) ?? schedules.get('centre')
    return schedule === undefined || isOpen(schedule.value, at)
  }

  async function reload(): Promise<void> {
    const [stored] = await store.plans.loadAll()
    if (stored) usePlan({ version: stored.version, plan: stored.value })
    numbers = new Map((await store.numbers.loadAll()).map((one) => [one.id, one]))
    await schedules.load()
  }

  /** Writes; when somebody was faster, perhaps on another server, what they wrote is read before it is told. */
  async function write<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      if (error instanceof ProblemError && error.code === 'edit.outdated') await reload()
      throw error
    }
  }

  return {
    /** Adds what the environment names and nobody has changed or removed, and loads everything. Needs the database. */
    load: async (): Promise<void> => {
      await store.plans.seed(planId, planOf(seed.homeCountry, seed.ignoredNumbers))
      for (const [number, label] of seed.labels) {
        const { id, value } = seededNumber(number, label)
        await store.numbers.seed(id, value)
      }
      await reload()
    },

    /**
     * Reads a number by the plan as it is now.
     * @param country of the PBX that it came by; null for the plan's own
     */
    read: (raw: string, country: CountryCode | null): ReadNumber => {
      const of = country ?? plan.plan.homeCountry
      const reader = readers.get(of) ?? createNumberReader(plan.plan, of)
      readers.set(of, reader)
      return reader(raw)
    },

    /** The home country of the plan. */
    homeCountry: (): CountryCode => plan.plan.homeCountry,

    /** What a number (E.164, or digits) stands for, as the agent reads it; null for nothing. */
    labelOf: (number: string): string | null => {
      const known = numbers.get(number.replace(/\D/g, ''))?.value
      return known === undefined ? null : [known.label, known.campaign].filter(Boolean).join(' · ')
    },

    /** Which of these queues are closed now. A queue without hours of its own has the center's; without those it is open. */
    closedQueues: (queues: Iterable<string>): string[] => {
      if (schedules.count() === 0) return []
      const at = now()
      return [...queues].filter((queue) => !isOpenFor(queue, at))
    },

    /** Whether the center is open at an instant, ms; without hours it always is. */
    isOpenAt: (at: number): boolean => {
      const centre = schedules.get('centre')
      return centre === undefined || isOpen(centre.value, at)
    },

    readPlan: (): StoredPlan => plan,

    /** @throws ProblemError `edit.outdated` */
    changePlan: async (next: NumberPlan, version: number, actorId: string): Promise<StoredPlan> => {
      const before = plan.plan
      const stored = await write(() => store.plans.change(planId, version, next))
      const details = detailsOf(textOf(before), textOf(next))
      usePlan({ version: stored.version, plan: next })
      await audit('numberPlan.changed', actorId, planId, details.map(fieldOf), details)
      return plan
    },

    /** By number. */
    listNumbers: (): StoredNumber[] =>
      [...numbers.values()].map(outwardNumber).sort((a, b) => (a.number < b.number ? -1 : 1)),

    /** @throws ProblemError `number.exists` */
    addNumber: async (request: DialledNumber, actorId: string): Promise<StoredNumber> => {
      const value = { ...request, number: canonical(request.number, plan.plan.homeCountry) }
      const stored = await store.numbers.add(idOf(request.number), value)
      if (stored === null) throw new ProblemError('number.exists')
      numbers.set(stored.id, stored)
      const details = detailsOf({}, { label: value.label, campaign: value.campaign })
      await audit('number.added', actorId, value.number, details.map(fieldOf), details)
      return outwardNumber(stored)
    },

    /** @throws ProblemError `edit.outdated`, `number.unknown` */
    changeNumber: async (
      id: string,
      { version, ...change }: Omit<DialledNumber, 'number'> & { version: number },
      actorId: string,
    ): Promise<StoredNumber> => {
      const before = numbers.get(id)
      if (before === undefined) throw new ProblemError('number.unknown')
      const stored = await write(() => store.numbers.change(id, version, { ...before.value, ...change }))
      numbers.set(id, stored)
      const { label, campaign } = before.value
      const details = detailsOf({ label, campaign }, { ...change })
      await audit('number.changed', actorId, before.value.number, details.map(fieldOf), details)
      return outwardNumber(stored)
    },

    /** @throws ProblemError `edit.outdated`, `number.unknown` */
    removeNumber: async (id: string, version: number, actorId: string): Promise<void> => {
      const before = numbers.get(id)
      if (before === undefined) throw new ProblemError('number.unknown')
      await write(() => store.numbers.remove(id, version))
      numbers.delete(id)
      const { label, campaign } = before.value
      const details = detailsOf({ label, campaign }, {})
      await audit('number.removed', actorId, before.value.number, details.map(fieldOf), details)
    },

    listSchedules: (): StoredSchedule[] => schedules.all().map(outwardSchedule),

    /** As `Edited.set`. */
    setSchedule: async (
      id: string,
      value: Schedule,
      version: number | null,
      actorId: string,
    ): Promise<StoredSchedule> => outwardSchedule(await schedules.set(id, value, version, actorId)),

    removeSchedule: schedules.remove,
  }
}

const fieldOf = ({ field }: AuditDetail): string => field

/** A plan as the audit keeps it. */
function textOf({ extensionLengths, ...plan }: NumberPlan) {
  return { ...plan, extensionLengths: extensionLengths.map(String) }
}

/** Hours as the audit keeps them: `monday: 09:00-12:00, 13:00-18:00`. */
function hoursText({ timeZone, weekly, holidays }: Schedule): Record<string, string | string[]> {
  const text = (hours: Schedule['weekly'][(typeof weekdays)[number]]): string[] =>
    hours.map(({ from, until }) => `${from}–${until}`)
  return {
    timeZone,
    ...Object.fromEntries(weekdays.map((day) => [day, text(weekly[day])])),
    holidays: holidays.map(({ date, name, hours }) => [date, name, ...text(hours)].join(' ')),
  }
}
