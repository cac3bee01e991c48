import { expect, it } from 'vitest'
import { asOneVisit } from '../compare/kept-places.ts'
import { readQueueLog } from '../compare/queue-log.ts'

/** A caller who pressed 2 after ten seconds, was not offered to keep their place, and left by another key. */
const rows = readQueueLog(
  [
    '1764000000|17.1|support|NONE|ENTERQUEUE||+493023125901|1',
    '1764000010|17.1|support|NONE|EXITWITHKEY|2|1|1|10',
    '1764000012|17.1|support|NONE|ENTERQUEUE||+493023125901|1',
    '1764000025|17.1|support|NONE|EXITWITHKEY|1|1|1|13',
  ].join('\n'),
)
const told = (visits: string[]) => new Map([['17.1', { visits, talkBeganAt: null, isWithdrawn: false }]])

it('makes one visit of who was asked and went on waiting, as long as both together', () => {
  const rules: string[] = []
  const read = asOneVisit(rows, told(['support']), (rule) => rules.push(rule))
  expect(read.map(({ event, data }) => [event, data.at(-1)])).toEqual([
    ['ENTERQUEUE', '1'],
    ['EXITWITHKEY', '25'],
  ])
  expect(rules).toEqual(['place-kept'])
})

it('leaves two visits alone where Ringcard tells of two', () => {
  expect(asOneVisit(rows, told(['support', 'support']))).toEqual(rows)
})
