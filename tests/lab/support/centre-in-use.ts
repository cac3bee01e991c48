import { afterAll, afterEach, beforeAll, expect, vi } from 'vitest'
import { startCentre, type Centre } from '../../../lab/centre.ts'
import { databaseUri } from '../../../lab/database/database.ts'
import { quiet } from '../../../lab/flows/stage.ts'
import {
  placeCall,
  startPhone,
  type CallOptions,
  type Phone,
  type PhoneOptions,
  type PlacedCall,
} from '../../../lab/sipp/sipp.ts'
import { connectDatabase, type Database } from '../../../server/database/database.ts'
import type { Fact } from '../../../server/floor/facts.ts'
import { entriesOf } from '../../../server/history/journal.ts'
import {
  callsCollection,
  journalCollection,
  type CallDocument,
  type JournalPage,
} from '../../../server/history/model.ts'
import { openRelay, type Relay } from '../../journeys/relay.ts'
import { silent } from '../../unit/history/support.ts'
import { watch, type Watcher } from './watcher.ts'

/** Of the seed's cast: one customer, and one whom nobody knows. All numbers are of ranges kept for fiction. */
export const first = '+494066969118'
export const second = '+4940669690017'
const support = '+493023125101'
/** How long, and how often, something is waited for, ms. */
export const soon = { timeout: 15_000, interval: 50 }
/** The same for what history is to have. */
const kept = { timeout: 30_000, interval: 100 }

/** A contact center with a link that can be cut, Nina at her desk and Petra who sees the floor. */
export interface CentreInUse {
  readonly centre: Centre
  readonly relay: Relay
  readonly petra: Watcher
  readonly nina: Watcher
  /** Starts a phone that answers; gone after the test. */
  phone: (extension: PhoneOptions['extension'], afterMs?: number) => Promise<Phone>
  /** A customer calls support, or whom the options say; over after the test. */
  call: (from: CallOptions['from'], options?: Partial<CallOptions>) => Promise<PlacedCall>
  /** The id of the call on Nina's desk that an agent talks in now. */
  ninasCall: () => Promise<string>
  storedCalls: () => ReturnType<typeof callsIn>
  /** A call as history has it once it has ended. */
  ended: (callId: string) => Promise<CallDocument>
  factsOf: (callIds: readonly string[]) => Promise<Fact[]>
  /** How often the journal says something of a call. */
  told: (callId: string, type: string) => Promise<number>
  /** No call is shown any more, and nobody is shown to be busy. */
  nothingLeft: () => Promise<void>
}

const callsIn = (database: Database) => database.collection<CallDocument>(callsCollection)

/** One contact center on the real Asterisk for all tests of a file. */
export function useCentre(): CentreInUse {
  let centre: Centre
  let relay: Relay
  let database: Database
  let petra: Watcher
  let nina: Watcher
  const watchers: Watcher[] = []
  const phones: Phone[] = []
  const calls: PlacedCall[] = []

  const opened = async (signInName: string): Promise<Watcher> => {
    const watcher = await watch(centre.url, signInName)
    watchers.push(watcher)
    return watcher
  }
  beforeAll(async () => {
    centre = await startCentre({
      customers: 200,
      amiThrough: async (ami) => {
        relay = await openRelay(ami)
        return relay.at
      },
    })
    database = connectDatabase({ uri: databaseUri(centre.database.uri, 'ringcard'), log: silent })
    await database.whenReady()
    nina = await opened('nina')
    petra = await opened('petra')
    await vi.waitFor(() => expect(petra.agent('201')).toBeDefined(), soon)
  })
  afterEach(async () => {
    relay.mend()
    await Promise.all(calls.splice(0).map((call) => call.hangUp()))
    await quiet(centre.pbx)
    await Promise.all(phones.splice(0).map((phone) => phone.stop()))
  })
  afterAll(async () => {
    for (const watcher of watchers.splice(0)) watcher.close()
    await database.stop()
    await centre.stop()
    relay.close()
  })

  const factsOf = async (callIds: readonly string[]): Promise<Fact[]> => {
    const pages = await database
      .collection<JournalPage>(journalCollection)
      .find({ part: 'facts', callIds: { $in: [...callIds] } })
      .toArray()
    return entriesOf(pages)
      .flatMap((entry): Fact[] => (entry.kind === 'facts' ? [...entry.facts] : []))
      .filter((fact) => 'callId' in fact && fact.callId !== null && callIds.includes(fact.callId))
  }
  return {
    get centre() {
      return centre
    },
    get relay() {
      return relay
    },
    get petra() {
      return petra
    },
    get nina() {
      return nina
    },
    phone: async (extension, afterMs = 300) => {
      const started = await startPhone(centre.pbx, { extension, answer: { afterMs } })
      phones.push(started)
      return started
    },
    call: async (from, options = {}) => {
      const placed = await placeCall(centre.pbx, { from, to: support, ...options })
      calls.push(placed)
      return placed
    },
    ninasCall: async () => {
      await vi.waitFor(() => expect(nina.deskCalls().at(-1)?.state).toBe('talking'), soon)
      return nina.deskCalls().find(({ state }) => state === 'talking')?.callId ?? ''
    },
    storedCalls: () => callsIn(database),
    ended: (callId) =>
      vi.waitFor(async () => {
        const call = await callsIn(database).findOne({ _id: callId, endedAt: { $ne: null } })
        if (!call) throw new Error(`${callId} has not ended in history`)
        return call
      }, kept),
    factsOf,
    told: async (callId, type) => (await factsOf([callId])).filter((fact) => fact.type === type).length,
    nothingLeft: () =>
      vi.waitFor(() => {
        expect(petra.floorCalls()).toEqual([])
        expect(petra.agent('201')?.state).not.toMatch(/ringing|talking/)
        expect(petra.agent('202')?.state).not.toMatch(/ringing|talking/)
      }, kept),
  }
}
