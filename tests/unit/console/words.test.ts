import { describe, expect, test } from 'vitest'
import {
  clockTime,
  dayOf,
  distance,
  duration,
  isElsewhere,
  languageName,
  money,
  weekdayAndDay,
} from '../../../client/ui/format.ts'
import { adminEn } from '../../../client/admin/locales/en.ts'
import { adminRu } from '../../../client/admin/locales/ru.ts'
import { en as firstEn } from '../../../client/locales/en.ts'
import { floorRoomEn } from '../../../client/locales/en/floor-room.ts'
import { whyEn } from '../../../client/locales/en/why.ts'
import { paletteEn } from '../../../client/palette/en.ts'
import { russianForm } from '../../../client/locales/plural.ts'
import { ru } from '../../../client/locales/ru.ts'

/** Those of the first load, and those that come with a room. */
const en = {
  ...{ ...firstEn, ...whyEn, palette: paletteEn },
  floor: { ...firstEn.floor, ...floorRoomEn.floor },
}

const now = new Date(2026, 10, 23, 9, 27).getTime()
const day = 86_400_000

describe('times and amounts as people read them', () => {
  test('durations are m:ss, with hours from an hour on, and never negative', () => {
    expect([0, 8_999, 161_000, 3_600_000, -5_000].map(duration)).toEqual([
      '0:00',
      '0:08',
      '2:41',
      '1:00:00',
      '0:00',
    ])
  })

  test('a customer’s clock is shown in their zone, and an unknown zone is left out', () => {
    const noon = Date.UTC(2026, 10, 23, 12)
    expect(clockTime(noon, 'en', 'Europe/Kyiv')).toBe('14:00')
    expect(clockTime(noon, 'en', 'Not/AZone')).toBeNull()
    expect(isElsewhere(noon, 'Not/AZone')).toBe(true)
  })

  test('days are short and name the year only when it is another', () => {
    expect(dayOf(now, now, 'en')).toBe('23 Nov')
    expect(dayOf(new Date(2025, 8, 9).getTime(), now, 'en')).toBe('9 Sep 2025')
    expect(dayOf(now, now, 'ru')).toBe('23 нояб')
    expect(weekdayAndDay('2026-11-25', 'en')).toBe('Wed 25 Nov')
  })

  test('a distance is in one unit, days by the calendar, and a date from two weeks on', () => {
    expect(distance(now - 2 * day, now, 'en')).toBe('2 days ago')
    expect(distance(now + 3 * 3_600_000, now, 'ru')).toBe('через 3 часа')
    expect(distance(now - 30 * day, now, 'en')).toBe('24 Oct')
    // Reckoned from the minute it is: what has just happened is not in the future.
    expect(distance(now + 40_000, now, 'en')).toBe('this minute')
    expect(distance(now - 61_000, now, 'en')).toBe('1 minute ago')
  })

  test('money keeps cents only when there are any, and survives a currency nobody knows', () => {
    expect(money({ minor: 112_000, currency: 'EUR' }, 'en')).toBe('€1,120')
    expect(money({ minor: 108_550, currency: 'EUR' }, 'en')).toBe('€1,085.50')
    expect(money({ minor: 5_000, currency: 'JPY' }, 'en')).toBe('¥5,000')
    expect(money({ minor: 100, currency: '???' }, 'en')).toBe('1 ???')
  })

  test('a language is called by its own name', () => {
    expect([languageName('uk'), languageName('ru'), languageName('not a tag')]).toEqual([
      'Українська',
      'Русский',
      'not a tag',
    ])
  })
})

describe('two languages', () => {
  test('Russian numbers take their form: 1 звонок, 2 звонка, 5, 11 and 12 звонков, 21 звонок', () => {
    expect([1, 2, 5, 11, 12, 21, 0].map(russianForm)).toEqual([0, 1, 2, 2, 2, 0, 2])
  })

  test.each([
    ['console', en, ru],
    ['administration', adminEn, adminRu],
  ])(
    'every text of the %s has the same values in both, counted ones three Russian forms',
    (_what, one, other) => {
      const english = texts(one)
      const russian = new Map(texts(other))
      for (const [key, text] of english) {
        const translated = russian.get(key) ?? ''
        expect(translated, key).not.toBe('')
        expect(values(translated), key).toEqual(values(text))
        if (text.includes(' | ')) expect(translated.split(' | ').length, key).toBe(3)
      }
      expect(russian.size).toBe(english.length)
    },
  )
})

type Tree = string | { [key: string]: Tree }

function texts(tree: Tree, path = ''): [string, string][] {
  if (typeof tree === 'string') return [[path, tree]]
  return Object.entries(tree).flatMap(([key, value]) => texts(value, `${path}.${key}`))
}

function values(text: string): string[] {
  return [...new Set([...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? ''))].sort()
}
