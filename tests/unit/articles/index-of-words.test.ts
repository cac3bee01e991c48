import { describe, expect, test } from 'vitest'
import { articleFields, articleFrom } from '../../../client/admin/articles/article-fields.ts'
import { labArticles } from '../../../lab/seed/articles.ts'
import { indexOfWords } from '../../../server/articles/index-of-words.ts'
import { plainOf, stemOf, wordsOf } from '../../../server/articles/words.ts'
import { articleSchema, type Article } from '../../../shared/articles.ts'

const index = indexOfWords(Object.entries(labArticles))
const found = (typed: string) => index.find(typed, 20)

describe('looking an article up', () => {
  test('by the beginnings of its words, in any order, also while the last is being typed', () => {
    expect(found('dam')[0]).toBe('damaged-goods')
    expect(found('phone damag')[0]).toBe('damaged-goods')
    expect(found('cut-off deliv')).toEqual(['delivery-times'])
  })

  test('by other forms of its words, in English and in Russian', () => {
    expect(found('discounted')[0]).toBe('price-list')
    expect(found('рассрочку')).toContain('rassrochka-ru')
    expect(found('повреждённые')).toContain('brak-ru')
    expect(found('поврежденный')).toContain('brak-ru')
  })

  test('what stands in the title comes before what stands in the text', () => {
    const two = indexOfWords([
      ['text', { title: 'Other', text: 'prices', tags: [], pins: [] }],
      ['title', { title: 'Prices', text: 'other', tags: [], pins: [] }],
    ])
    expect(two.find('prices', 5)).toEqual(['title', 'text'])
  })

  test('every word must be there; nothing, and signs, find nothing', () => {
    expect(found('damaged unicorn')).toEqual([])
    expect([found(''), found('?! .*')]).toEqual([[], []])
  })

  test('of some thousand articles, in a moment', () => {
    const many = Array.from({ length: 3_000 }, (_, at) => {
      const text = Array.from({ length: 200 }, (_one, word) => `word${(at * 7 + word * 13) % 5_000}`).join(
        ' ',
      )
      return [`a${at}`, { title: `Title ${at}`, text, tags: [], pins: [] }] satisfies [string, Article]
    })
    const large = indexOfWords(many)
    expect(large.find('title 1234', 5)).toContain('a1234')
    expect(large.find('word12', 20)).toHaveLength(20)
  })
})

test('words are folded, and a stem is never nothing', () => {
  expect(wordsOf('Crème ЁЖ, «йод»: 12-й')).toEqual(['creme', 'еж', 'йод', '12', 'й'])
  expect(['is', 'goods', 'деньги', 'мы'].map(stemOf)).toEqual(['is', 'good', 'деньг', 'мы'])
})

test('markup is not in what is told of an article in a line', () => {
  expect(plainOf('# Head\n\n- **bold** and [name](https://x.example)\n> said')).toBe(
    'Head bold and name said',
  )
})

test('an article as it is typed is the same again, and what it may not be is refused', () => {
  for (const article of Object.values(labArticles)) {
    expect(articleFrom(articleFields(article))).toEqual(article)
    expect(articleSchema.parse(article)).toEqual(article)
  }
  const typed = {
    ...articleFields({ title: ' T ', text: 'x', tags: [], pins: [] }),
    tags: 'a, ,a, b',
    results: 'sold',
  }
  expect(articleFrom(typed)).toEqual({ title: 'T', text: 'x', tags: ['a', 'b'], pins: ['result:sold'] })
  expect(articleSchema.safeParse({ ...articleFrom(typed), pins: ['javascript:1'] }).success).toBe(false)
})
