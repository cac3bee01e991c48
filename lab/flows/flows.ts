import type { LabAsterisk } from '../asterisk/asterisk.ts'
import { dialledFlows } from './dialled.ts'
import { inboundFlows } from './inbound.ts'
import { agentFlows } from './agents.ts'
import { edgeFlows } from './edges.ts'
import { memberFlows } from './members.ts'
import { moveFlows } from './moves.ts'
import { placeFlows } from './places.ts'
import { attendedFlows } from './transfers.ts'

/** One way a call can go, played on the real Asterisk by SIPp. */
export interface Flow {
  /** What is played, as a person would say it. */
  story: string
  /** So many calls at once that only how often each thing was told can be written down. */
  many?: true
  /** Plays it from the first INVITE until every channel is gone. Everything it started is stopped. */
  play: (pbx: LabAsterisk) => Promise<void>
}

/** Every flow that is recorded and replayed, by name. */
export const flows: Readonly<Record<string, Flow>> = {
  ...inboundFlows,
  ...agentFlows,
  ...dialledFlows,
  ...attendedFlows,
  ...moveFlows,
  ...memberFlows,
  ...edgeFlows,
  ...placeFlows,
}
