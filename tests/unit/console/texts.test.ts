import { describe, expect, test } from 'vitest'
import { adminEn } from '../../../client/admin/locales/en.ts'
import { adminRu } from '../../../client/admin/locales/ru.ts'
import { en as firstEn } from '../../../client/locales/en.ts'
import { floorRoomEn } from '../../../client/locales/en/floor-room.ts'
import { whyEn } from '../../../client/locales/en/why.ts'
import { paletteEn } from '../../../client/palette/en.ts'
import { ru } from '../../../client/locales/ru.ts'

/** Those of the first load, and those that come with a room. */
const en = {
  ...{ ...firstEn, ...whyEn, palette: paletteEn },
  floor: { ...firstEn.floor, ...floorRoomEn.floor },
}

type Tree = { [key: string]: string | Tree }

const leaves = (tree: Tree, before = ''): Map<string, string> =>
  new Map(
    Object.entries(tree).flatMap(([key, value]): [string, string][] =>
      typeof value === 'string' ? [[before + key, value]] : [...leaves(value, `${before}${key}.`)],
    ),
  )
/** Every text file of the client has its place in one of these two. */
const english = leaves({ ...en, admin: adminEn })
const russian = leaves({ ...ru, admin: adminRu })

const isText = (path: string) => /(^|\/)(locales\/|en\.ts$|ru\.ts$|\w*-texts\.ts$)/.test(path)
const sources = import.meta.glob<string>('../../../client/**/*.{ts,vue}', {
  query: '?raw',
  import: 'default',
  eager: true,
})
const code = Object.entries(sources)
  .filter(([path]) => !isText(path) || path.endsWith('i18n.ts'))
  .map(([, text]) => text)
const all = code.join('\n')

/** Keys that are put together: how they begin, and how they end. */
const made = [...all.matchAll(/`([a-zA-Z]\w*\.[\w.]*)\$\{[^`}]*\}([\w.]*)/g)].map(
  ([, head = '', tail = '']) => ({
    head,
    tail,
  }),
)
/** The administration names its keys without the part that all of them have. */
const namesOf = (key: string): string[] => [
  key,
  ...(key.startsWith('admin.') ? [key.slice('admin.'.length)] : []),
]
const isQuoted = (name: string): boolean =>
  ["'", '"', '`'].some((quote) => all.includes(quote + name + quote))
/** The groups that a key stands in: `why.directions` is named, and what stands in it is chosen by a value. */
const groupsOf = (name: string): string[] => {
  const parts = name.split('.')
  return parts.slice(2).map((_, at) => parts.slice(0, at + 2).join('.'))
}
const isUsed = (key: string): boolean =>
  namesOf(key).some(
    (name) =>
      [name, ...groupsOf(name)].some(isQuoted) ||
      made.some(
        ({ head, tail }) =>
          name.startsWith(head) && name.endsWith(tail) && name.length > head.length + tail.length,
      ),
  )

describe('the texts of the console', () => {
  test('are there in both languages, and none is empty', () => {
    expect([...russian.keys()].sort()).toEqual([...english.keys()].sort())
    const empty = [...english, ...russian].filter(([, text]) => text.trim() === '')
    expect(empty).toEqual([])
  })

  test('name the same values in both languages', () => {
    const values = (text: string) => [...new Set(text.match(/\{\w+\}/g))].sort()
    const other = [...english].flatMap(([key, text]) => {
      const [mine, theirs] = [values(text), values(russian.get(key) ?? '')]
      return mine.join() === theirs.join() ? [] : [{ key, mine, theirs }]
    })
    expect(other).toEqual([])
  })

  test('with plural forms have the forms of their language', () => {
    const forms = (text: string | undefined) => (text ?? '').split(' | ').length
    const wrong = [...english]
      .filter(([key, text]) => forms(text) > 1 || forms(russian.get(key)) > 1)
      .filter(([key, text]) => forms(text) !== 2 || forms(russian.get(key)) !== 3)
      .map(([key]) => key)
    expect(wrong).toEqual([])
  })

  test('are used somewhere, each of them', () => {
    expect([...english.keys()].filter((key) => !isUsed(key))).toEqual([])
  })
})
