import { randomUUID } from 'node:crypto'
import type { Slot, Template } from './template.ts'

/** Who takes part in one playing of a template. What is left out stays as it was recorded. */
export interface Cast {
  caller?: string
  dialled?: string
  /** Gives the extension in place of a recorded one; asked once for each, when it is first named. */
  extension?: (recorded: string, index: number) => string
  queue?: (recorded: string) => string
}

/** The counters of one simulated PBX, from which new ids come. */
export interface Ids {
  systemName: string
  channels: number
  serials: number
}

/** One playing of a template: its own ids, numbers and times, made when they are first needed. */
export class PlayedCall {
  private readonly values = new Map<string, string>()
  private readonly template: Template
  private readonly cast: Cast
  private readonly ids: Ids
  private readonly startedAt: number
  /** Turns ms after the recording's start into ms after this playing's start. */
  private readonly retime: (atMs: number) => number

  constructor(
    template: Template,
    cast: Cast,
    ids: Ids,
    startedAt: number,
    retime: (atMs: number) => number = (atMs) => atMs,
  ) {
    this.template = template
    this.cast = cast
    this.ids = ids
    this.startedAt = startedAt
    this.retime = retime
  }

  /** The id of the call's first channel, and with it of the call. */
  get firstUnique(): string {
    return this.valueOf({ kind: 'unique', index: 0 })
  }

  readonly valueOf = (slot: Slot): string => {
    switch (slot.kind) {
      case 'time':
        return ((this.startedAt + this.retime(slot.atMs)) / 1000).toFixed(6)
      case 'caller':
        return this.cast.caller ?? this.template.caller ?? ''
      case 'dialled':
        return this.cast.dialled ?? this.template.dialled ?? ''
      default: {
        const key = `${slot.kind} ${slot.index}`
        const known = this.values.get(key)
        if (known !== undefined) return known
        const made = this.make(slot.kind, slot.index)
        this.values.set(key, made)
        return made
      }
    }
  }

  private make(kind: 'unique' | 'serial' | 'bridge' | 'extension' | 'queue', index: number): string {
    const { template, cast, ids } = this
    switch (kind) {
      case 'unique': {
        const at = this.startedAt + this.retime(template.channelStarts[index] ?? 0)
        return `${ids.systemName}-${Math.floor(at / 1000)}.${(ids.channels += 1)}`
      }
      case 'serial':
        return (ids.serials += 1).toString(16).padStart(8, '0')
      case 'bridge':
        return randomUUID()
      case 'extension': {
        const recorded = template.extensions[index] ?? ''
        return cast.extension?.(recorded, index) ?? recorded
      }
      case 'queue': {
        const recorded = template.queues[index] ?? ''
        return cast.queue?.(recorded) ?? recorded
      }
    }
  }
}
