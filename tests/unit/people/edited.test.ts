import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Versioned } from '../../../server/database/versioned.ts'
import { createEdited } from '../../../server/people/edited.ts'
import { ProblemError } from '../../../shared/problems.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** Entries on a database that other servers write to as well. */
function shelf(stored: Versioned<string>[] = []) {
  const audit = vi.fn(() => Promise.resolve())
  const loadAll = vi.fn(() => Promise.resolve([...stored]))
  const onChange = vi.fn()
  const edited = createEdited<string>({
    store: {
      loadAll,
      versions: () => Promise.resolve(new Map(stored.map(({ id, version }) => [id, version]))),
      add: (id, value) => Promise.resolve({ id, version: 0, value }),
      change: (id, version, value) => Promise.resolve({ id, version: version + 1, value }),
      remove: () => Promise.resolve(),
    },
    audit,
    actions: { set: 'guide.set', removed: 'guide.removed' },
    told: (value) => ({ value }),
    onChange,
  })
  return { edited, audit, loadAll, onChange, stored }
}

it('what others wrote is read, and where nobody did nothing is', async () => {
  const { edited, loadAll, onChange, stored } = shelf([{ id: 'one', version: 0, value: 'first' }])
  await edited.load()
  await edited.follow()
  expect([loadAll.mock.calls.length, onChange.mock.calls.length]).toEqual([1, 1])
  stored[0] = { id: 'one', version: 1, value: 'second' }
  await edited.follow()
  expect(edited.get('one')?.value).toBe('second')
  stored.splice(0)
  await edited.follow()
  expect(edited.all()).toEqual([])
})

it('one that cannot be read is not tried at every look', async () => {
  const { edited, loadAll, stored } = shelf([{ id: 'odd', version: 3, value: 'of another version' }])
  loadAll.mockResolvedValue([])
  await edited.load()
  for (let look = 0; look < 3; look += 1) await edited.follow()
  expect(loadAll).toHaveBeenCalledTimes(2)
  stored[0] = { id: 'odd', version: 4, value: 'mended' }
  loadAll.mockResolvedValue([...stored])
  await edited.follow()
  expect(edited.get('odd')?.value).toBe('mended')
})

it('what is written while all is read does not give way to what was read before', async () => {
  const { edited, loadAll, stored } = shelf()
  let give: () => void = () => undefined
  loadAll.mockImplementationOnce(async () => {
    await new Promise<void>((resolve) => (give = resolve))
    return []
  })
  const loading = edited.load()
  await edited.set('one', 'mine', null, 'petra')
  stored.push({ id: 'one', version: 0, value: 'mine' })
  give()
  await loading
  expect(edited.get('one')?.value).toBe('mine')
})

it('what was written stands though who did it cannot be kept at once: that is tried until it is', async () => {
  const { edited, audit } = shelf()
  audit.mockRejectedValueOnce(new ProblemError('database.unreachable'))
  audit.mockRejectedValueOnce(new ProblemError('database.unreachable'))
  await expect(edited.set('one', 'mine', null, 'petra')).resolves.toMatchObject({ value: 'mine' })
  await vi.advanceTimersByTimeAsync(60_000)
  expect(audit).toHaveBeenCalledTimes(3)
})
