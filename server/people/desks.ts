import { ProblemError } from '../../shared/problems.ts'
import { refuseOutdated, versionOf } from '../database/versioned.ts'
import { detailsOf } from './audit.ts'
import type { PeopleChanges } from './changes.ts'
import type { PeopleMemory } from './memory.ts'
import type { DeskDocument, PeopleStore } from './model.ts'

/** How desks are set up: which there are, and which devices ring for each. In effect on the floor at once. */
export function createDeskManagement(store: PeopleStore, memory: PeopleMemory, changes: PeopleChanges) {
  const known = (extension: string): DeskDocument => {
    const desk = memory.desks.get(extension)
    if (desk === undefined) throw new ProblemError('desk.unknown')
    return desk
  }

  /** A device rings for one desk: for two, nobody could say whose call it is. */
  const refuseSharedDevices = (extension: string, devices: readonly string[]): void => {
    for (const desk of memory.desks.values()) {
      if (desk._id === extension) continue
      const shared = desk.interfaces.find((device) => devices.includes(device))
      if (shared !== undefined) {
        throw new ProblemError('desk.device_taken', { detail: `${shared} stands at desk ${desk._id}.` })
      }
    }
  }

  return {
    /** @throws ProblemError `desk.exists`, `desk.device_taken` */
    add: (extension: string, devices: readonly string[], actorId: string): Promise<void> =>
      changes.inTurn(async () => {
        if (memory.desks.has(extension)) throw new ProblemError('desk.exists')
        refuseSharedDevices(extension, devices)
        const interfaces = [...new Set(devices)]
        const version = await changes.write(() => store.addDesk(extension, interfaces))
        memory.setDesk({ _id: extension, interfaces, personId: null, version })
        await changes.audit(
          'desk.added',
          actorId,
          extension,
          ['devices'],
          detailsOf({}, { devices: interfaces }),
        )
      }),

    /** @throws ProblemError `desk.unknown`, `desk.device_taken`, `edit.outdated` */
    change: (
      extension: string,
      devices: readonly string[],
      version: number,
      actorId: string,
    ): Promise<void> =>
      changes.inTurn(async () => {
        const before = known(extension)
        refuseOutdated(before, version)
        refuseSharedDevices(extension, devices)
        const interfaces = [...new Set(devices)]
        await changes.writeUnlessOutdated(() => store.updateDesk(before, interfaces))
        memory.setDesk({ ...before, interfaces, version: versionOf(before) + 1 })
        const details = detailsOf({ devices: before.interfaces }, { devices: interfaces })
        await changes.audit('desk.changed', actorId, extension, ['devices'], details)
      }),

    /** @throws ProblemError `desk.unknown`, `desk.taken` (somebody sits there), `edit.outdated` */
    remove: (extension: string, version: number, actorId: string): Promise<void> =>
      changes.inTurn(async () => {
        const before = known(extension)
        refuseOutdated(before, version)
        if (before.personId !== null) throw new ProblemError('desk.taken')
        await changes.writeUnlessOutdated(() => store.removeDesk(before))
        memory.removeDesk(extension)
        const details = detailsOf({ devices: before.interfaces }, {})
        await changes.audit('desk.removed', actorId, extension, ['devices'], details)
      }),
  }
}
