import type { KeptCall } from './kept-calls.ts'
import type { Said } from './said.ts'

/** How the phone came to this window. */
export interface Received {
  /** Which window gave it; null for none. */
  from: string | null
  /** What was on there, for this window to go on with. */
  calls: KeptCall[]
}

export interface WindowsOptions {
  personId: string
  /** This window. */
  page: string
  /** Whether the page before in this window had the phone: then it is asked for again. */
  hadIt: boolean
  /** Null where the browser has none: then the server alone decides. */
  locks: Pick<LockManager, 'request'> | null
  /** How windows of this person are reached. */
  channel: Pick<BroadcastChannel, 'postMessage' | 'addEventListener' | 'close'>
  onReceived: (received: Received) => void
  /** Another window has the phone. */
  onElsewhere: () => void
  /** Whether it comes here as soon as what rings there is answered or gone. */
  onComing: (isComing: boolean) => void
  /** What is on here and can go on in another window; null while something rings or is dialled. */
  giveable: () => KeptCall[] | null
  onAnswer: () => void
  /** What another window said; null for what is none of ours. */
  read: (data: unknown) => Said | null
  waits?: { answerMs: number; graceMs: number }
}

/** Which window of a person in this browser has the phone. */
export interface Windows {
  take: () => void
  /** What rings or is dialled here has changed: who waits for the phone may have it now. */
  look: () => void
  /** Has the window that has the phone answer what rings. */
  answerThere: () => void
  /** This window is being closed, with calls on. @returns whether it had the phone */
  leave: (calls: KeptCall[]) => boolean
  stop: () => void
}

/** How long a window has to answer that is asked for the phone, and the page after a reload to ask for it again. */
const usualWaits = { answerMs: 800, graceMs: 1_500 }

/**
 * One window of a person in this browser has the phone, by a lock of the browser's; when it closes, the next that waits has it. Another
 * asks for it, and is given what is on with it. Whoever does not answer has it taken away.
 */
export function joinWindows(options: WindowsOptions): Windows {
  const { page, locks, channel, onReceived, onElsewhere, onComing } = options
  const { answerMs, graceMs } = options.waits ?? usualWaits
  const name = `ringcard.phone.${options.personId}`
  let isStopped = false
  /** Counts requests for the lock, and which of them has it. */
  let requests = 0
  let holding: number | null = null
  let release: () => void = () => undefined
  let queued: AbortController | null = null
  /** Who waits until nothing rings here. */
  let wantedBy: string | null = null
  /** Asked for, and not answered yet. */
  let asked: ReturnType<typeof setTimeout> | undefined
  let grace: ReturnType<typeof setTimeout> | undefined
  /** What the window that had it left on as it was closed. */
  let left: KeptCall[] = []

  const say = (what: Said): void => channel.postMessage(what)

  function received(how: Received): void {
    left = []
    onComing(false)
    onReceived(how)
  }
  /** Asks for the lock, and keeps it until it is taken by another window, or not wanted any more. */
  async function request(how: LockOptions, granted: () => void, unavailable?: () => void): Promise<void> {
    requests += 1
    const mine = requests
    try {
      await locks?.request(name, how, (lock) => {
        if (isStopped) return undefined
        if (lock === null) {
          unavailable?.()
          return undefined
        }
        holding = mine
        clearTimeout(asked)
        granted()
        return new Promise<void>((resolve) => (release = resolve))
      })
    } catch (error) {
      const isTaken = error instanceof DOMException && error.name === 'AbortError'
      // A browser that gives no locks here: the server alone decides.
      if (!isTaken && holding === null && !isStopped) received({ from: null, calls: [] })
      if (holding !== mine || isStopped) return
      holding = null
      wantedBy = null
      clearTimeout(grace)
      queue()
      onElsewhere()
    }
  }
  function queue(): void {
    queued = new AbortController()
    void request({ signal: queued.signal }, () => {
      // The one that had it may only be loaded anew.
      grace = setTimeout(() => received({ from: null, calls: left }), graceMs)
    })
  }
  function steal(how: Received): void {
    clearTimeout(asked)
    queued?.abort()
    void request({ steal: true }, () => received(how))
  }
  function take(): void {
    if (holding !== null || isStopped) return
    clearTimeout(asked)
    asked = setTimeout(() => steal({ from: null, calls: [] }), answerMs)
    say({ say: 'take', by: page })
  }
  /** @returns whether whoever waits must go on waiting */
  function look(): boolean {
    if (wantedBy === null || holding === null) return false
    const calls = options.giveable()
    if (calls === null) return true
    say({ say: 'given', to: wantedBy, from: page, calls })
    wantedBy = null
    return false
  }

  channel.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    const said = options.read(data)
    if (said === null || isStopped) return
    if (said.say === 'take' && holding !== null) {
      wantedBy = said.by
      if (look()) say({ say: 'later', to: said.by })
    } else if (said.say === 'given' && said.to === page && holding === null) {
      steal({ from: said.from, calls: said.calls })
    } else if (said.say === 'later' && said.to === page && holding === null) {
      clearTimeout(asked)
      onComing(true)
    } else if (said.say === 'left') {
      left = said.calls
      onComing(false)
    } else if (said.say === 'answer' && holding !== null) options.onAnswer()
  })

  if (locks === null) received({ from: null, calls: [] })
  else
    void request(
      { ifAvailable: true },
      () => received({ from: null, calls: [] }),
      () => {
        queue()
        onElsewhere()
        if (options.hadIt) take()
      },
    )

  return {
    take,
    look: () => void look(),
    answerThere: () => say({ say: 'answer' }),
    leave: (calls) => {
      if (holding !== null) say({ say: 'left', calls })
      return holding !== null
    },
    stop() {
      isStopped = true
      clearTimeout(asked)
      clearTimeout(grace)
      queued?.abort()
      release()
      channel.close()
    },
  }
}

/** A tab that is opened again later than this was closed, and not loaded anew, ms. */
const reloadedWithinMs = 30_000

/** Joins the windows of a person, by what the browser has for that. */
export function openWindows(options: Omit<WindowsOptions, 'hadIt' | 'locks' | 'channel'>): Windows {
  const mark = `ringcard.hadPhone.${options.personId}`
  const leftAt = Number(sessionStorage.getItem(mark) ?? 0)
  sessionStorage.removeItem(mark)
  const windows = joinWindows({
    ...options,
    hadIt: Date.now() - leftAt < reloadedWithinMs,
    // Only pages that are served safely have locks.
    locks: 'locks' in navigator ? navigator.locks : null,
    channel: new BroadcastChannel(`ringcard.phone.${options.personId}`),
  })
  return {
    ...windows,
    leave(calls) {
      const hadIt = windows.leave(calls)
      if (hadIt) sessionStorage.setItem(mark, String(Date.now()))
      return hadIt
    },
  }
}
