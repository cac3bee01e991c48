import { startAsterisk } from '../../../lab/asterisk/asterisk.ts'
import { waitUntil } from '../../../lab/asterisk/process.ts'
import { labPeople, startCentreOn, type Centre } from '../../../lab/centre.ts'
import type { Site } from '../../../lab/flows/faults.ts'
import { quiet } from '../../../lab/flows/stage.ts'
import type { Rule } from '../../compare/rules.ts'
import { readQueueLog } from '../../compare/queue-log.ts'
import { compare, idsIn, type ClockSet, type Comparison, type Span } from '../../lab/comparer/compare.ts'
import { pauseDifferences } from '../../lab/comparer/pauses.ts'
import { readTold, signedIn } from '../../lab/comparer/told.ts'
import { readWritten } from '../../lab/comparer/written.ts'
import { openRelay, type Relay } from '../relay.ts'
import { openEyes, type Eyes } from './eyes.ts'

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
}

/** The server's own default. */
const thresholdSeconds = 5
const longestFlowMs = 240_000
const soon = { timeoutMs: 30_000, everyMs: 100 }

/** Starts a contact center with everybody signed in. */
export async function openLane({ ownClock, say, beforeServer }: LaneOptions): Promise<Lane> {
  let relay: Relay | undefined
  const unheard: Span[] = []
  const clockSet: ClockSet[] = []
  const played: { name: string; from: number; to: number }[] = []
  const centre = await startCentreOn(
    {
      customers: 200,
      crowd: true,
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
  if (beforeServer) unheard.push({ from: 0, to: seconds() })
  const eyes = await openEyes(centre.url)
  await waitUntil('a supervisor to see that the PBX is heard', eyes.isLive, soon)
  const site = brokenSite(centre, relay, unheard, clockSet)

  return {
    ownClock,
    site,
    play: async (name, play) => {
      const from = seconds()
      let failed: string | null = null
      try {
        await inTime(play(site))
        await quiet(centre.pbx)
        await heardAgain(eyes, unheard)
      } catch (error) {
        failed = error instanceof Error ? error.message : String(error)
        await centre.pbx.cli('channel request hangup all').catch(() => undefined)
        await quiet(centre.pbx).catch(() => undefined)
      }
      const ghosts = await eyes.ghosts()
      const to = seconds()
      played.push({ name, from, to })
      return { name, ms: Math.round((to - from) * 1000), failed, ghosts }
    },
    compared: async () => {
      const found = await heldAgainst(centre, eyes, { unheard, clockSet })
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
async function inTime(playing: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error('it did not come to an end'))
    }, longestFlowMs)
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

function brokenSite(centre: Centre, relay: Relay | undefined, unheard: Span[], clockSet: ClockSet[]): Site {
  const deaf = (): void => {
    unheard.push({ from: seconds(), to: Infinity })
  }
  let set = 0
  return {
    pbx: centre.pbx,
    link: {
      cut: () => {
        deaf()
        relay?.cut()
      },
      mend: () => relay?.mend(),
    },
    server: {
      kill: async () => {
        deaf()
        await centre.stopServer('kill')
      },
      start: () => centre.startServer(),
    },
    restart: async (how, options) => {
      deaf()
      await centre.pbx.restart(how, options)
    },
    clockSet: (to) => {
      clockSet.push({ at: seconds(), from: set, to })
      set = to
    },
  }
}

/** Waits until the PBX is heard, and notes since when. */
async function heardAgain(eyes: Eyes, unheard: Span[]): Promise<void> {
  await waitUntil('the PBX to be heard again', eyes.isLive, soon)
  for (const span of unheard) if (span.to === Infinity) span.to = seconds()
}

async function heldAgainst(
  centre: Centre,
  eyes: Eyes,
  circumstances: { unheard: Span[]; clockSet: ClockSet[] },
): Promise<Comparison> {
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
  const comparison = compare(pair.written, pair.told, { thresholdSeconds, ...circumstances })
  const pauses = pauseDifferences(readQueueLog(pair.written.queueLog.join('\n')), eyes.states())
  return { ...comparison, differences: [...comparison.differences, ...pauses] }
}
