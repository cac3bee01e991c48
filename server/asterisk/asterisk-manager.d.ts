/** What we use of the `asterisk-manager` package, which has no types of its own. */
declare module 'asterisk-manager' {
  import type { EventEmitter } from 'node:events'

  /** One connection. Nothing is connected before `connect` if the port given to the maker is undefined. */
  export interface AsteriskManager extends Pick<
    EventEmitter,
    'on' | 'once' | 'emit' | 'removeListener' | 'removeAllListeners'
  > {
    connect(port: number, host: string, onConnected: () => void): void
    login(onAnswer: (error?: unknown) => void): void
    action(fields: Record<string, string>): string
    disconnect(): void
  }

  /** Makes a manager; with a port it connects at once, so we give none. */
  export default function createManager(
    port: undefined,
    host: string,
    username: string,
    password: string,
    events: boolean,
  ): AsteriskManager
}
