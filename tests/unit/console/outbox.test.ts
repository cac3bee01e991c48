import { describe, expect, test } from 'vitest'
import type { OutboxDisk, Row } from '../../../client/outbox/disk.ts'
import { openKeeper, type Keeper } from '../../../client/outbox/keeper.ts'
import { makeSealer } from '../../../client/outbox/sealer.ts'

const [nina, lev, older] = [btoa('n'.repeat(32)), btoa('l'.repeat(32)), btoa('o'.repeat(32))]

/** A disk in memory, which refuses on demand, and answers when it is told to. */
function memoryDisk() {
  const rows = new Map<string, Row>()
  const state = { full: false, writes: 0 }
  const at = (personId: string, id: string) => `${personId} ${id}`
  const disk: OutboxDisk = {
    all: (personId) => Promise.resolve([...rows.values()].filter((row) => row.personId === personId)),
    get: (personId, id) => Promise.resolve(rows.get(at(personId, id)) ?? null),
    put: (row) => {
      if (state.full) return Promise.reject(new Error('QuotaExceededError'))
      state.writes += 1
      rows.set(at(row.personId, row.id), row)
      return Promise.resolve()
    },
    remove: (personId, id) => {
      rows.delete(at(personId, id))
      return Promise.resolve()
    },
  }
  return { disk, rows, state }
}

/** A window of somebody; windows hear of each other's writes. */
async function windowOf(disk: OutboxDisk, keys: readonly string[], personId = 'nina', others: Keeper[] = []) {
  const keeper = await openKeeper({
    personId,
    sealer: await makeSealer(keys),
    disk,
    onChange: () => undefined,
    onWritten: (id) => {
      for (const other of others) if (other !== keeper) void other.readAgain(id)
    },
  })
  others.push(keeper)
  return keeper
}

describe('what waits on a computer', () => {
  test('is there after a refresh as it was typed last, and gone once the server has it', async () => {
    const { disk, rows, state } = memoryDisk()
    const first = await windowOf(disk, [nina])
    for (const text of ['S', 'Sh', 'She', 'She wants']) first.put('note:1', { text })
    await first.settled()
    // What was typed on while the first letter was being written is written once.
    expect(state.writes).toBeLessThan(4)
    const second = await windowOf(disk, [nina])
    expect([...second.kept()]).toEqual([['note:1', { text: 'She wants' }]])
    second.drop('note:1')
    await second.settled()
    expect(rows.size).toBe(0)
    expect((await windowOf(disk, [nina])).kept().size).toBe(0)
  })

  test('is read by nobody else, not even with the disk in hand, and is not lost to them', async () => {
    const { disk, rows } = memoryDisk()
    const first = await windowOf(disk, [nina])
    first.put('note:1', { text: 'Dmytro’s mother is ill' })
    await first.settled()
    const lying = [...rows.values()].map(({ box }) => String.fromCharCode(...new Uint8Array(box))).join()
    expect(lying).not.toContain('mother')
    const other = await windowOf(disk, [lev], 'lev')
    expect(other.kept().size).toBe(0)
    // nor by somebody who passes it off as their own
    const [row] = rows.values()
    if (row === undefined) throw new Error('Nothing lies here.')
    rows.set('lev note:1', { ...row, personId: 'lev' })
    expect((await windowOf(disk, [lev], 'lev')).kept().size).toBe(0)
    // nor is one thing passed off as another
    rows.set('nina note:2', { ...row, id: 'note:2' })
    expect([...(await windowOf(disk, [nina])).kept().keys()]).toEqual(['note:1'])
  })

  test('is opened after a change of key, and sealed anew under the new one', async () => {
    const { disk } = memoryDisk()
    const before = await windowOf(disk, [older])
    before.put('note:1', { text: 'kept' })
    await before.settled()
    const after = await windowOf(disk, [nina, older])
    expect(after.kept().get('note:1')).toEqual({ text: 'kept' })
    after.put('note:1', { text: 'kept, and more' })
    await after.settled()
    expect((await windowOf(disk, [nina])).kept().get('note:1')).toEqual({ text: 'kept, and more' })
  })

  test('stands in the other window too, which knows whose it is to send', async () => {
    const { disk } = memoryDisk()
    const others: Keeper[] = []
    const one = await windowOf(disk, [nina], 'nina', others)
    const other = await windowOf(disk, [nina], 'nina', others)
    one.put('note:1', { text: 'One caller' })
    await expect.poll(() => other.kept().get('note:1')).toEqual({ text: 'One caller' })
    expect([one.isOfAnother('note:1'), other.isOfAnother('note:1')]).toEqual([false, true])
    other.put('note:1', { text: 'One caller, two windows' })
    await expect.poll(() => one.kept().get('note:1')).toEqual({ text: 'One caller, two windows' })
    expect([one.isOfAnother('note:1'), other.isOfAnother('note:1')]).toEqual([true, false])
    one.drop('note:1')
    await expect.poll(() => other.kept().size).toBe(0)
  })

  test('stays in the window when the computer keeps nothing, and says so', async () => {
    const { disk, state } = memoryDisk()
    const keeper = await windowOf(disk, [nina])
    expect(keeper.isDurable()).toBe(true)
    state.full = true
    keeper.put('note:1', { text: 'kept in this window' })
    await keeper.settled()
    expect(keeper.isDurable()).toBe(false)
    expect(keeper.kept().get('note:1')).toEqual({ text: 'kept in this window' })
    // nor is anything written that could not be sealed
    const bare = await windowOf(disk, [])
    state.full = false
    bare.put('note:2', { text: 'clear' })
    await bare.settled()
    expect(state.writes).toBe(0)
    expect(bare.isDurable()).toBe(false)
  })
})
