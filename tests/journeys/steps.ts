/** How one step of a journey went. */
export interface StepResult {
  name: string
  ok: boolean
  ms: number
}

export interface Steps {
  readonly results: readonly StepResult[]
  /** Goes one step: a failure is told and noted, and the journey goes on. */
  step: (name: string, run: () => Promise<void>) => Promise<void>
}

/**
 * @param say told what is being done and what went wrong
 * @param afterFailure keeps what there is to see of a failed step, before anything is cleared
 * @param clear makes the stage empty for the next step
 */
export function createSteps(
  say: (line: string) => void,
  afterFailure: (name: string) => Promise<void>,
  clear: () => Promise<void>,
): Steps {
  const results: StepResult[] = []
  const went = async (name: string, run: () => Promise<void>): Promise<boolean> => {
    try {
      await run()
      return true
    } catch (error) {
      say(`✗ ${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
      return false
    }
  }
  return {
    results,
    step: async (name, run) => {
      const began = performance.now()
      const gone = await went(name, run)
      const ms = Math.round(performance.now() - began)
      if (!gone) await went(`${name}, what was seen`, () => afterFailure(name))
      const cleared = await went(`${name}, clearing`, clear)
      const ok = gone && cleared
      results.push({ name, ok, ms })
      if (ok) say(`✓ ${name} (${(ms / 1000).toFixed(1)} s)`)
    },
  }
}
