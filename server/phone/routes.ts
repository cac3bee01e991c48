import type { Handlers } from '../http/mount.ts'
import type { Phones } from './phone.ts'

/** How the browser phone is asked for over HTTP. */
export function phoneRoutes(
  phones: Pick<Phones, 'phonesAt' | 'open' | 'close'>,
): Pick<Handlers, 'phone.read' | 'phone.open' | 'phone.close'> {
  return {
    'phone.read': ({ caller }) => phones.phonesAt(caller.extension),
    'phone.open': ({ caller, body }) => phones.open(caller, body.window),
    'phone.close': ({ caller, body }) => {
      phones.close(caller, body.window)
      return null
    },
  }
}
