import { describe, expect, it } from 'vitest'
import { readBlocks } from '../../../../lab/traces/blocks.ts'
import { listedFolder, readTrace, traceNames } from '../../../../lab/traces/trace.ts'
import type { PbxEvent } from '../../../../server/floor/events.ts'
import { PbxAsTold } from '../../../compare/pbx-as-told.ts'
import { connect, newTranslator } from '../../../compare/snapshot-of.ts'

const names = traceNames(listedFolder)

/** What the floor reads of a snapshot, in an order of its own. */
function readByFloor(events: readonly PbxEvent[]) {
  const [first, ...rest] = events
  if (first?.type !== 'snapshot') throw new Error('the first event must be the snapshot')
  const { channels, bridges, members, waiting, parked, queues, bootedAt } = first.snapshot
  const sorted = (list: readonly unknown[]) => list.map((each) => JSON.stringify(each)).toSorted()
  return {
    channels: sorted(
      // Of all applications only this one tells the floor something.
      channels.map(({ application, ...channel }) => ({ ...channel, voicemail: application === 'VoiceMail' })),
    ),
    bridges: sorted(
      bridges.map(({ bridgeId, channelIds }) => ({ bridgeId, channelIds: channelIds.toSorted() })),
    ),
    members: sorted(members),
    waiting: sorted(waiting.map(({ queue, channelId }) => ({ queue, channelId }))),
    parked: sorted(parked),
    queues: queues.toSorted(),
    bootedAt,
    phones: sorted(
      rest.map((event) => (event.type === 'phone.reachable' ? [event.device, event.reachable] : event)),
    ),
  }
}

describe.each(names)('%s: what the events told', (name) => {
  it('is what the real Asterisk lists in mid-call', async () => {
    const trace = await readTrace(name, listedFolder)
    expect(trace.lists?.length).toBeGreaterThan(1)
    for (const { atMs, answers } of trace.lists ?? []) {
      const pbx = new PbxAsTold(trace.start)
      for (const piece of trace.pieces)
        if (piece.atMs <= atMs) readBlocks(piece.text).forEach((each) => pbx.take(each))
      const told = await connect(
        (action) => pbx.answer(action),
        newTranslator(() => 0),
        0,
      )
      const listed = await connect(
        (action) => readBlocks(answers[action] ?? ''),
        newTranslator(() => 0),
        0,
      )

      expect(readByFloor(told), `after ${Math.round(atMs)} ms`).toEqual(readByFloor(listed))
    }
  })
})
