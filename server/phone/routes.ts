import type { IceServers, PhoneKind } from '../../shared/phone.ts'
import type { Handlers } from '../http/mount.ts'
import type { Phones } from './phone.ts'

/**
 * How the browser phone is asked for over HTTP.
 * @param inUse by which phone whoever sits at a desk takes calls
 * @param isDeaf whether the desk phone was asked to answer or hold in vain
 * @param testNumber what a phone calls to be tried; empty for nothing
 * @param ice how the browser of a person finds a way for sound
 */
export function phoneRoutes(
  phones: Pick<Phones, 'phonesAt' | 'open' | 'close'>,
  inUse: (extension: string | null) => PhoneKind,
  testNumber: string,
  isDeaf: (extension: string | null) => boolean,
  ice: (personId: string) => IceServers,
): Pick<Handlers, `phone.${string}` & keyof Handlers> {
  return {
    'phone.read': async ({ caller: { extension } }) => ({
      ...(await phones.phonesAt(extension)),
      inUse: inUse(extension),
      deaf: isDeaf(extension),
      testNumber: testNumber === '' ? null : testNumber,
    }),
    'phone.open': async ({ caller, body }) => ({
      ...(await phones.open(caller, body.window, body.from ?? null)),
      ice: ice(caller.personId),
    }),
    'phone.ice': ({ caller }) => ice(caller.personId),
    'phone.close': ({ caller }) => {
      phones.close(caller)
      return null
    },
  }
}
