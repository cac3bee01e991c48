import type { Hours, Schedule } from '../../shared/opening-hours.ts'
import type { PhoneBookEntry } from '../../shared/phone-book.ts'
import type { DialledNumber } from '../../shared/settings.ts'

/** The numbers of the lab's company, with the brand that a caller has dialled. */
export const labNumbers: readonly DialledNumber[] = [
  { number: '+49 30 23125100', label: 'Hearth Supplies', campaign: null },
  { number: '+49 30 23125101', label: 'Hearth Supplies, support', campaign: null },
  { number: '+49 30 23125102', label: 'Backstube Direkt', campaign: 'Spring catalogue' },
  { number: '+49 30 23125103', label: 'Hearth Supplies, accounts', campaign: null },
  { number: '+49 30 23125104', label: 'Ofenfrisch', campaign: 'Returns of the recall' },
]

const day: Hours[] = [{ from: '08:00', until: '18:00' }]
const timeZone = 'Europe/Berlin'
/** Days that are the same each year: month and day, name, and hours where it is not closed. */
const holidaysOfYear: readonly (readonly [date: string, name: string, hours?: Hours[]])[] = [
  ['01-01', 'New Year’s Day'],
  ['05-01', 'Labour Day'],
  ['10-03', 'Day of German Unity'],
  ['12-24', 'Christmas Eve', [{ from: '08:00', until: '12:00' }]],
  ['12-25', 'Christmas Day'],
  ['12-26', 'Boxing Day'],
  ['12-31', 'New Year’s Eve', [{ from: '08:00', until: '12:00' }]],
]

/** When the company takes calls. Support does by day and night, since calls come in while somebody looks around. */
export function labSchedules(now: number): Readonly<Record<string, Schedule>> {
  const year = new Date(now).getUTCFullYear()
  const holidays = [year, year + 1].flatMap((of) =>
    holidaysOfYear.map(([date, name, hours = []]) => ({ date: `${String(of)}-${date}`, name, hours })),
  )
  const weekdays = { monday: day, tuesday: day, wednesday: day, thursday: day, friday: day }
  const centre: Schedule = {
    timeZone,
    weekly: { ...weekdays, saturday: [{ from: '09:00', until: '14:00' }], sunday: [] },
    holidays,
  }
  const always: Hours[] = [{ from: '00:00', until: '24:00' }]
  const week = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const
  const weekly = Object.fromEntries(week.map((one) => [one, always])) as Schedule['weekly']
  return { centre, 'queue:support': { timeZone, weekly, holidays: [] } }
}

/** Whom calls are sent to, and who is asked, outside the company: fictional numbers all. */
export const labPhoneBook: Readonly<Record<string, PhoneBookEntry>> = {
  'lab-phone-book-mill': entry('Mühle Grünwald', '+49 69 90009401', 'Suppliers', 'Flour; ask for Frau Ott'),
  'lab-phone-book-malt': entry('Malt & Rye Ltd', '+44 20 7946 0455', 'Suppliers', 'Speaks English only'),
  'lab-phone-book-freight': entry(
    'Nordfracht Lübeck',
    '+49 40 66969440',
    'Carriers',
    'Until 16:00; lost pallets',
  ),
  'lab-phone-book-courier': entry('Кур’єр Київ', '+380 44 555 0120', 'Carriers', 'Доставка по Україні'),
  'lab-phone-book-ovens': entry('Ofenbau Seidl', '+49 89 99998650', 'Repairs', 'Emergencies also at night'),
  'lab-phone-book-lawyer': entry('Kanzlei Brandt', '+49 221 4710460', 'Partners', 'Nothing without Petra'),
  'lab-phone-book-paris': entry('Bureau de Paris', '+33 1 99 00 12 90', 'Offices', 'Réclamations de France'),
}

function entry(name: string, number: string, group: string, note: string): PhoneBookEntry {
  return { name, number, group, note }
}

/** Numbers whose owners do not want to be called: who noted it how many days ago, why, and who took one off again. */
export const labDoNotCall: readonly {
  number: string
  by: string
  daysAgo: number
  reason: string
  removed?: { by: string; daysAgo: number; reason: string }
}[] = [
  {
    number: '+447700900158',
    by: 'dmytro',
    daysAgo: 61,
    reason: 'Asked us twice to write instead of calling',
  },
  { number: '+46701740631', by: 'lev', daysAgo: 33, reason: 'Vill inte bli uppringd' },
  { number: '+491713920077', by: 'nina', daysAgo: 12, reason: 'Keine Anrufe, nur E-Mail' },
  {
    number: '+33199001281',
    by: 'aigerim',
    daysAgo: 4,
    reason: 'Numéro d’un particulier qui n’est pas client',
  },
  {
    ...{ number: '+12125550163', by: 'dmytro', daysAgo: 90, reason: 'Wrong number, annoyed' },
    removed: { by: 'petra', daysAgo: 20, reason: 'Became a customer and asked for a call' },
  },
]
