import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import createManager from 'asterisk-manager'
import { createPbxLink } from '../../server/asterisk/link.ts'
import { connectDatabase } from '../../server/database/database.ts'
import { openHistory } from '../../server/history/history.ts'
import type { HistoryStore } from '../../server/history/store.ts'
import { createMasterKeys } from '../../server/keys/master-keys.ts'
import { createPipeline } from '../../server/pipeline.ts'
import { ProblemError } from '../../shared/problems.ts'
import { lastUnique } from './ingest-stream.ts'
import type { SideMessage } from './messages.ts'

/*
 * One of the two sides of `bench -- ingest`, in a process of its own: `package` is asterisk-manager that counts what it
 * parses, `ours` is the link, the translation, the floor, its facts and the spool, with nobody watching and the database away.
 */
const [side = '', port = '', secret = ''] = process.argv.slice(2)
const tell = (message: SideMessage) => process.send?.(message)

let beganMs = 0
let beganCpu = process.cpuUsage()
let callsEnded = 0
let events = 0

function begin(): void {
  beganMs = performance.now()
  beganCpu = process.cpuUsage()
  callsEnded = 0
  events = 0
  tell({ type: 'ready' })
}

function finish(): void {
  const { user, system } = process.cpuUsage(beganCpu)
  tell({
    type: 'done',
    ms: performance.now() - beganMs,
    cpuMs: (user + system) / 1000,
    callsEnded,
    events,
    rssBytes: process.memoryUsage.rss(),
  })
}

async function ours(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'ringcard-ingest-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
  const away = () => Promise.reject(new ProblemError('database.unreachable'))
  const store: HistoryStore = {
    keys: {
      keep: away,
      read: away,
      bind: away,
      callsOfCustomer: away,
      callsOfNumbers: away,
      destroy: away,
      destroyedFor: away,
      destroyedSince: away,
      noteErasure: away,
      erasuresSince: away,
      underOtherThan: away,
    },
    keepJournal: away,
    readCalls: away,
    writeCalls: away,
    callsOfPerson: away,
    callsOwed: away,
    callsBetween: away,
    journalPages: away,
    journalEntry: away,
    keepGaps: away,
    gapsBetween: away,
  }
  const history = await openHistory({
    folder,
    node: 'bench',
    // Never connected: nothing listens on that port.
    database: connectDatabase({ uri: 'mongodb://127.0.0.1:1/bench', log }),
    masterKeys: createMasterKeys([randomBytes(32)]),
    showParty: ({ number }) => ({ number, display: number ?? '', name: null, withheld: false }),
    store,
    log,
  })
  const nobody = { outcome: 'none' as const, by: null, candidates: [] }
  const pipeline = createPipeline({
    floor: { shortAbandonMs: 5_000, trunks: ['trunk'] },
    history,
    customers: {
      matchCall: ({ callId }) =>
        Promise.resolve({
          callId,
          number: null,
          numberKey: null,
          match: nobody,
          customer: null,
          decided: false,
          decidedBy: null,
        }),
      restoreCall: () => Promise.reject(new Error('Nothing is restored here.')),
      callOf: () => null,
      forgetCall: () => undefined,
    },
    deskOf: () => null,
    closedQueues: () => [],
    pinDigits: () => null,
    publishFacts: (facts) => {
      for (const fact of facts) {
        if (fact.type === 'call.ended') callsEnded += 1
        else if (fact.type === 'call.started' && fact.callId.endsWith(`:${lastUnique}`)) {
          events = [...link.counters().seen.values()].reduce((sum, count) => sum + count, 0) - seenBefore
          finish()
        }
      }
    },
    onPop: () => undefined,
    setVariables: () => Promise.resolve(),
    log,
  })
  let seenBefore = 0
  const link = createPbxLink({
    pbx: 'bench',
    host: '127.0.0.1',
    port: Number(port),
    username: 'ringcard',
    secret,
    onEvents: pipeline.takeAll,
    onState: ({ state }) => {
      if (state !== 'live') return
      seenBefore = [...link.counters().seen.values()].reduce((sum, count) => sum + count, 0)
      begin()
    },
    log,
  })
  link.start()
}

function parsedOnly(): void {
  const manager = createManager(undefined, '127.0.0.1', 'ringcard', secret, true)
  manager.on('managerevent', (event: Record<string, unknown>) => {
    events += 1
    if (event['event'] === 'Newchannel' && event['uniqueid'] === lastUnique) finish()
  })
  manager.connect(Number(port), '127.0.0.1', () => manager.login(begin))
}

if (side === 'ours') void ours()
else parsedOnly()
process.once('disconnect', () => process.exit(0))
