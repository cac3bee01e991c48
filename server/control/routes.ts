import type { Handlers } from '../http/mount.ts'
import type { Control } from './control.ts'

/** How calls are controlled over HTTP. */
export function controlRoutes(
  control: Pick<Control, 'command' | 'targets'>,
): Pick<Handlers, 'calls.targets' | 'calls.control'> {
  return {
    'calls.targets': ({ params, caller }) => control.targets(caller, params.callId),
    'calls.control': ({ params, body, caller }) => control.command(caller, params.callId, body),
  }
}
