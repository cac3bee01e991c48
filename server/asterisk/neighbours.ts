import { field, leadingField, type AmiBlock } from './fields.ts'

/** The UserEvent by which each Ringcard tells the others on a PBX that it is there. */
export const neighbourEvent = 'RingcardNode'

/** How often it is told, ms; who is not heard for three times as long has gone. */
const tellEveryMs = 30_000

const namePattern = /^[\w-]{1,64}$/

export interface NeighbourSettings {
  /** This node's name among others. */
  node: string
  /** Different for each process: two that share a name are two. */
  instance: string
  /** Tells the PBX, which tells everybody on it. @throws AmiError where the AMI user may not (class user in `write`) */
  tell: (fields: Readonly<Record<string, string>>) => Promise<unknown>
  /** The names of the others, as soon as they are others than before; empty when nobody is left. */
  onOthers: (nodes: readonly string[]) => void
  /** Our clock, ms. */
  now: () => number
  everyMs?: number
}

/** Other Ringcards on the same PBX: each call would be kept and shown by both, and no figure would be right. */
export interface Neighbours {
  /** Takes a UserEvent of that name. */
  hear: (block: AmiBlock) => void
  /** Begins to tell; to be called for each new connection. */
  start: () => void
  stop: () => void
}

export function createNeighbours(settings: NeighbourSettings): Neighbours {
  const { node, instance, now, everyMs = tellEveryMs } = settings
  const heardAt = new Map<string, number>()
  const names = new Map<string, string>()
  let told = ''
  let timer: NodeJS.Timeout | undefined

  const tell = () => {
    settings.tell({ UserEvent: neighbourEvent, Node: node, Instance: instance }).catch(() => {
      // Who may not tell can still hear. What is missing is what pbx:check says.
    })
  }
  const report = () => {
    for (const [one, at] of heardAt) {
      if (now() - at <= 3 * everyMs) continue
      heardAt.delete(one)
      names.delete(one)
    }
    const others = [...names.values()].sort()
    if (others.join() === told) return
    told = others.join()
    settings.onOthers(others)
  }
  return {
    hear: (block) => {
      const from = field(block, 'instance') ?? ''
      const name = field(block, 'node') ?? ''
      // Any dialplan may send a UserEvent: it is a hint, never more than a few.
      if (from === instance || !namePattern.test(from) || !namePattern.test(name)) return
      if (!heardAt.has(from) && heardAt.size >= 10) return
      const isNew = !heardAt.has(from)
      heardAt.set(from, now())
      names.set(from, name)
      // So that whoever has just come knows of us at once.
      if (isNew) tell()
      report()
    },
    start: () => {
      clearInterval(timer)
      tell()
      timer = setInterval(() => {
        tell()
        report()
      }, everyMs)
      timer.unref()
    },
    stop: () => clearInterval(timer),
  }
}

/** Whether a UserEvent is another Ringcard's sign of life. */
export function isNeighbour(block: AmiBlock): boolean {
  return block.event === 'UserEvent' && leadingField(block, 'userevent') === neighbourEvent
}
