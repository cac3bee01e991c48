import { expect, it, vi } from 'vitest'
import { choicesFor } from '../../../client/control/choices.ts'
import { createPhoneBook } from '../../../server/phone-book/phone-book.ts'
import type { PhoneBookStore } from '../../../server/phone-book/model.ts'
import { ProblemError } from '../../../shared/problems.ts'

const tiles = { name: 'Tile factory', number: '030 23125-940', group: 'Suppliers', note: '' }

function book() {
  const audit = vi.fn(() => Promise.resolve())
  const store = {
    loadAll: () => Promise.resolve([]),
    add: (id: string, value: typeof tiles) => Promise.resolve({ id, version: 0, value }),
    change: (id: string, version: number, value: typeof tiles) =>
      version === 0
        ? Promise.resolve({ id, version: 1, value })
        : Promise.reject(new ProblemError('edit.outdated')),
    remove: () => Promise.resolve(),
  } as unknown as PhoneBookStore
  return { audit, ...createPhoneBook({ store, isDialable: (number) => !number.startsWith('99'), audit }) }
}

it('an entry is added, changed and taken out, each with who did it', async () => {
  const { audit, set, remove, list } = book()
  await set('one', tiles, null, 'petra')
  await set('one', { ...tiles, group: 'Partners' }, 0, 'petra')
  expect(list()).toMatchObject([{ entryId: 'one', version: 1, entry: { group: 'Partners' } }])
  await remove('one', 1, 'petra')
  expect(list()).toEqual([])
  expect(audit.mock.calls.map((call: unknown[]) => [call[0], call[2]])).toEqual([
    ['phoneBook.set', 'Tile factory'],
    ['phoneBook.set', 'Tile factory'],
    ['phoneBook.removed', 'Tile factory'],
  ])
})

it('what cannot be dialled, and what somebody else changed meanwhile, is not taken', async () => {
  const { set } = book()
  const refused = (number: string, version: number | null) =>
    set('one', { ...tiles, number }, version, 'petra')
  await expect(refused('99999', null)).rejects.toMatchObject({ code: 'dial.not_dialable' })
  await expect(refused('030 1234567', 7)).rejects.toMatchObject({ code: 'edit.outdated' })
})

it('is found in the transfer picker by name, group and digits', () => {
  const contact = { entryId: 'one', name: tiles.name, number: tiles.number, group: tiles.group }
  const targets = { at: 0, agents: [], queues: [], contacts: [contact] }
  for (const typed of ['tile', 'suppliers', '23125940'])
    expect(choicesFor(targets, typed, 'Park')[0]).toMatchObject({
      to: { kind: 'number', number: tiles.number },
      contact,
    })
})

it('the transfer picker offers no parking before it knows who is there', () => {
  expect(choicesFor(null, '', 'Park')).toEqual([])
  expect(choicesFor({ at: 0, agents: [], queues: [], contacts: [] }, '', 'Park')).toEqual([
    { id: 'park', to: null },
  ])
})
