import { describe, expect, it } from 'vitest'
import {
  branchOf,
  codeFor,
  definitionOf,
  fieldsOf,
  levelOf,
  mayHold,
  movedUp,
  treesIn,
  withNew,
  without,
} from '../../../client/admin/dispositions/draft.ts'
import { rebase } from '../../../client/admin/rebase.ts'
import { dispositionTreeSchema } from '../../../shared/dispositions.ts'
import { node, treeOf, twoTrees } from './support.ts'

const nodes = [
  node('solved'),
  node('answered', 'solved'),
  node('order', 'solved'),
  node('open'),
  node('wrong'),
]
const codes = (those: readonly { code: string }[]) => those.map(({ code }) => code)
const name = { en: 'New', ru: 'Новый' }

describe('a tree in the editor', () => {
  it('is the same definition after it was a form', () => {
    expect(definitionOf(fieldsOf(twoTrees))).toEqual(twoTrees)
  })

  it('is rebased by itself: who changed another tree has not changed this one', () => {
    const [support, rest] = twoTrees.trees
    if (support === undefined || rest === undefined) throw new Error('There are two trees.')
    const mine = fieldsOf({ ...twoTrees, trees: [{ ...support, required: false }, rest] })
    const theirs = fieldsOf({ ...twoTrees, trees: [support, { ...rest, required: true }] })
    const both = rebase(fieldsOf(twoTrees), mine, theirs)
    expect(definitionOf(both.fields).trees.map(({ required }) => required)).toEqual([false, true])
    expect(both.contested).toEqual([])
    const other = fieldsOf({ ...twoTrees, trees: [{ ...support, queues: [] }, rest] })
    expect(treesIn(rebase(fieldsOf(twoTrees), mine, other).contested)).toEqual(['support'])
  })

  it.each([
    ['Invoice sent again', [], 'invoice-sent-again'],
    ['Invoice sent again', ['invoice-sent-again'], 'invoice-sent-again-2'],
    ['Счёт', [], 'result'],
    ['2 days late', [], 'days-late'],
    ['Café à emporter, jusqu’à demain soir vingt heures', [], 'cafe-a-emporter-jusqu-a-demain'],
  ])('makes a code of the name %s', (text, taken, code) => {
    const made = codeFor(text, taken)
    expect(made.startsWith(code)).toBe(true)
    expect(dispositionTreeSchema.safeParse(treeOf(made, [])).success).toBe(true)
  })

  it('puts a new result at the end of its group', () => {
    expect(codes(withNew(nodes, 'solved', 'new', name))).toEqual([
      ...['solved', 'answered', 'order', 'new', 'open', 'wrong'],
    ])
    expect(codes(withNew(nodes, 'open', 'new', name))).toEqual([
      ...['solved', 'answered', 'order', 'open', 'new', 'wrong'],
    ])
    expect(codes(withNew(nodes, null, 'new', name)).at(-1)).toBe('new')
  })

  it('moves a group with all that is in it, and nothing out of its group', () => {
    expect(codes(movedUp(nodes, 'open'))).toEqual(['open', 'solved', 'answered', 'order', 'wrong'])
    expect(codes(movedUp(nodes, 'order'))).toEqual(['solved', 'order', 'answered', 'open', 'wrong'])
    expect(codes(movedUp(nodes, 'answered'))).toEqual(codes(nodes))
    const moved = movedUp(movedUp(nodes, 'wrong'), 'wrong')
    expect(codes(moved)).toEqual(['wrong', 'solved', 'answered', 'order', 'open'])
    expect(dispositionTreeSchema.safeParse(treeOf('t', moved)).success).toBe(true)
  })

  it('removes what no call has, and retires what calls have with the groups above it', () => {
    expect(codes(without(nodes, 'solved', () => false))).toEqual(['open', 'wrong'])
    const left = without(nodes, 'solved', (code) => code === 'order')
    expect(left.map(({ code, retired }) => `${code} ${String(retired)}`)).toEqual([
      ...['solved true', 'order true', 'open false', 'wrong false'],
    ])
  })

  it('knows how deep something stands, and what may stand under it', () => {
    const deep = [...nodes, node('third', 'order')]
    expect([levelOf(deep, 'solved'), levelOf(deep, 'order'), levelOf(deep, 'third')]).toEqual([1, 2, 3])
    expect(codes(branchOf(deep, 'solved'))).toEqual(['solved', 'answered', 'order', 'third'])
    expect(mayHold(deep, node('third', 'order'))).toBe(false)
    expect(mayHold(nodes, node('open'))).toBe(true)
    const asking = { ...node('open'), followUps: twoTrees.trees[0]?.nodes[2]?.followUps ?? [] }
    expect(mayHold(nodes, asking)).toBe(false)
  })
})
