import type { PhoneKind } from '../../shared/phone.ts'
import type { Handlers } from '../http/mount.ts'
import type { Phones } from './phone.ts'

/**
 * How the browser phone is asked for over HTTP.
 * @param inUse by which phone whoever sits at a desk takes calls
 * @param testNumber what a phone calls to be tried; empty for nothing
 */
export function phoneRoutes(
  phones: Pick<Phones, 'phonesAt' | 'open' | 'close'>,
  inUse: (extension: string | null) => PhoneKind,
  testNumber: string,
): Pick<Handlers, 'phone.read' | 'phone.open' | 'phone.close'> {
  return {
    'phone.read': async ({ caller: { extension } }) => ({
      ...(await phones.phonesAt(extension)),
      inUse: inUse(extension),
      testNumber: testNumber === '' ? null : testNumber,
    }),
    'phone.open': ({ caller, body }) => phones.open(caller, body.window),
    'phone.close': ({ caller }) => {
      phones.close(caller)
      return null
    },
  }
}
