import { labDispositions } from '../../../lab/seed/dispositions.ts'
import {
  pathOf,
  type CallDispositions,
  type NamedPath,
  type ToldDisposition,
} from '../../../shared/dispositions.ts'
import type { UnfinishedCall, UnfinishedCount } from '../../../shared/disposition-routes.ts'
import { day, hour, nina, ringing } from './cast.ts'

/** What may come of calls in the lab's company. */
export const definition = labDispositions()

/** A result of a tree with its groups, as it is named now. */
export function namedPath(treeId: string, code: string): NamedPath {
  const tree = definition.trees.find((one) => one.treeId === treeId)
  if (tree === undefined) throw new Error(`There is no tree ${treeId}.`)
  return pathOf(tree, code).map(({ code: one, name }) => ({ code: one, name }))
}

const said = (
  now: number,
  code: string | null,
  ageMs: number,
  more: Partial<ToldDisposition> = {},
): ToldDisposition => ({
  dispositionId: `said-${ageMs}`,
  at: now - ageMs,
  personId: nina.personId,
  by: nina.displayName,
  contactId: null,
  version: 2,
  treeId: 'support',
  path: code === null ? [] : namedPath('support', code),
  followUps: [],
  said: { reason: null, fields: [] },
  ...more,
})

/** What came of the call with Olena: changed once. */
export function olenasResults(now: number): CallDispositions {
  const { callId } = ringing(now)
  const mine = said(now, 'solved-invoice', 20_000)
  const order = {
    fieldId: 'day',
    name: { en: 'On which day', ru: 'В какой день' },
    kind: 'date' as const,
    value: '2026-12-01',
    chosen: null,
  }
  const before = said(now, 'open-call-back', 95_000, { said: { reason: null, fields: [order] } })
  return { callId, queue: 'support', mine, trail: [mine, before] }
}

/** Calls of yesterday that Nina has not finished. */
export function unfinishedOf(now: number): UnfinishedCall[] {
  const call = (index: number, name: string | null, display: string): UnfinishedCall => ({
    callId: `pbx:yesterday.${index}`,
    at: now - day - index * hour,
    endedAt: now - day - index * hour + 240_000,
    direction: 'inbound',
    queue: index === 1 ? 'support' : 'returns',
    party: { number: '+4930555018712', display, name: null, withheld: false },
    customerId: name === null ? null : `customer-${index}`,
    customerName: name,
  })
  return [
    call(1, 'Преображенская-Вознесенская, Александра Константиновна', '+7 4217 555012'),
    call(2, null, '030 555018712'),
  ]
}

/** How many calls everybody has to finish. */
export const unfinishedCounts = (now: number): UnfinishedCount[] => [
  { personId: 'nina', name: nina.displayName, calls: 3, oldestAt: now - day },
  { personId: 'aigerim', name: 'Aigerim Bekova', calls: 1, oldestAt: now - 2 * hour },
]
