import type { LabAsterisk } from '../asterisk/asterisk.ts'
import { inboundFlows } from './inbound.ts'
import { agentFlows } from './agents.ts'

/** One way a call can go, played on the real Asterisk by SIPp. */
export interface Flow {
  /** What is played, as a person would say it. */
  story: string
  /** Plays it from the first INVITE until every channel is gone. Everything it started is stopped. */
  play: (pbx: LabAsterisk) => Promise<void>
}

/** Every flow that is recorded and replayed, by name. */
export const flows: Readonly<Record<string, Flow>> = { ...inboundFlows, ...agentFlows }
