import type { Handlers } from '../http/mount.ts'
import type { CallControl } from './assembly.ts'

/** How calls are made and controlled over HTTP. */
export function controlRoutes({
  control,
  dialling,
  pickUps,
}: Pick<CallControl, 'control' | 'dialling' | 'pickUps'>): Pick<
  Handlers,
  'calls.targets' | 'calls.control' | 'calls.dial' | 'calls.pickUp'
> {
  return {
    'calls.targets': ({ params, caller }) => control.targets(caller, params.callId),
    'calls.control': ({ params, body, caller }) => control.command(caller, params.callId, body),
    'calls.dial': ({ body, caller }) => dialling.dial(caller, body),
    'calls.pickUp': ({ params, body, caller }) => pickUps.pickUp(caller, params.callId, body.commandId),
  }
}
