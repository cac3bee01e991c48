import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { startAsterisk, type LabAsterisk } from '../../lab/asterisk/asterisk.ts'
import { flows, playAlone } from '../../lab/flows/flows.ts'
import { recordTrace } from '../../lab/traces/record.ts'
import { createPbxLink, type RunningLink } from '../../server/asterisk/link.ts'
import type { Fact } from '../../server/floor/facts.ts'
import { createFloor, reduce } from '../../server/floor/floor.ts'
import type { Floor } from '../../server/floor/state.ts'
import { differencesFromAsterisk } from '../compare/held-against-asterisk.ts'
import { desks, floorOptions, narrate } from '../compare/replay.ts'
import { stories } from '../fixtures/stories.ts'

/**
 * A few flows played live, through the real link: what the recorded traces hold all of them to must hold for Asterisk as
 * it is now. One of each kind that depends on how fast things follow each other.
 */
const live = [
  'direct-caller-hangs-up',
  'ringall-one-answers',
  'abandoned-short',
  'blind-transfer',
  'local-member-optimised',
  'attended-completed-ringing',
  'pickup-from-queue',
]

/** An Asterisk of its own, heard by the real link. */
interface Lane {
  pbx: LabAsterisk
  link: RunningLink
  floor: Floor
  facts: Fact[]
}

/** Flows mostly wait for people who talk: two at a time. */
const lanes: Lane[] = []
const free: Lane[] = []

beforeAll(async () => {
  lanes.push(...(await Promise.all([openLane(), openLane()])))
  free.push(...lanes)
})
afterAll(async () => {
  for (const { link, pbx } of lanes) {
    await link.stop()
    await pbx.stop()
  }
})

async function openLane(): Promise<Lane> {
  const pbx = await startAsterisk()
  const floor = createFloor(floorOptions)
  const facts: Fact[] = []
  const at = Date.now()
  reduce(floor, { type: 'desks.set', pbx: 'lab', at, arrivedAt: at, desks })
  const quiet = () => undefined
  const link = createPbxLink({
    pbx: 'lab',
    ...pbx.ami,
    onEvents: (events) => {
      for (const event of events) facts.push(...reduce(floor, event).facts)
    },
    onState: quiet,
    log: { info: quiet, warn: quiet, error: quiet },
  })
  link.start()
  await vi.waitFor(() => expect(link.state().state).toBe('live'), { timeout: 30_000 })
  return { pbx, link, floor, facts }
}

/** Plays on the next lane that is free. */
async function onLane(play: (lane: Lane) => Promise<void>): Promise<void> {
  const lane = await vi.waitFor(
    () => {
      const next = free.shift()
      if (!next) throw new Error('every lane is taken')
      return next
    },
    { timeout: 120_000 },
  )
  try {
    await play(lane)
  } finally {
    free.push(lane)
  }
}

it.concurrent.each(live)(
  '%s, live: is told in the same words as recorded, and as Asterisk’s own records have it',
  (name) =>
    onLane(async ({ pbx, link, floor, facts }) => {
      const flow = flows[name]
      const before = new Set(floor.calls.keys())
      facts.length = 0

      const records = await recordTrace(pbx, name, async () => flow && playAlone(flow, pbx), { folder: null })
      await vi.waitFor(() => expect(floor.channels.size).toBe(0), { timeout: 10_000 })

      expect(narrate(facts)).toEqual(stories[name])
      const calls = [...floor.calls.values()].filter(({ callId }) => !before.has(callId))
      expect(calls.length).toBeGreaterThan(0)
      expect(differencesFromAsterisk(records, facts, calls)).toEqual([])
      expect(link.counters()).toMatchObject({ unknown: new Map(), malformed: new Map() })
    }),
  180_000,
)
