import type { Logger } from 'pino'
import type { ReadNumber } from '../../shared/number-reader.ts'
import { createCallCommands, type CallCommands } from '../asterisk/call-commands.ts'
import type { PbxLinks } from '../asterisk/links.ts'
import type { Config } from '../config.ts'
import { numberOn, phoneInUse } from '../desks.ts'
import type { Agents } from '../agents/agents.ts'
import type { Fact } from '../floor/facts.ts'
import type { Floor } from '../floor/state.ts'
import type { History } from '../history/history.ts'
import type { Phones } from '../phone/phone.ts'
import type { PhoneBook } from '../phone-book/phone-book.ts'
import { createControl, type Control } from './control.ts'
import { createDeskPhones } from './desk-phone.ts'
import { createDialling, type Dialling } from './dial.ts'
import { createPickUps, type PickUps } from './pick-up.ts'

/** What the control of calls needs of the other parts of a server. */
export interface ControlParts {
  pbxs: Config['pbxs']
  links: Pick<PbxLinks, 'of'>
  floor: () => Floor
  history: Pick<History, 'keepWord' | 'wordsOf'>
  agents: Pick<Agents, 'viewOf'>
  phones: () => Pick<Phones, 'browserOf'>
  phoneBook: Pick<PhoneBook, 'list'>
  readNumber: (raw: string, pbx: string) => ReadNumber
  nameOf: (personId: string) => string | null
  /** More is said of a call than its desks show. */
  onWord: (callId: string) => void
  log: Logger
}

/** All by which agents do something with calls, and by which they make them. */
export interface CallControl {
  commands: CallCommands
  control: Control
  dialling: Dialling
  pickUps: PickUps
  /** Whether the phone in use at a desk was told something and did not do it. */
  isDeaf: (extension: string | null) => boolean
  /** What happened on the floor, in order. */
  take: (facts: readonly Fact[]) => void
  stop: () => void
}

/** Makes the control of calls of a server of its parts. */
export function assembleControl(parts: ControlParts): CallControl {
  const { pbxs, floor, readNumber, nameOf, log } = parts
  const pbxNamed = (name: string) => pbxs.find((pbx) => pbx.name === name)
  const prefixOf = (pbx: string) => pbxNamed(pbx)?.prefix ?? ''
  const internationalPrefix = (pbx: string) => pbxNamed(pbx)?.INTERNATIONAL_PREFIX ?? '00'
  const commands = createCallCommands(parts.links, pbxNamed)
  const deskPhones = createDeskPhones({ floor, commands })
  const control = createControl({
    ...{ floor, commands, deskPhones, readNumber, internationalPrefix, nameOf, log },
    contacts: () =>
      parts.phoneBook
        .list()
        .map(({ entryId, entry: { name, number, group } }) => ({ entryId, name, number, group })),
    numberOn: (extension, pbx) => {
      const desk = floor().agents.get(extension)
      return desk ? numberOn(desk, prefixOf(pbx)) : null
    },
    isReady: (extension) => (parts.agents.viewOf(extension)?.state ?? 'ready') === 'ready',
    queueOn: (queue, pbx) => {
      const prefix = prefixOf(pbx)
      return queue.startsWith(prefix) ? queue.slice(prefix.length) : null
    },
    deviceOn: (device, pbx) => device.slice(prefixOf(pbx).length),
    keepWord: parts.history.keepWord,
    wordsOf: parts.history.wordsOf,
    onWord: parts.onWord,
  })
  const ownPhones = {
    ...{ floor, commands, log },
    phoneOf: (extension: string) =>
      phoneInUse(
        floor().agents.get(extension),
        parts.agents.viewOf(extension)?.device ?? 'desk',
        parts.phones().browserOf(extension),
        pbxs,
      ),
    busy: new Set<string>(),
  }
  const dialling = createDialling({ ...ownPhones, readNumber, internationalPrefix })
  const pickUps = createPickUps({ ...ownPhones, nameOf })
  const all = [control, deskPhones, dialling, pickUps]
  return {
    ...{ commands, control, dialling, pickUps },
    isDeaf: (extension) => deskPhones.isDeaf(ownPhones.phoneOf(extension ?? '')?.device ?? ''),
    take: (facts) => {
      for (const one of all) one.take(facts)
    },
    stop: () => {
      for (const one of all) one.stop()
    },
  }
}
