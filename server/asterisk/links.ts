import type { PbxLink } from '../../shared/calls.ts'
import type { Notice } from '../../shared/notices.ts'
import { pbxOfId, type NamePrefix } from '../../shared/pbx-names.ts'
import { AmiError } from './errors.ts'
import type { RecordHealth, StreamHealth } from '../../shared/api.ts'
import type { Fact } from '../floor/facts.ts'
import { celFile, queueLogFile } from './record/file-source.ts'
import { createRecord, type PbxRecord, type Unheard } from './record/record.ts'
import { celTable, queueLogTable } from './record/table-source.ts'
import { reportMissed } from './report-missed.ts'
import { createStreamCounters } from './stream-check.ts'
import { systemAccess } from './system-actions.ts'
import { createPbxLink, type PbxLinkSettings, type RunningLink } from './link.ts'

/** One PBX as the settings have it. */
export interface PbxSettings {
  name: string
  prefix: NamePrefix
  AMI_HOST: string
  AMI_PORT: number
  AMI_USERNAME: string
  AMI_SECRET: string
  AMI_SYSTEM_USERNAME: string
  AMI_SYSTEM_SECRET: string
}

/** With where it writes its own record: a file or a table each, empty for none. */
export interface PbxWithRecord extends PbxSettings {
  CEL_FILE: string
  CEL_COLUMNS: readonly string[]
  QUEUE_LOG_FILE: string
  CEL_TABLE: string
  QUEUE_LOG_TABLE: string
  RECORD_DATABASE_URI: string
  PBX_TIME_ZONE: string
}

/** The links to all PBXs. Each lives for itself: what befalls one is no matter of the others. */
export interface PbxLinks {
  readonly all: readonly RunningLink[]
  start: () => void
  /** Ends all; events that have come are passed on before it resolves. */
  stop: () => Promise<void>
  /** The link of a PBX, by its name. */
  of: (pbx: string) => RunningLink | undefined
  /** As of the one link that the channel's id names. @throws AmiError also `ami.not_connected` for a PBX that is none of ours */
  setVariables: RunningLink['setVariables']
  /** What an administrator should know of them. */
  notices: () => Notice[]
  /** How each stands, with what came over it. */
  health: (now: number) => (PbxLink & {
    eventsSeen: number
    eventsRefused: number
    newestEventAgeMs: number | null
    record: RecordHealth
    stream: StreamHealth
  })[]
  /** The floor says what differed from a snapshot. */
  reconciled: (fact: Fact & { type: 'link.reconciled' }) => void
}

/** What the links need of the loop in the middle. */
export interface LinksSurroundings extends Pick<
  PbxLinkSettings,
  'onEvents' | 'onState' | 'keepPin' | 'log' | 'node'
> {
  unheardOf: (pbx: string) => Unheard | null
  rememberFloor: NonNullable<PbxLinkSettings['check']>['remember']
  isDesk: (device: string) => boolean
  traceFolder: string
  /** How often to look whether the records can be read, ms. */
  lookEveryMs?: number
}

const lookEveryMs = 30_000

/** Makes a link for each PBX. Nothing is connected before `start`. */
export function createPbxLinks(pbxs: readonly PbxWithRecord[], surroundings: LinksSurroundings): PbxLinks {
  const { onEvents, onState, keepPin, log, node } = surroundings
  const records = new Map(pbxs.map((pbx) => [pbx.name, recordOf(pbx, surroundings)]))
  const streams = new Map(pbxs.map(({ name }) => [name, createStreamCounters()]))
  /** Looks whether each record can be read, of those whose PBX was reached. */
  const looks = new Map<string, () => Promise<unknown>>()
  let looking: NodeJS.Timeout | undefined
  const links = new Map(
    pbxs.map((pbx) => {
      const { name, prefix, AMI_HOST, AMI_PORT, AMI_USERNAME, AMI_SECRET } = pbx
      const access = { host: AMI_HOST, port: AMI_PORT, username: AMI_USERNAME, secret: AMI_SECRET }
      const system = systemAccess(pbx)
      const unheard: Pick<PbxLinkSettings, 'readUnheard' | 'check'> = {
        readUnheard: async (snapshot, give, reading) => {
          const gap = surroundings.unheardOf(name)
          const record = records.get(name)
          looks.set(name, async () => record?.look(reading.notices))
          if (gap) return (await record?.read(gap, snapshot, give, reading)) ?? null
          await record?.look(reading.notices)
          return null
        },
        check: {
          remember: surroundings.rememberFloor,
          onChecked: () => streams.get(name)?.checked(Date.now()),
          onMissed: (missed, trace) => {
            void reportMissed(missed, trace, { pbx: name, folder: surroundings.traceFolder, log })
          },
        },
      }
      return [
        name,
        createPbxLink({
          onEvents,
          onState,
          log,
          ...(node ? { node } : {}),
          ...(keepPin ? { keepPin } : {}),
          ...access,
          ...(system ? { system } : {}),
          ...unheard,
          pbx: name,
          prefix,
        }),
      ]
    }),
  )
  const all = [...links.values()]
  return {
    all,
    start: () => {
      for (const link of all) link.start()
      looking = setInterval(() => {
        for (const look of looks.values()) void look()
      }, surroundings.lookEveryMs ?? lookEveryMs)
    },
    stop: async () => {
      clearInterval(looking)
      await Promise.all(all.map((link) => link.stop()))
    },
    of: (pbx) => links.get(pbx),
    setVariables: async (channelId, variables) => {
      const link = links.get(pbxOfId(channelId))
      if (!link) throw new AmiError('ami.not_connected', 'a PBX that is not in the settings')
      await link.setVariables(channelId, variables)
    },
    notices: () => all.flatMap((link) => link.notices()),
    health: (now) =>
      all.map((link) => {
        const state = link.state()
        const { seen, unknown, malformed } = link.counters()
        const { newestEventAt } = state
        return {
          ...state,
          eventsSeen: sum(seen),
          eventsRefused: sum(unknown) + sum(malformed),
          newestEventAgeMs: newestEventAt === null ? null : Math.max(0, now - newestEventAt),
          record: records.get(state.pbx)?.health() ?? noRecord,
          stream: (streams.get(state.pbx) ?? createStreamCounters()).health(),
        }
      }),
    reconciled: ({ pbx, why, differences }) => streams.get(pbx)?.reconciled(why, differences),
  }
}

const noRecord: RecordHealth = { state: 'off', callsReconstructed: 0, damagedLines: 0 }

function recordOf(settings: PbxWithRecord, { isDesk, log }: LinksSurroundings): PbxRecord {
  const { name: pbx, prefix, CEL_FILE, CEL_COLUMNS, CEL_TABLE, QUEUE_LOG_FILE, QUEUE_LOG_TABLE } = settings
  const timeZone = settings.PBX_TIME_ZONE
  const inTable = (table: string) => ({ uri: settings.RECORD_DATABASE_URI, table, timeZone })
  const cel =
    CEL_TABLE !== ''
      ? celTable(inTable(CEL_TABLE))
      : CEL_FILE !== ''
        ? celFile({ path: CEL_FILE, columns: CEL_COLUMNS, timeZone })
        : null
  const queueLog =
    QUEUE_LOG_TABLE !== ''
      ? queueLogTable(inTable(QUEUE_LOG_TABLE))
      : QUEUE_LOG_FILE !== ''
        ? queueLogFile(QUEUE_LOG_FILE)
        : null
  return createRecord({ pbx, prefix, cel, queueLog, isDesk, log })
}

function sum(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((total, count) => total + count, 0)
}
