import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { watchDiskSpace } from '../../../server/history/disk-space.ts'
import { lockFolder } from '../../../server/history/folder-lock.ts'
import { defaultHistoryLimits } from '../../../server/history/limits.ts'
import { createSealing } from '../../../server/history/sealing.ts'
import { openSpool } from '../../../server/history/spool.ts'
import { openCallKeys } from '../../../server/keys/call-keys.ts'
import { masterKeys } from '../../unit/history/master-keys.ts'
import { appendUntilKilled, untilTold } from './append-until-killed.ts'

/** The spool alone, without a database: quick to start, and killed often. It begins once it is told to. Arguments: folder, number of the run. */
const [folder = '', run = ''] = process.argv.slice(2)
await untilTold()
lockFolder(folder)
const keyFolder = join(folder, 'keys')
mkdirSync(keyFolder, { recursive: true })
const keys = openCallKeys(keyFolder, masterKeys)
const spool = openSpool({
  folder,
  node: 'one',
  disk: watchDiskSpace(folder, defaultHistoryLimits),
  log: { error: () => undefined, warn: () => undefined },
  clock: Date.now,
  segmentBytes: 500_000,
  syncEveryMs: 100,
  usedSeq: 0,
  seal: createSealing(keys, String).sealEntry,
  keys,
  onSynced: () => undefined,
})
appendUntilKilled(run, (bodies) => spool.append(bodies, Date.now()))
