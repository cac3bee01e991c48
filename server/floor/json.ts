import { mapMembers } from './agents.ts'
import { emptyState, type FloorState } from './step.ts'
import type { Floor, FloorOptions } from './state.ts'

/** What a checkpoint holds: maps as lists of pairs, sets as lists. Opaque to whoever stores it. */
export type FloorJson = Record<string, unknown> & { format: number }

/** Raise it whenever anything that stands in a floor changes: what was written in another format is not read. */
export const floorFormat = 3

const mapNames = [
  'channels',
  'bridges',
  'agents',
  'links',
  'extensionOfDevice',
  'tellOf',
  'knownDevices',
] as const satisfies readonly (keyof FloorState)[]
const setNames = ['unreachableDevices', 'unsettled', 'ended'] as const satisfies readonly (keyof FloorState)[]

/** Writes a floor down as plain JSON, so that it can be kept and compared. */
export function floorToJson(floor: Floor): FloorJson {
  const state = floor as FloorState
  const json: FloorJson = {
    format: floorFormat,
    calls: [...state.calls].map(([id, call]) => [id, { ...call, channelIds: [...call.channelIds] }]),
    queues: [...state.queues].map(([name, queue]) => [name, { ...queue, members: [...queue.members] }]),
  }
  for (const name of mapNames) json[name] = [...state[name]]
  for (const name of setNames) json[name] = [...state[name]]
  json['callsOfExtension'] = [...state.callsOfExtension].map(([key, set]) => [key, [...set]])
  return json
}

/**
 * Makes a floor of what `floorToJson` wrote.
 * @param json from a checkpoint; with the format of this version its shape is trusted
 * @throws Error when it is of another format
 */
export function floorFromJson(json: unknown, options: FloorOptions): Floor {
  if (!isOurs(json)) throw new Error(`This is no floor of format ${floorFormat}.`)
  const state = emptyState(options)
  for (const name of mapNames) fill(state[name], json[name])
  for (const name of setNames) for (const item of list(json[name])) state[name].add(String(item))
  for (const [key, items] of pairs(json['callsOfExtension'])) {
    state.callsOfExtension.set(key, new Set(list(items).map(String)))
  }
  for (const [id, call] of pairs(json['calls'])) {
    const { channelIds, ...rest } = call as Record<string, unknown>
    ;(state.calls as Map<string, unknown>).set(id, { ...rest, channelIds: new Set(list(channelIds)) })
  }
  for (const [name, queue] of pairs(json['queues'])) {
    const { members, ...rest } = queue as Record<string, unknown>
    ;(state.queues as Map<string, unknown>).set(name, { ...rest, members: new Map(pairs(members)) })
  }
  mapMembers(state)
  return state
}

function isOurs(json: unknown): json is FloorJson {
  return typeof json === 'object' && json !== null && 'format' in json && json.format === floorFormat
}

function fill(map: Map<string, unknown>, json: unknown): void {
  for (const [key, value] of pairs(json)) map.set(key, value)
}

function list(json: unknown): unknown[] {
  return Array.isArray(json) ? (json as unknown[]) : []
}

function pairs(json: unknown): [string, unknown][] {
  return list(json) as [string, unknown][]
}
