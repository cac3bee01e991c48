import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readTrace } from '../../../lab/traces/trace.ts'
import { replay } from '../../compare/replay.ts'

/** What each trace tells of consultations, in order: the state, and the desk that is asked. */
async function toldOf(name: string): Promise<string[]> {
  const { facts } = replay(await readTrace(name))
  return facts.flatMap((fact) => {
    if (fact.type !== 'consult.changed') return []
    return fact.consult === null ? 'over' : `${fact.consult.state} ${fact.consult.extension ?? '-'}`
  })
}

const asked = ['dialling -', 'dialling 205', 'ringing 205']

describe('a consultation by feature code or by a console', () => {
  it.each([
    ['attended-by-manager', [...asked, 'talking 205']],
    // Back with the customer a millisecond before the colleague's leg is gone.
    ['attended-by-manager-cancelled', [...asked, 'talking 205', 'withCustomer 205', 'over']],
    ['attended-by-manager-cancelled-ringing', [...asked, 'over']],
    ['attended-by-keys', [...asked, 'talking 205']],
    ['conference-maker-leaves', [...asked, 'talking 205', 'conference 205', 'conference 201', 'over']],
    ['attended-by-keys-customer-gone', [...asked, 'talking 205']],
  ])('%s', async (name, told) => {
    expect(await toldOf(name)).toEqual(told)
  })
})

/** In these somebody is asked; in all others the second leg of a call is something else. */
const consulting = /^(attended-by|conference-|feature-codes-by-agent)/

it('nobody is consulted in any other recorded call', async () => {
  const names = readdirSync('tests/fixtures/traces').flatMap(
    (file) => /^(.+)\.json\.gz$/.exec(file)?.[1] ?? [],
  )
  expect(names.length).toBeGreaterThan(80)
  for (const name of names) if (!consulting.test(name)) expect(await toldOf(name), name).toEqual([])
})
