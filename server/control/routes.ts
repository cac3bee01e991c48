import type { Handlers } from '../http/mount.ts'
import type { Control } from './control.ts'
import type { Dialling } from './dial.ts'
import type { PickUps } from './pick-up.ts'

/** How calls are made and controlled over HTTP. */
export function controlRoutes(
  control: Pick<Control, 'command' | 'targets'>,
  dialling: Pick<Dialling, 'dial'>,
  pickUps: Pick<PickUps, 'pickUp'>,
): Pick<Handlers, 'calls.targets' | 'calls.control' | 'calls.dial' | 'calls.pickUp'> {
  return {
    'calls.targets': ({ params, caller }) => control.targets(caller, params.callId),
    'calls.control': ({ params, body, caller }) => control.command(caller, params.callId, body),
    'calls.dial': ({ body, caller }) => dialling.dial(caller, body),
    'calls.pickUp': ({ params, body, caller }) => pickUps.pickUp(caller, params.callId, body.commandId),
  }
}
