import { header } from './block-text.ts'
import type { Trace } from '../traces/trace.ts'

/** A place in a recorded block where each playing puts a value of its own. */
export type Slot =
  | { kind: 'unique' | 'serial' | 'bridge' | 'extension' | 'queue'; index: number }
  | { kind: 'caller' | 'dialled' }
  | { kind: 'time'; atMs: number }

/** One block of a trace, cut once into what stays and what changes. */
export interface Step {
  /** Milliseconds after the start of the trace. */
  atMs: number
  event: string
  parts: readonly (string | Slot)[]
  /** The first block that names the customer and an agent. */
  makesOffer: boolean
}

/** A trace made ready to be played many times. */
export interface Template {
  name: string
  steps: readonly Step[]
  /** Seconds-of-start of the channels in `unique` slots, as ms after the start of the trace. */
  channelStarts: readonly number[]
  /** As recorded, in the order of their slots. */
  extensions: readonly string[]
  queues: readonly string[]
  caller: string | null
  dialled: string | null
}

/** What a template is made of: a recorded trace has it, and so has one put together from several. */
export type Recording = Pick<Trace, 'name' | 'startedAt' | 'pieces'>

const escape = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
const distinct = (text: string, pattern: RegExp) => [
  ...new Set([...text.matchAll(pattern)].map((match) => match[1] ?? '')),
]

/** Cuts a recording into literal text and slots. Whatever is no whole block at its end is left out. */
export function compileTemplate({ name, startedAt, pieces }: Recording): Template {
  const whole = pieces.filter(({ text }) => text.endsWith('\r\n\r\n') && header(text, 'Event') !== undefined)
  const all = whole.map(({ text }) => text).join('')
  const uniques = distinct(all, /^\w*Uniqueid: ((?:[\w-]+-)?\d{9,}\.\d+)\r$/gm)
  const serials = distinct(all, /^\w*Channel: [^\r]+-([0-9a-f]{8})(?:;[12])?\r$/gm)
  const bridges = distinct(all, /^BridgeUniqueid: ([^\r]+)\r$/gm)
  const extensions = distinct(all, /(?:PJSIP|Local)\/(\d{2,6})(?=[-@&\r])/g)
  const queues = distinct(all, /^Queue: ([^\r]+)\r$/gm)
  const { caller, dialled } = partiesOf(whole.map(({ text }) => text))

  const indexed = (kind: 'unique' | 'serial' | 'bridge' | 'extension' | 'queue', values: string[]) =>
    values.map((value, index): [string, Slot] => [value, { kind, index }])
  const slots = new Map<string, Slot>([
    ...indexed('queue', queues),
    ...indexed('extension', extensions),
    ...indexed('serial', serials),
    ...indexed('bridge', bridges),
    ...indexed('unique', uniques),
  ])
  if (dialled !== null) slots.set(dialled, { kind: 'dialled' })
  if (caller !== null) slots.set(caller, { kind: 'caller' })
  const either = (values: (string | null)[]) =>
    values
      .filter((value) => value !== null)
      .sort((a, b) => b.length - a.length)
      .map(escape)
      .join('|') || '(?!)'
  const places = new RegExp(
    [
      '(?<=^Timestamp: )\\d+\\.\\d+',
      either([...uniques, ...bridges]),
      `(?<=-)(?:${either(serials)})(?![0-9a-f])`,
      either([caller, dialled]),
      `(?<=^Queue: |^AppData: )(?:${either(queues)})(?=[,\\r])`,
      `(?<![\\w.+])(?:${either(extensions)})(?![\\w.])`,
    ].join('|'),
    'gm',
  )

  let offered = false
  const steps = whole.map(({ atMs, text }): Step => {
    const event = header(text, 'Event') ?? ''
    const makesOffer =
      !offered && (event === 'AgentCalled' || event === 'DialBegin') && text.includes('\r\nChannel: ')
    offered ||= makesOffer
    return { atMs, event, parts: cut(text, places, slots, startedAt), makesOffer }
  })
  const channelStarts = uniques.map((unique) => Number(/(\d{9,})\.\d+$/.exec(unique)?.[1]) * 1000 - startedAt)
  return { name, steps, channelStarts, extensions, queues, caller, dialled }
}

/** Puts values into the slots of a block. */
export function renderStep(step: Step, valueOf: (slot: Slot) => string): string {
  let text = ''
  for (const part of step.parts) text += typeof part === 'string' ? part : valueOf(part)
  return text
}

function cut(
  text: string,
  places: RegExp,
  slots: ReadonlyMap<string, Slot>,
  startedAt: number,
): (string | Slot)[] {
  const parts: (string | Slot)[] = []
  let from = 0
  for (const match of text.matchAll(places)) {
    const slot = slots.get(match[0]) ?? { kind: 'time', atMs: Number(match[0]) * 1000 - startedAt }
    if (match.index > from) parts.push(text.slice(from, match.index))
    parts.push(slot)
    from = match.index + match[0].length
  }
  if (from < text.length) parts.push(text.slice(from))
  return parts
}

/** The numbers of the customer and of ours: the first channel tells, and whether it came in by the trunk. */
function partiesOf(blocks: readonly string[]): Pick<Template, 'caller' | 'dialled'> {
  const first = blocks.find((text) => header(text, 'Event') === 'Newchannel') ?? ''
  const number = (key: string) => {
    const value = header(first, key) ?? ''
    return /^\+?\d{7,}$/.test(value) ? value : null
  }
  return header(first, 'Channel')?.startsWith('PJSIP/trunk') === true
    ? { caller: number('CallerIDNum'), dialled: number('Exten') }
    : { caller: number('Exten'), dialled: null }
}
