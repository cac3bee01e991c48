import type { LabAmi } from '../asterisk/ami.ts'
import type { LabAsterisk } from '../asterisk/asterisk.ts'
import { dialledFlows } from './dialled.ts'
import { inboundFlows } from './inbound.ts'
import { agentFlows } from './agents.ts'
import { edgeFlows } from './edges.ts'
import { memberFlows } from './members.ts'
import { moveFlows } from './moves.ts'
import { placeFlows } from './places.ts'
import { manage } from './stage.ts'
import { attendedFlows } from './transfers.ts'

/** One way a call can go, played on the real Asterisk by SIPp. */
export interface Flow {
  /** What is played, as a person would say it. */
  story: string
  /** So many calls at once that only how often each thing was told can be written down. */
  many?: true
  /** Plays it from the first INVITE until every channel is gone. Everything it started is stopped. */
  play: (pbx: LabAsterisk) => Promise<void>
  /** What the server does meanwhile, for where there is none. */
  serverPart?: (ami: LabAmi) => Promise<void>
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

/** Plays a flow on a PBX that no server looks after: the server's part is played as well. */
export async function playAlone({ play, serverPart }: Flow, pbx: LabAsterisk): Promise<void> {
  if (!serverPart) return play(pbx)
  await manage(pbx, async (ami) => {
    await Promise.all([play(pbx), serverPart(ami)])
  })
}
