import type { Logger } from 'pino'
import type { ReadNumber } from '../../shared/number-reader.ts'
import { createPlaceCommands } from '../asterisk/place-commands.ts'
import type { PbxLinks } from '../asterisk/links.ts'
import type { Config } from '../config.ts'
import { dialString, isShort } from '../control/targets.ts'
import type { Call, Floor } from '../floor/state.ts'
import type { Tasks } from '../tasks/tasks.ts'
import { createPlaces, type Places, type PlacesOptions } from './places.ts'

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

/** Makes the keeping of places of a server of its parts. */
export function assemblePlaces(parts: PlaceParts): Places {
  const { pbxs, links, floor, readNumber } = parts
  const pbxNamed = (name: string) => pbxs.find((pbx) => pbx.name === name)

  function numberOf({ party, pbx }: Call): { e164: string; exten: string } | null {
    if (party.number === null || party.restricted || party.erased === true) return null
    const read = readNumber(party.number, pbx)
    const prefix = pbxNamed(pbx)?.INTERNATIONAL_PREFIX ?? '00'
    const exten = dialString(party.number, () => read, prefix)
    if (read.e164 === null || read.kind !== 'outside' || exten === null || isShort(exten)) return null
    return { e164: read.e164, exten }
  }

  return createPlaces({
    ...{ floor, numberOf, refuse: parts.refuse, log: parts.log },
    commands: createPlaceCommands(links, pbxNamed),
    tell: links.setVariables,
    mayCall: (callId, number) => parts.tasks.mayCall(parts.customerOf(callId), number),
  })
}
