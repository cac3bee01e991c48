import type { Logger } from 'pino'
import { isCostly } from '../../shared/phone-numbers.ts'
import type { ReadNumber } from '../../shared/number-reader.ts'
import { createPlaceCommands } from '../asterisk/place-commands.ts'
import type { PbxLinks } from '../asterisk/links.ts'
import type { Config } from '../config.ts'
import { dialString, isShort } from '../control/targets.ts'
import type { Call, Floor } from '../floor/state.ts'
import type { Tasks } from '../tasks/tasks.ts'
import { createPlaces, type CalledNumber, type Places, type PlacesOptions } from './places.ts'

/** What keeping places needs of the other parts of a server. */
export interface PlaceParts {
  pbxs: Config['pbxs']
  links: Pick<PbxLinks, 'of' | 'setVariables'>
  floor: () => Floor
  refuse: PlacesOptions['refuse']
  readNumber: (raw: string, pbx: string) => ReadNumber
  customerOf: (callId: string) => string | null
  tasks: Pick<Tasks, 'mayCall'>
  log: Logger
}

/**
 * The number of who calls as it is called back by itself, without anybody who looks at it: outside, complete, and none that is paid for being
 * called, for whoever calls may show any number.
 * @param prefix what goes before a country's digits on this PBX: `00`
 * @returns null for one that is not called
 */
export function calledNumber(
  party: Call['party'],
  readNumber: (raw: string) => ReadNumber,
  prefix: string,
): CalledNumber | null {
  if (party.number === null || party.restricted || party.erased === true) return null
  const read = readNumber(party.number)
  const exten = dialString(party.number, () => read, prefix)
  if (read.e164 === null || read.kind !== 'outside' || exten === null || isShort(exten)) return null
  return isCostly(read.e164) ? null : { e164: read.e164, exten }
}

/** Makes the keeping of places of a server of its parts. */
export function assemblePlaces(parts: PlaceParts): Places {
  const { pbxs, links, floor, readNumber } = parts
  const pbxNamed = (name: string) => pbxs.find((pbx) => pbx.name === name)

  const numberOf = ({ party, pbx }: Call): CalledNumber | null => {
    const prefix = pbxNamed(pbx)?.INTERNATIONAL_PREFIX ?? '00'
    return calledNumber(party, (raw) => readNumber(raw, pbx), prefix)
  }

  return createPlaces({
    ...{ floor, numberOf, refuse: parts.refuse, log: parts.log },
    commands: createPlaceCommands(links, pbxNamed),
    tell: links.setVariables,
    mayCall: (callId, number) => parts.tasks.mayCall(parts.customerOf(callId), number),
  })
}
