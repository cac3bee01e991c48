import { createServer, type Socket } from 'node:net'

/** The headers of an action as it came, names in lower case. */
export type Request = Readonly<Record<string, string>>

/** Answers one action: the blocks to send, as text with `\n` line ends; undefined for no answer at all. */
export type Answering = (request: Request) => string[] | undefined

export interface FakeAmi {
  readonly port: number
  /** All actions that came, in order. */
  readonly requests: Request[]
  /** How many connections were ever made. */
  connections(): number
  /** Sends blocks to everybody who is connected. */
  send(...blocks: string[]): void
  /** Sends bytes as they are. */
  sendRaw(text: string): void
  /** Replaces what one action is answered by. */
  answer(action: string, answering: Answering): void
  /** Ends all connections as if the cable were cut. */
  cut(): void
  /** Takes no more connections. */
  close(): Promise<void>
}

export interface FakeAmiSettings {
  greeting?: string
  secret?: string
  port?: number
}

const complete = (request: Request, name: string, items: string[] = []) => [
  `Response: Success\nActionID: ${request.actionid ?? ''}\nEventList: start\nMessage: will follow`,
  ...items.map((item) => `${item}\nActionID: ${request.actionid ?? ''}`),
  `Event: ${name}Complete\nActionID: ${request.actionid ?? ''}\nEventList: Complete\nListItems: ${items.length}`,
]

/** A list answer as Asterisk gives it: `Response`, one event for each item, and the event that ends it. */
export function listAnswer(name: string, items: string[]): Answering {
  return (request) => complete(request, name, items)
}

/** An answer of one block. */
export function oneAnswer(headers: string): Answering {
  return (request) => [`Response: Success\nActionID: ${request.actionid ?? ''}\n${headers}`]
}

/** The answer to what is not known, not allowed or not possible. */
export function errorAnswer(message: string): Answering {
  return (request) => [`Response: Error\nActionID: ${request.actionid ?? ''}\nMessage: ${message}`]
}

/** What cannot be had from the real Asterisk on demand: silence, old versions, half answers. Speaks AMI on loopback. */
export async function startFakeAmi(settings: FakeAmiSettings = {}): Promise<FakeAmi> {
  const sockets = new Set<Socket>()
  const requests: Request[] = []
  let connections = 0
  const answers = new Map<string, Answering>([
    [
      'login',
      (request) => {
        const id = request.actionid ?? ''
        return request.secret === (settings.secret ?? 'right')
          ? [
              `Response: Success\nActionID: ${id}\nMessage: Authentication accepted`,
              'Event: FullyBooted\nPrivilege: system,all\nUptime: 100\nStatus: Fully Booted',
            ]
          : [`Response: Error\nActionID: ${id}\nMessage: Authentication failed`]
      },
    ],
    ['ping', oneAnswer('Ping: Pong\nTimestamp: 1764000100.000000')],
    ['coresettings', oneAnswer('AsteriskVersion: 22.10.1\nAMIversion: 11.0.0')],
    ['corestatus', oneAnswer('CoreStartupDate: 2025-11-24\nCoreStartupTime: 17:00:00')],
    ['coreshowchannels', listAnswer('CoreShowChannels', [])],
    ['queuestatus', listAnswer('QueueStatus', [])],
    ['parkedcalls', listAnswer('ParkedCalls', [])],
    ['devicestatelist', listAnswer('DeviceStateList', [])],
    ['getvar', oneAnswer('Variable: CALLERID(pres)\nValue: allowed_not_screened')],
  ])

  const wire = (block: string) => `${block.replaceAll('\n', '\r\n')}\r\n\r\n`
  const server = createServer((socket) => {
    connections += 1
    sockets.add(socket)
    let rest = ''
    socket.setEncoding('utf8')
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
    socket.write(settings.greeting ?? 'Asterisk Call Manager/11.0.0\r\n')
    socket.on('data', (chunk: string) => {
      rest += chunk
      const blocks = rest.split('\r\n\r\n')
      rest = blocks.pop() ?? ''
      for (const block of blocks) {
        const request = readRequest(block)
        requests.push(request)
        const answering =
          answers.get((request.action ?? '').toLowerCase()) ?? errorAnswer('Invalid/unknown command')
        for (const answer of answering(request) ?? []) socket.write(wire(answer))
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(settings.port ?? 0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const sendRaw = (text: string) => {
    for (const socket of sockets) socket.write(text)
  }
  const cut = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    port: address.port,
    requests,
    connections: () => connections,
    send: (...blocks) => sendRaw(blocks.map(wire).join('')),
    sendRaw,
    answer: (action, answering) => answers.set(action.toLowerCase(), answering),
    cut,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve))
      cut()
      await closed
    },
  }
}

function readRequest(block: string): Request {
  return Object.fromEntries(
    block.split('\r\n').map((line) => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
    }),
  )
}
