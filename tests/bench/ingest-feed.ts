import { startSimulator } from '../../lab/simulator/simulator.ts'
import { benchCompany } from './center.ts'
import { makeStream } from './ingest-stream.ts'
import type { FeedMessage, FeedRequest } from './messages.ts'

/*
 * The PBX of `bench -- ingest`, in a process of its own: makes a stream, holds it in memory, and writes it to whoever is
 * logged in as fast as it is read.
 */
const tell = (message: FeedMessage) => process.send?.(message)
let text = ''
let send: (text: string) => void = () => undefined

process.on('message', (request: FeedRequest) => {
  if (request.type === 'go') {
    send(text)
    return
  }
  void (async () => {
    const agentsOf = new Map(request.agentsOf)
    const stream = await makeStream(request.calls, request.unfiltered, agentsOf)
    const simulator = await startSimulator({
      company: await benchCompany(agentsOf),
      username: 'ringcard',
      secret: request.secret,
      systemName: 'bench',
    })
    text = stream.text
    send = simulator.send
    const { blocks, calls, bytes } = stream
    tell({ type: 'made', port: simulator.port, blocks, calls, bytes })
  })()
})
process.once('disconnect', () => process.exit(0))
