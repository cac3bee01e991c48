import { blockText, type Headers } from './block-text.ts'
import { valueOf, type World } from './world.ts'

/** What an action needs to be answered. */
export interface Asked {
  world: World
  /** PBX's time, ms. */
  now: number
}

type Answer = (action: Headers, asked: Asked) => Headers[]

const success = (...more: [string, string][]): Headers[] => [[['Response', 'Success'], ...more]]
const error = (message: string): Headers[] => [
  [
    ['Response', 'Error'],
    ['Message', message],
  ],
]

const list =
  (
    message: string,
    ending: string,
    items: (action: Headers, asked: Asked) => Headers[] | null,
    /** What else the block that ends it says. */
    more: (action: Headers, asked: Asked) => Headers = () => [],
  ): Answer =>
  (action, asked) => {
    const found = items(action, asked)
    if (found === null) return error('No such object')
    return [
      ...success(['EventList', 'start'], ['Message', message]),
      ...found,
      [
        ['Event', ending],
        ['EventList', 'Complete'],
        ['ListItems', String(found.length)],
        ...more(action, asked),
      ],
    ]
  }

const answers = new Map<string, Answer>([
  ['ping', (_action, { now }) => success(['Ping', 'Pong'], ['Timestamp', (now / 1000).toFixed(6)])],
  ['corestatus', (_action, { world }) => [world.company.coreStatus]],
  ['coresettings', (_action, { world }) => [world.company.coreSettings]],
  [
    'coreshowchannels',
    list('Channels will follow', 'CoreShowChannelsComplete', (_action, { world }) => world.channelItems()),
  ],
  [
    'queuestatus',
    list('Queue status will follow', 'QueueStatusComplete', (_action, { world }) => world.queueItems()),
  ],
  [
    'bridgelist',
    list('Bridge listing will follow', 'BridgeListComplete', (_action, { world }) => world.bridgeItems()),
  ],
  [
    'bridgeinfo',
    list(
      'Bridge channel listing will follow',
      'BridgeInfoComplete',
      (action, { world }) => world.bridgeInfo(valueOf(action, 'bridgeuniqueid')),
      (action, { world }) =>
        world
          .bridgeItems()
          .filter((item) => valueOf(item, 'BridgeUniqueid') === valueOf(action, 'bridgeuniqueid'))
          .flatMap((item) => item.filter(([key]) => key !== 'Event')),
    ),
  ],
  [
    'parkedcalls',
    list(
      'Parked calls will follow',
      'ParkedCallsComplete',
      (_action, { world }) => world.parkedItems(),
      (_action, { world }) => [['Total', String(world.parkedItems().length)]],
    ),
  ],
  [
    'devicestatelist',
    list('Device State Changes will follow', 'DeviceStateListComplete', (_action, { world }) =>
      world.deviceItems(),
    ),
  ],
  ['getvar', getVariable],
  ['setvar', setVariable],
  ['queuepause', pauseMember],
])

/**
 * Answers an action as Asterisk does, in its words.
 * @param action headers with keys in lower case
 * @returns the text of one or more blocks
 */
export function answerAction(action: Headers, asked: Asked): string {
  const name = valueOf(action, 'action')
  const answer = answers.get(name.toLowerCase())
  const blocks = answer
    ? answer(action, asked)
    : name === ''
      ? error('Missing action in request')
      : error(`Invalid/unknown command: ${name}. Use Action: ListCommands to show available commands.`)
  const id = valueOf(action, 'actionid')
  return blocks.map((block) => blockText(isForEverybody(block) ? block : withId(block, id))).join('')
}

/** An event that tells what an action has done is no part of its answer. */
function isForEverybody(block: Headers): boolean {
  return valueOf(block, 'Event') === 'QueueMemberPause'
}

/** The ActionID stands after the first header of each block. */
function withId(block: Headers, id: string): Headers {
  return id === '' ? block : [...block.slice(0, 1), ['ActionID', id], ...block.slice(1)]
}

function getVariable(action: Headers, { world }: Asked): Headers[] {
  const name = valueOf(action, 'variable')
  const channel = valueOf(action, 'channel')
  if (name === '') return error('No variable specified')
  const device = /^DEVICE_STATE\((.+)\)$/.exec(name)?.[1]
  const value =
    device !== undefined
      ? (world.company.devices.get(device) ?? 'INVALID')
      : channel === ''
        ? ''
        : world.variable(channel, name)
  return value === undefined ? error('No such channel') : success(['Variable', name], ['Value', value])
}

function setVariable(action: Headers, { world }: Asked): Headers[] {
  const name = valueOf(action, 'variable')
  const channel = valueOf(action, 'channel')
  if (name === '') return error('No variable specified')
  if (channel !== '' && !world.setVariable(channel, name, valueOf(action, 'value'))) {
    return error('No such channel')
  }
  return success(['Message', 'Variable Set'])
}

function pauseMember(action: Headers, { world, now }: Asked): Headers[] {
  const paused = /^(1|true|yes|y|t|on)$/i.test(valueOf(action, 'paused'))
  const [queue, device] = [valueOf(action, 'queue'), valueOf(action, 'interface')]
  const told = world.pauseMember(queue, device, paused, valueOf(action, 'reason'))
  if (told === null) return error('Interface not found')
  const [event, ...rest] = told
  const stamped: Headers = [...(event ? [event] : []), ['Timestamp', (now / 1000).toFixed(6)], ...rest]
  return [...success(['Message', paused ? 'Interface paused' : 'Interface unpaused']), stamped]
}
