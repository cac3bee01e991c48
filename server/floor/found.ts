import type { Found, FoundDesk, FoundQueue } from '../../shared/settings.ts'
import { extensionOfMember, otherDevice } from './members.ts'
import type { Floor } from './state.ts'
import type { FloorState } from './step.ts'
import { queuesOf } from './views.ts'

/** What the PBXs have, as far as it bears on desks. */
export type FoundOnFloor = Pick<Found, 'pbxs' | 'strayDevices' | 'queues'> & {
  deviceState: (device: string) => FoundDesk['devices'][number]['state']
  queuesOf: (extension: string) => string[]
}

/**
 * Looks through the floor for queues and phones as the PBXs have them. Trunks are no phones.
 * @param floorName how the floor names a device of a desk
 */
export function foundOn(floor: Floor, floorName: (device: string) => string): FoundOnFloor {
  const { knownDevices, unreachableDevices, extensionOfDevice, options } = floor as FloorState
  const deviceState: FoundOnFloor['deviceState'] = (named) => {
    const device = floorName(named)
    if (!knownDevices.has(device)) return 'unknown'
    return unreachableDevices.has(device) ? 'unreachable' : 'reachable'
  }
  const queues = [...floor.queues.values()].map(({ name, members }): FoundQueue => ({
    queue: name,
    // An agent who is a member by two phones is one member: by the phone in use.
    members: [...members.values()]
      .filter(({ pauseReason }) => pauseReason !== otherDevice)
      .map((member) => ({
        interface: member.interface,
        name: member.memberName,
        extension: extensionOfMember(floor as FloorState, member),
        paused: member.paused,
      })),
  }))
  const strays = [...knownDevices.keys()].filter(
    (device) => !extensionOfDevice.has(device) && !options.trunks.includes(device),
  )
  return {
    pbxs: [...floor.links.values()].map(({ pbx, lostAt }) => ({ pbx, live: lostAt === null })),
    strayDevices: strays.sort().map((device) => ({ device, state: deviceState(device) })),
    queues: queues.sort((a, b) => (a.queue < b.queue ? -1 : 1)),
    deviceState,
    queuesOf: (extension) => queuesOf(floor, extension).sort(),
  }
}
