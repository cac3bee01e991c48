import {
  pbxFeatures,
  pbxFindings,
  type PbxCheck,
  type PbxFeature,
  type PbxFinding,
} from '../../../shared/pbx-check.ts'
import { connectAmi, connectionTiming, type ConnectionTiming } from '../connection.ts'
import { AmiError } from '../errors.ts'
import { oldest, tested } from '../link.ts'
import type { PbxSettings } from '../links.ts'
import { hearsNothing, systemAccess } from '../system-actions.ts'
import { askPbx, type Asked } from './asked.ts'
import { judgeAmi, switchedOn, wholeUser, type Found } from './judge-ami.ts'
import { judgeFeatures } from './judge-features.ts'
import { describeQueues, judgeQueues, type Surroundings } from './judge-queues.ts'
import { findingWords } from './finding-words.ts'

/** A PBX, and what of Ringcard it is held against. */
export interface CheckSettings {
  pbx: PbxSettings & { PBX_TRUNKS: readonly string[] } & Partial<
      Record<
        | 'CEL_TABLE'
        | 'QUEUE_LOG_FILE'
        | 'QUEUE_LOG_TABLE'
        | 'SIP_WS_URL'
        | 'TRANSFER_CONTEXT'
        | 'CONSULT_CONTEXT'
        | 'DIAL_CONTEXT',
        string
      >
    >
  desks: Surroundings['desks']
  now: () => number
  timing?: ConnectionTiming
}

/**
 * Looks at a PBX by its AMI user alone, over a line of its own, and changes nothing: what is there, what each feature of
 * Ringcard lacks, and the lines to add. A PBX that cannot be reached or refuses us is a result too.
 * @throws AmiError where it stops answering in the middle
 */
export async function checkPbx({
  pbx,
  desks,
  now,
  timing = connectionTiming,
}: CheckSettings): Promise<PbxCheck> {
  const { AMI_HOST: host, AMI_PORT: port, AMI_USERNAME: username, AMI_SECRET: secret } = pbx
  const around: Surroundings = {
    prefix: pbx.prefix,
    desks,
    trunks: pbx.PBX_TRUNKS,
    readsTable: (pbx.CEL_TABLE ?? '') !== '',
    queueLog: { file: pbx.QUEUE_LOG_FILE ?? '', table: pbx.QUEUE_LOG_TABLE ?? '' },
    sipUrl: pbx.SIP_WS_URL ?? '',
    contexts: {
      transfer: pbx.TRANSFER_CONTEXT ?? 'ringcard-transfer',
      consult: pbx.CONSULT_CONTEXT ?? 'ringcard-consult',
      dial: pbx.DIAL_CONTEXT ?? 'ringcard-dial',
    },
  }
  const head = { pbx: pbx.name, at: now(), address: `${host}:${port}`, user: username }
  let connection
  try {
    connection = await connectAmi({ host, port, username, secret }, hearsNothing, timing)
  } catch (error) {
    if (!(error instanceof AmiError)) throw error
    const found = unreached(error, head, port)
    const nothing = { version: null, reached: false, reads: null, writes: null, queues: [], devices: [] }
    return { ...head, ...nothing, findings: found.map(inWords), features: featuresOf(found, []) }
  }
  try {
    const asked = await askPbx(connection, username, Object.values(around.contexts), systemAccess(pbx))
    const found = judge(asked, around)
    return {
      ...head,
      version: asked.version,
      reached: true,
      reads: asked.reads && [...asked.reads],
      writes: asked.writes && [...asked.writes],
      findings: found.map(inWords),
      features: featuresOf(found, pbxFeatures),
      ...describeQueues(asked, around),
    }
  } finally {
    connection.close()
  }
}

/** All that is found, by what was asked: pure. */
export function judge(asked: Asked, around: Surroundings): Found[] {
  return [
    ...judgeVersion(asked),
    ...judgeAmi(asked),
    ...judgeQueues(asked, around),
    ...judgeFeatures(asked, around),
  ]
}

function judgeVersion({ version, major }: Asked): Found[] {
  if (version === null || major === null || major === tested) return []
  const values = { version, oldest, tested }
  return [{ code: major < oldest ? 'tooOld' : 'untried', features: ['connection'], values }]
}

function unreached(
  { code }: AmiError,
  { address, user }: { address: string; user: string },
  port: number,
): Found[] {
  const features: PbxFeature[] = ['connection']
  if (code === 'ami.refused_login')
    return [{ code: 'refused', features, values: { user }, fix: wholeUser(user) }]
  if (code === 'ami.not_asterisk') return [{ code: 'notAsterisk', features, values: { address } }]
  return [{ code: 'unreachable', features, values: { address }, fix: switchedOn(port) }]
}

function inWords({ code, features, values = {}, fix }: Found): PbxFinding {
  return {
    code,
    level: pbxFindings[code],
    features: [...features],
    words: findingWords(code, values),
    values,
    fix: fix ?? null,
  }
}

/**
 * How each feature stands: the worst of what was found for it.
 * @param seen the features that could be looked at
 */
function featuresOf(found: readonly Found[], seen: readonly PbxFeature[]): PbxCheck['features'] {
  return pbxFeatures.map((feature) => {
    const levels = found
      .filter(({ features }) => features.includes(feature))
      .map(({ code }) => pbxFindings[code])
    if (levels.includes('missing')) return { feature, state: 'missing' }
    if (levels.includes('unknown') || !seen.includes(feature)) return { feature, state: 'unknown' }
    return { feature, state: levels.includes('advice') ? 'partly' : 'ready' }
  })
}
