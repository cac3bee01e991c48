import { afterAll, beforeAll, expect, onTestFinished, vi } from 'vitest'
import { startCentre, type Centre } from '../../../lab/centre.ts'
import { did } from '../../../lab/flows/stage.ts'
import { placeCall, startPhone, startTrunk, type Phone, type TrunkOptions } from '../../../lab/sipp/sipp.ts'
import { taskRoutes } from '../../../shared/task-routes.ts'
import type { Task } from '../../../shared/tasks.ts'
import { watch, type Watcher } from './watcher.ts'

/** What of a real PBX is awaited. */
export const soon = { timeout: 20_000, interval: 50 }

/** A centre on a real Asterisk, with an agent and a supervisor who watch. */
export interface PlacesStage {
  centre: Centre
  nina: Watcher
  petra: Watcher
  tasksOf: (number: string) => Promise<Task[]>
  /** Ends with the test. */
  phone: (options: Parameters<typeof startPhone>[1]) => Promise<Phone>
  /** Ends with the test. */
  farEnd: (options: TrunkOptions) => ReturnType<typeof startTrunk>
  /** A customer keeps their place in the queue of support and hangs up. @returns their call's id */
  keepsPlace: (number: string) => Promise<string>
}

/** For the tests of a file: the stage stands from the first of them to the last. */
export function usePlaces(): PlacesStage {
  const stage = {
    tasksOf: async (number: string) => {
      const answer = await stage.nina.request('GET', '/api/tasks')
      const { tasks } = taskRoutes['tasks.list'].answer.parse(await answer.json())
      return tasks.filter((task) => task.number === number)
    },
    phone: async (options) => {
      const started = await startPhone(stage.centre.pbx, options)
      onTestFinished(() => started.stop())
      return started
    },
    farEnd: async (options) => {
      const started = await startTrunk(stage.centre.pbx, options)
      onTestFinished(() => started.stop())
      return started
    },
    keepsPlace: async (number) => {
      const caller = await placeCall(stage.centre.pbx, {
        from: number,
        to: did.support,
        // The menu takes a digit at any time while it asks.
        digits: [
          { afterMs: 1_500, digit: '2' },
          { afterMs: 12_000, digit: '1' },
        ],
      })
      await caller.ended
      const kept = () => stage.petra.floorCalls().find(({ party }) => party.number === number)
      await vi.waitFor(() => expect(kept()).toMatchObject({ stage: 'kept', queue: 'support' }), soon)
      return kept()?.callId ?? ''
    },
  } as PlacesStage
  beforeAll(async () => {
    stage.centre = await startCentre({
      customers: 50,
      settings: () => Promise.resolve({ CALL_HOURS: '0-24' }),
    })
    stage.nina = await watch(stage.centre.url, 'nina')
    stage.petra = await watch(stage.centre.url, 'petra')
  }, 180_000)
  afterAll(async () => {
    stage.nina.close()
    stage.petra.close()
    await stage.centre.stop()
  })
  return stage
}
