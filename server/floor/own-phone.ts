import { directionTo, identify } from './calls.ts'
import type { Call, Channel } from './state.ts'
import { putCall, type Step } from './step.ts'

/** Whether a call began with an agent's own phone, which was called from the console: it is named after that channel. */
export const isBegunHere = (callId: string): boolean => /^[^:]+:ringcard-[0-9a-f]{8}-/.test(callId)

/** Whether it would be an agent's own phone that the PBX calls first, if nobody dialled it: nothing is older in its call. */
export function beganItself(call: Call | undefined, { channelId, linkedId, extension }: Channel): boolean {
  return extension !== null && call?.originId === channelId && channelId === linkedId
}

/**
 * The PBX calls an agent's phone, and nobody dialled it: the agent has somebody called from the console. Whom, the phone shows as
 * its caller until it is picked up. Nothing is offered to the agent.
 */
export function ownPhoneCalled(step: Step, call: Call, phone: Channel): void {
  if (call.ownPhone !== undefined) return
  const next: Call = { ...call, ownPhone: 'ringing' }
  putCall(step, next)
  const dialled = phone.callerNumber
  if (dialled === null || call.party.erased === true) return
  const direction = directionTo(step.state, dialled)
  identify(step, next, { direction, dialled, party: { number: dialled, name: null, restricted: false } })
}

/** The agent picked up: the call goes on to whom they want. */
export function ownPhonePickedUp(step: Step, { callId, channelId, extension }: Channel): void {
  const call = step.state.calls.get(callId)
  if (call?.ownPhone !== 'ringing' || call.originId !== channelId || extension === null) return
  putCall(step, { ...call, ownPhone: 'pickedUp' })
  const personId = step.state.agents.get(extension)?.personId ?? null
  step.facts.push({ type: 'call.pickedUp', pbx: step.pbx, at: step.at, callId, extension, personId })
}
