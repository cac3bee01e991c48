import { expect, it } from 'vitest'
import { judged } from './judged.ts'

/** What is found of the contexts to which calls are sent, on a PBX whose dialplan has these. */
const found = (contexts: readonly string[] | null) =>
  judged({ contexts: contexts && new Set(contexts) }).filter(({ code }) => code === 'transferContexts')

it('a dialplan without the contexts to which calls are sent gets the lines of those that are missing', () => {
  expect(found(['ringcard-transfer', 'ringcard-consult'])).toEqual([])
  expect(found(null)).toEqual([])
  const [one] = found(['ringcard-transfer'])
  expect(one?.values).toEqual({ contexts: 'ringcard-consult' })
  expect(one?.fix?.lines[0]).toBe('[ringcard-consult]')
  expect(found([])[0]?.fix?.lines).toEqual(
    expect.arrayContaining(['[ringcard-transfer]', '[ringcard-consult]']),
  )
})
