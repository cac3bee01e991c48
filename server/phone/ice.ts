import { createHmac } from 'node:crypto'
import type { IceServers } from '../../shared/phone.ts'

/** Where browsers find a way for sound: the settings TURN_… */
export interface IceSettings {
  /** `stun:`, `turn:` and `turns:` addresses; none where browsers reach the PBX directly. */
  urls: readonly string[]
  /** What is shared with the TURN server; empty for servers that need none. */
  secret: string
  /** How long credentials are good. */
  seconds: number
  relayOnly: boolean
}

/**
 * What a browser needs to find a way for sound, with credentials of its own that end by themselves. They are made as TURN
 * servers check them without being asked ("A REST API for access to TURN services", draft-uberti-behave-turn-rest-00, 2.2):
 * the name is the time of the end, s since 1970, and whose they are; the password its HMAC-SHA1 under the shared secret.
 * @param personId whose they are; it stands in the TURN server's log
 * @param nowMs our clock
 */
export function iceFor(
  { urls, secret, seconds, relayOnly }: IceSettings,
  personId: string,
  nowMs: number,
): IceServers {
  const endsAt = Math.floor(nowMs / 1_000) + seconds
  const username = `${endsAt}:${personId}`
  const credential = createHmac('sha1', secret).update(username).digest('base64')
  const servers = urls.map((url) =>
    secret === '' || url.startsWith('stun:') ? { urls: url } : { urls: url, username, credential },
  )
  // A call that begins in the last moment of the first half has the whole second half.
  return { servers, relayOnly, renewAfterSeconds: Math.max(1, Math.floor(seconds / 2)) }
}
