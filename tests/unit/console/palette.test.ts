import { describe, expect, test } from 'vitest'
import { entriesFor, type PaletteEntry } from '../../../client/palette/entry.ts'

const entry = (title: string, detail = '', words = ''): PaletteEntry => ({
  id: title,
  icon: 'phone',
  title,
  detail,
  words,
  run: () => undefined,
})
const all = [
  entry('Floor', 'Go to'),
  entry('Lev Okafor', 'Desk 207: call', '207'),
  entry('Язык: Русский', 'Настройка', 'language'),
  entry('Lunch', 'Status'),
]
const found = (typed: string) => entriesFor(all, typed).map(({ title }) => title)

describe('what is offered while somebody types', () => {
  test('nothing typed: all, as the rooms gave it', () => {
    expect(found(' ')).toEqual(all.map(({ title }) => title))
  })

  test('each typed word begins a word, in any order, in any case', () => {
    expect(found('ok lev')).toEqual(['Lev Okafor'])
    expect(found('207')).toEqual(['Lev Okafor'])
    expect(found('РУС')).toEqual(['Язык: Русский'])
    expect(found('kafor')).toEqual([])
  })

  test('a title that fits comes before what fits by its kind', () => {
    expect(entriesFor([entry('Lunch', 'Floor'), entry('Floor', 'Go to')], 'floor')[0]?.title).toBe('Floor')
  })

  test('beside what was found it is a few', () => {
    expect(
      entriesFor(
        Array.from({ length: 40 }, (_, n) => entry(`Lunch ${n}`)),
        'lunch',
      ),
    ).toHaveLength(6)
  })
})
