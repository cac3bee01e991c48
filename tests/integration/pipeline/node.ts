import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CallToMatch, KeptOf, MatchedCall } from '../../../server/customers/matching.ts'
import { newCustomer, type StoredCustomer } from '../../../server/customers/model.ts'
import type { Fact } from '../../../server/floor/facts.ts'
import type { FloorOptions } from '../../../server/floor/state.ts'
import type { EndedContact } from '../../../server/history/ended-contacts.ts'
import { openHistory, type History, type HistoryOptions } from '../../../server/history/history.ts'
import { createPipeline, type Pipeline, type PipelineOptions } from '../../../server/pipeline.ts'
import { masterKeys } from '../../unit/history/master-keys.ts'
import { memoryStore, noDatabase, showParty, silent } from '../../unit/history/support.ts'

const floorOptions: FloorOptions = { shortAbandonMs: 5_000, trunks: ['PJSIP/trunk'] }

/** A node's pipeline on a real spool. The database is a map, the customers are told what to say. */
export interface TestNode {
  folder: string
  history: History
  pipeline: Pipeline
  store: ReturnType<typeof memoryStore>
  customers: FakeCustomers
  published: Fact[]
  popped: string[]
  /** Variables that the dialplan was given. */
  set: { channelId: string; variables: Readonly<Record<string, string>> }[]
}

const folders: string[] = []
const histories: History[] = []

/** Ends every node of a test and removes their folders. */
export async function endNodes(): Promise<void> {
  for (const history of histories.splice(0)) await history.close()
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
}

/** In memory where that can be: these tests copy folders by the thousand, and none is about the disk. */
const place = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()

/** An empty folder that goes with `endNodes`. */
export function freshFolder(): string {
  const folder = mkdtempSync(join(place, 'ringcard-pipeline-'))
  folders.push(folder)
  return folder
}

/** The folder of a node as SIGKILL would leave it at this moment. */
export function folderAsKilled(folder: string): string {
  const copy = freshFolder()
  cpSync(folder, copy, { recursive: true, filter: (path) => !path.endsWith('/lock') })
  return copy
}

/** Opens a node on a folder. Nothing is recovered yet. */
export async function openNode(
  more: Partial<PipelineOptions> & {
    folder?: string
    databaseAway?: boolean
    historyOptions?: Partial<HistoryOptions>
  } = {},
): Promise<TestNode> {
  const { folder = freshFolder(), databaseAway = false, historyOptions, ...pipelineOptions } = more
  const store = memoryStore()
  const customers = fakeCustomers()
  store.faults.away = databaseAway
  const history = await openHistory({
    folder,
    node: 'test',
    database: noDatabase(),
    masterKeys,
    showParty,
    log: silent,
    store: store.store,
    onContact: customers.recordContact,
    ...historyOptions,
  })
  histories.push(history)
  const published: Fact[] = []
  const popped: string[] = []
  const set: TestNode['set'] = []
  const pipeline = createPipeline({
    floor: floorOptions,
    history,
    customers,
    deskOf: () => null,
    closedQueues: () => [],
    pinDigits: () => null,
    publishFacts: (facts) => published.push(...facts),
    onPop: (callId) => popped.push(callId),
    setVariables: (channelId, variables) => {
      set.push({ channelId, variables })
      return Promise.resolve()
    },
    log: silent,
    ...pipelineOptions,
  })
  return { folder, history, pipeline, store, customers, published, popped, set }
}

export type FakeCustomers = ReturnType<typeof fakeCustomers>

/** Customers who are found when the test says so; by default at once, and nobody. */
function fakeCustomers() {
  const asked: CallToMatch[] = []
  const restored: { callId: string; customerId: string | null }[] = []
  const recorded: EndedContact[] = []
  const kept = new Map<string, MatchedCall>()
  const forgotten: string[] = []
  const fake = {
    asked,
    restored,
    recorded,
    forgotten,
    /** What the next look-ups come to; a test may put a promise here that it settles itself. */
    answer: (call: CallToMatch): Promise<MatchedCall> => Promise.resolve(nobody(call)),
    matchCall: async (call: CallToMatch): Promise<MatchedCall> => {
      asked.push(call)
      const matched = await fake.answer(call)
      // An older answer than the newest question is not kept.
      if (asked.findLast(({ callId }) => callId === call.callId) === call) kept.set(call.callId, matched)
      return matched
    },
    restoreCall: async (call: CallToMatch, keptOf: KeptOf): Promise<MatchedCall> => {
      const known = await keptOf()
      if (known === null || (!known.decided && known.customerId === null)) return fake.matchCall(call)
      const { customerId, decided, decidedBy } = known
      restored.push({ callId: call.callId, customerId })
      const customer = customerId === null ? null : customerNamed(customerId)
      const matched = { ...nobody(call), customer, decided, decidedBy }
      kept.set(call.callId, matched)
      return matched
    },
    callOf: (callId: string): MatchedCall | null => kept.get(callId) ?? null,
    forgetCall: (callId: string): void => {
      forgotten.push(callId)
      kept.delete(callId)
    },
    recordContact: (contact: EndedContact): Promise<void> => {
      recorded.push(contact)
      return Promise.resolve()
    },
  }
  return fake
}

/** A look-up that found nobody. */
export function nobody({ callId }: Pick<CallToMatch, 'callId'>): MatchedCall {
  return {
    callId,
    number: null,
    numberKey: null,
    match: { outcome: 'none', by: null, candidates: [] },
    customer: null,
    decided: false,
    decidedBy: null,
  }
}

/** A look-up that found one. */
export function found(call: Pick<CallToMatch, 'callId'>, customerId: string): MatchedCall {
  return { ...nobody(call), customer: customerNamed(customerId) }
}

/** A look-up that found one whom this person talked with a minute ago. */
export function foundAfterTalk(
  call: Pick<CallToMatch, 'callId'>,
  customerId: string,
  byPersonId: string,
): MatchedCall {
  const talk = {
    at: Date.now() - 60_000,
    kind: 'call' as const,
    text: '',
    callId: null,
    durationMs: 1,
    by: null,
  }
  const customer = { ...customerNamed(customerId), recent: [{ ...talk, byPersonId }] }
  return { ...nobody(call), customer }
}

function customerNamed(customerId: string): StoredCustomer {
  return newCustomer({ _id: customerId, name: `Customer ${customerId}`, tier: 'gold' })
}
