import type { IncomingHttpHeaders } from 'node:http'

/**
 * Whether a request or a socket comes from a page of our own. Browsers always name the page's origin, and scripts cannot
 * change that; other programs may leave it out, and hold no cookie that they were not given.
 * @param publicOrigin the one origin that the console is served from; empty for that of whatever host the request names
 */
export function isOwnOrigin(
  { origin, host }: Pick<IncomingHttpHeaders, 'origin' | 'host'>,
  publicOrigin: string,
): boolean {
  if (origin === undefined) return true
  if (publicOrigin !== '') return origin === publicOrigin
  return URL.canParse(origin) && new URL(origin).host === host
}
