import { describe, expect, it } from 'vitest'
import { labDispositions } from '../../../lab/seed/dispositions.ts'
import { askedSince } from '../../../server/dispositions/asked.ts'
import { fieldsOf } from '../../../server/dispositions/fields-of.ts'
import { firstDispositions } from '../../../server/dispositions/first.ts'
import { findChoices, mailText } from '../../../client/results/find.ts'
import {
  dispositionDefinitionSchema,
  fillIn,
  leavesOf,
  pathOf,
  treeFor,
  type DispositionDefinition,
  type DispositionNode,
} from '../../../shared/dispositions.ts'
import { node, treeOf, twoTrees } from './support.ts'

const isValid = (definition: unknown) => dispositionDefinitionSchema.safeParse(definition).success
const withNodes = (...nodes: DispositionNode[]): DispositionDefinition => ({
  trees: [treeOf('support', nodes)],
  otherwise: null,
  mayEndWrapUp: true,
})

describe('a definition of what may come of calls', () => {
  it('holds for what a company starts with, and for the lab’s', () => {
    expect(isValid(firstDispositions)).toBe(true)
    expect(labDispositions().trees.map(({ treeId }) => treeId)).toEqual([
      ...['support', 'sales', 'collections', 'returns', 'general'],
    ])
  })

  it.each([
    ['two results of one code', withNodes(node('a'), node('a'))],
    ['a group that stands behind', withNodes(node('b', 'a'), node('a'))],
    ['a group that is not there', withNodes(node('b', 'nowhere'))],
    ['a fourth level', withNodes(node('a'), node('b', 'a'), node('c', 'b'), node('d', 'c'))],
    ['a group with fields of its own', withNodes({ ...node('a'), fields: [field('text')] }, node('b', 'a'))],
    ['a choice without choices', withNodes({ ...node('a'), fields: [field('choice')] })],
    [
      'an e-mail without a text',
      withNodes({
        ...node('a'),
        followUps: [{ followUpId: 'm', kind: 'email', name: { en: 'M', ru: 'М' }, text: null }],
      }),
    ],
    [
      'one queue in two trees',
      { ...twoTrees, trees: twoTrees.trees.map((t) => ({ ...t, queues: ['support'] })) },
    ],
    ['a tree for the rest that is not there', { ...twoTrees, otherwise: 'nowhere' }],
  ])('is refused with %s', (_, definition) => {
    expect(isValid(definition)).toBe(false)
  })

  it('three levels are enough, and let in', () => {
    expect(isValid(withNodes(node('a'), node('b', 'a'), node('c', 'b')))).toBe(true)
  })

  it('gives each queue its tree, and every other call the one for the rest', () => {
    expect(treeFor(twoTrees, 'support')?.treeId).toBe('support')
    expect(treeFor(twoTrees, 'nobody-knows')?.treeId).toBe('rest')
    expect(treeFor(twoTrees, null)?.treeId).toBe('rest')
    expect(treeFor({ ...twoTrees, otherwise: null }, null)).toBeNull()
  })

  it('offers results, and neither groups nor what is retired, itself or with its group', () => {
    const tree = treeOf('t', [
      node('open'),
      node('call-back', 'open'),
      { ...node('old', 'open'), retired: true },
      { ...node('gone'), retired: true },
      node('in-it', 'gone'),
      node('wrong'),
    ])
    expect(leavesOf(tree).map(({ code }) => code)).toEqual(['call-back', 'wrong'])
    expect(pathOf(tree, 'in-it').map(({ code }) => code)).toEqual(['gone', 'in-it'])
    expect(pathOf(tree, 'nowhere')).toEqual([])
  })
})

describe('what is filled in', () => {
  const asked = [
    { ...field('text'), fieldId: 'order', required: true },
    { ...field('number'), fieldId: 'amount' },
    { ...field('date'), fieldId: 'day' },
    {
      ...field('choice'),
      fieldId: 'team',
      choices: [{ code: 'workshop', name: { en: 'Workshop', ru: 'Мастерская' } }],
    },
  ]
  const given = (...pairs: [string, string][]) => pairs.map(([fieldId, value]) => ({ fieldId, value }))

  it('is kept as it was asked, numbers with a point, choices with their names, empty ones not', () => {
    const { filled, faults } = fillIn(
      asked,
      given(['team', 'workshop'], ['amount', '1 250,50'], ['order', ' A-17 '], ['day', '']),
    )
    expect(faults).toEqual([])
    expect(filled.map(({ fieldId, value, chosen }) => [fieldId, value, chosen?.en])).toEqual([
      ['order', 'A-17', undefined],
      ['amount', '1250.50', undefined],
      ['team', 'workshop', 'Workshop'],
    ])
  })

  it('says of each field what is wrong with it', () => {
    const { faults } = fillIn(asked, given(['amount', 'a lot'], ['day', '2026-02-30'], ['team', 'kitchen']))
    expect(faults).toEqual([
      { fieldId: 'order', fault: 'missing' },
      { fieldId: 'amount', fault: 'notANumber' },
      { fieldId: 'day', fault: 'notADate' },
      { fieldId: 'team', fault: 'notAChoice' },
    ])
  })
})

describe('since when a result is asked', () => {
  const version = (at: number, required: boolean) => ({
    at,
    definition: { ...twoTrees, trees: twoTrees.trees.map((tree) => ({ ...tree, required })) },
  })

  it('is since it was asked without a break', () => {
    expect(askedSince([version(1, true), version(2, true)], 'support')).toBe(1)
    expect(askedSince([version(1, true), version(2, false), version(3, true)], 'support')).toBe(3)
    expect(askedSince([version(1, true), version(2, false)], 'support')).toBeNull()
    expect(askedSince([], 'support')).toBeNull()
  })
})

describe('finding a result', () => {
  const [support] = labDispositions().trees
  if (support === undefined) throw new Error('The lab has no trees.')
  const found = (typed: string) => findChoices(support, typed).map((choice) => choice.node.code)

  it('without a word all are there, in the order of the tree', () => {
    expect(found('')).toEqual(leavesOf(support).map(({ code }) => code))
    expect(found('')).toHaveLength(10)
  })

  it('goes by words of the result and of its group, in either language', () => {
    expect(found('invoice')).toEqual(['solved-invoice'])
    expect(found('complaint late')).toEqual(['complaint-delivery'])
    expect(found('жалоба')).toEqual(['complaint-delivery', 'complaint-service'])
    expect(found('nothing like it')).toEqual([])
  })

  it('an e-mail has the names of those who talked', () => {
    const names = { customer: 'Olena', agent: 'Nina' }
    expect(mailText('Dear {customer},\n{agent} {else}', names)).toBe('Dear Olena,\nNina {else}')
  })
})

it('the audit has each result as a line of its own', () => {
  expect(fieldsOf(labDispositions())).toMatchObject({
    otherwise: 'general',
    'support.queues': ['support'],
    'support.open-call-back': 'open › We call back / Перезвоним [day: date, required] → callback call-back',
  })
})

function field(kind: 'text' | 'number' | 'date' | 'choice') {
  return { fieldId: 'f', name: { en: 'F', ru: 'Ф' }, kind, required: false, choices: [] }
}
