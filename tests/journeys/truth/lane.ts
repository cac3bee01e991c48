import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startAsterisk } from '../../../lab/asterisk/asterisk.ts'
import { waitUntil } from '../../../lab/asterisk/process.ts'
import { labPeople, startCentreOn, type Centre } from '../../../lab/centre.ts'
import type { Site } from '../../../lab/flows/faults.ts'
import { quiet } from '../../../lab/flows/stage.ts'
import { placeCall } from '../../../lab/sipp/call.ts'
import type { Rule } from '../../compare/rules.ts'
import { readQueueLog } from '../../compare/queue-log.ts'
import {
  compare,
  idsIn,
  type Circumstances,
  type ClockSet,
  type Comparison,
} from '../../lab/comparer/compare.ts'
import { pauseDifferences } from '../../lab/comparer/pauses.ts'
import { readTold, signedIn } from '../../lab/comparer/told.ts'
import { readWritten } from '../../lab/comparer/written.ts'
import { openRelay, type Relay } from '../relay.ts'
import { openEyes, type Eyes } from './eyes.ts'
import { createHearing, type Hearing } from './hearing.ts'

/** One contact center of its own, in which flows are played one after the other. */
export interface Lane {
  ownClock: boolean
  site: Site
  /** Plays something to its end, and looks at every console afterwards. */
  play: (name: string, play: (site: Site) => Promise<void>) => Promise<Played>
  /** Holds all that was played against Asterisk's own records. */
  compared: () => Promise<LaneResult>
  stop: () => Promise<void>
}

export interface Played {
  name: string
  ms: number
  /** What went wrong in playing it; null when it was played. */
  failed: string | null
  ghosts: readonly string[]
}

export interface LaneResult extends Omit<Comparison, 'differences'> {
  /** In words, each with the flow in which it is. */
  differences: readonly string[]
  rules: Partial<Record<Rule, number>>
}

export interface LaneOptions {
  ownClock: boolean
  say: (line: string) => void
  /** Done with the PBX before the server first sees it. */
  beforeServer?: (pbx: Site['pbx']) => Promise<void>
  /** How long one flow may take, ms. */
  longestMs?: number
}

/** The server's own default. */
const thresholdSeconds = 5
const artifacts = '.artifacts/truth'
const longestFlowMs = 240_000
const soon = { timeoutMs: 30_000, everyMs: 100 }

/** Starts a contact center with everybody signed in. */
export async function openLane({
  ownClock,
  say,
  beforeServer,
  longestMs = longestFlowMs,
}: LaneOptions): Promise<Lane> {
  let relay: Relay | undefined
  const clockSet: ClockSet[] = []
  const played: { name: string; from: number; to: number }[] = []
  const centre = await startCentreOn(
    {
      customers: 200,
      crowd: true,
      // Kept places are called back, whatever the hour of the run.
      settings: () => Promise.resolve({ CALL_HOURS: '0-24' }),
      onProgress: say,
      amiThrough: async (ami) => {
        relay = await openRelay(ami)
        return relay.at
      },
    },
    async () => {
      const pbx = await startAsterisk({ onProgress: say, keepPhoneLogs: true, ownClock })
      await beforeServer?.(pbx)
      return pbx
    },
  )
  const eyes = await openEyes(centre.url)
  const hearing = createHearing(eyes.health, beforeServer ? 0 : null)
  await waitUntil('a supervisor to see that the PBX is heard', eyes.isLive, soon)
  await hearing.regained()
  // Asterisk's record begins before any gap, as that of any PBX in use.
  if (!beforeServer) {
    const early = await placeCall(centre.pbx, {
      from: '+493023125990',
      to: '+493023125101',
      hangUpAfterMs: 500,
    })
    await early.ended
    await quiet(centre.pbx)
  }
  const circumstances = {
    thresholdSeconds,
    unheard: hearing.unheard,
    clockSet,
    ...(beforeServer ? { firstHeardAt: hearing.unheard[0]?.to ?? NaN } : {}),
  }
  const site = brokenSite(centre, relay, hearing, clockSet)

  return {
    ownClock,
    site,
    play: async (name, play) => {
      const from = seconds()
      let failed: string | null = null
      try {
        await inTime(play(site), longestMs)
        await quiet(centre.pbx)
        await hearing.regained()
        await waitUntil('a supervisor to see that the PBX is heard again', eyes.isLive, soon)
      } catch (error) {
        failed = error instanceof Error ? error.message : String(error)
        relay?.mend()
        await centre.pbx.cli('channel request hangup all').catch(() => undefined)
        await quiet(centre.pbx).catch(() => undefined)
      }
      const ghosts = await eyes.ghosts()
      const to = seconds()
      played.push({ name, from, to })
      return { name, ms: Math.round((to - from) * 1000), failed, ghosts }
    },
    compared: async () => {
      const found = await heldAgainst(centre, eyes, circumstances)
      const differences = found.differences.map(({ callId, at, what }) => {
        const flow = played.find(({ from, to }) => at !== null && from - 1 <= at && at <= to + 1)?.name
        return `${flow ?? '?'}: ${callId} ${what}`
      })
      return { ...found, differences }
    },
    stop: async () => {
      eyes.close()
      await centre.stop()
      relay?.close()
    },
  }
}

/** @throws when something takes longer than any flow does */
async function inTime(playing: Promise<void>, longestMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error('it did not come to an end'))
    }, longestMs)
  })
  try {
    await Promise.race([playing, late])
  } finally {
    clearTimeout(timer)
  }
}

function seconds(): number {
  return Date.now() / 1000
}

function brokenSite(centre: Centre, relay: Relay | undefined, hearing: Hearing, clockSet: ClockSet[]): Site {
  let set = 0
  return {
    pbx: centre.pbx,
    link: {
      cut: () => {
        hearing.lost()
        relay?.cut()
      },
      mend: async () => {
        relay?.mend()
        await hearing.regained()
      },
    },
    server: {
      kill: async () => {
        hearing.lost()
        await centre.stopServer('kill')
      },
      start: () => centre.startServer(),
    },
    restart: async (how, options) => {
      hearing.lost()
      await centre.pbx.restart(how, options)
      await hearing.regained()
    },
    clockSet: (to) => {
      clockSet.push({ at: seconds(), from: set, to })
      set = to
    },
  }
}

async function heldAgainst(centre: Centre, eyes: Eyes, circumstances: Circumstances): Promise<Comparison> {
  const boss = labPeople.find(({ signInName }) => signInName === 'petra')
  const ask = await signedIn(centre.url, boss?.signInName ?? '', boss?.password ?? '')
  const { pbx } = centre
  // Asterisk writes a call's last rows a moment after its end, and Ringcard reads some of them later still.
  const pair = await waitUntil(
    'every call to have ended in history',
    async () => {
      const written = await readWritten({ ...pbx.files, phones: pbx.phoneLogs })
      const told = await readTold(ask, pbx.pbx, { from: 0, to: seconds() + 86_400 }, idsIn(written))
      return told.every(({ endedAt }) => !Number.isNaN(endedAt)) && { written, told }
    },
    soon,
  )
  const comparison = compare(pair.written, pair.told, circumstances)
  const pauses = pauseDifferences(readQueueLog(pair.written.queueLog.join('\n')), eyes.states())
  const differences = [...comparison.differences, ...pauses]
  if (differences.length > 0) await keep({ ...pair, circumstances, differences, log: centre.serverLog() })
  return { ...comparison, differences }
}

/** Keeps what was held against each other, for whoever looks for the cause. */
async function keep(what: object): Promise<void> {
  await mkdir(artifacts, { recursive: true })
  await writeFile(join(artifacts, `differences-${String(Date.now())}.json`), JSON.stringify(what))
}
