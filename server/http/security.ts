import helmet from 'helmet'
import type { RequestHandler } from 'express'

/**
 * The headers that tell a browser what the console may do. Nothing comes from another host, no script and no style stands
 * in the page itself, nobody may frame it. Styles set by script through the DOM (as Vue does) are not styles in the page.
 * @param publicOrigin where the console is served from, or empty
 */
export function securityHeaders(publicOrigin: string): RequestHandler {
  const secure = publicOrigin.startsWith('https://')
  // Older Safari does not take 'self' to include WebSocket.
  const socket = publicOrigin === '' ? [] : [publicOrigin.replace(/^http/, 'ws')]
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        fontSrc: ["'self'"],
        connectSrc: ["'self'", ...socket],
        mediaSrc: ["'self'", 'blob:'],
        workerSrc: ["'self'"],
        manifestSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    strictTransportSecurity: secure ? { maxAge: 31_536_000, includeSubDomains: false } : false,
    referrerPolicy: { policy: 'no-referrer' },
    xFrameOptions: { action: 'deny' },
    // Browsers refuse this header where the page is not https, and say so on their console.
    originAgentCluster: secure,
    crossOriginOpenerPolicy: secure ? { policy: 'same-origin' } : false,
  })
}
