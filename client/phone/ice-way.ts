import type { IceServers } from '../../shared/phone.ts'

/** How sound finds its way from this browser to the PBX, with credentials that are renewed before they end. */
export interface IceWay {
  /** What the server said now. */
  use: (servers: IceServers) => void
  /** For the next call. */
  configuration: () => RTCConfiguration
  stop: () => void
}

/** Where the server cannot be asked, what there is stays in use until it can, ms. */
const askAgainMs = 30_000

/** @param ask asks the server anew */
export function createIceWay(ask: () => Promise<IceServers>): IceWay {
  let known: IceServers | null = null
  let timer: number | undefined

  const later = (ms: number): void => {
    window.clearTimeout(timer)
    timer = window.setTimeout(() => void ask().then(use, () => later(askAgainMs)), ms)
  }
  const use = (servers: IceServers): void => {
    known = servers
    // Without servers there is nothing that ends.
    if (servers.servers.length > 0) later(servers.renewAfterSeconds * 1_000)
  }
  return {
    use,
    configuration: () => ({
      iceServers: (known?.servers ?? []).map(({ urls, username, credential }) =>
        username === undefined || credential === undefined ? { urls } : { urls, username, credential },
      ),
      iceTransportPolicy: known?.relayOnly === true ? 'relay' : 'all',
    }),
    stop: () => window.clearTimeout(timer),
  }
}
