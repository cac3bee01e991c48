import type { PbxCheck } from '../../shared/pbx-check.ts'
import { ProblemError } from '../../shared/problems.ts'
import type { Handlers } from '../http/mount.ts'
import { checkPbx, type CheckSettings } from './check/check.ts'
import { AmiError } from './errors.ts'

/**
 * How the PBXs are asked over HTTP.
 * @param desksNow the desks with their devices as the floor names them
 */
export function pbxRoutes(
  pbxs: readonly CheckSettings['pbx'][],
  desksNow: () => CheckSettings['desks'],
): Pick<Handlers, 'pbx.check'> {
  /** By PBX the look that is under way: a second person sees the same, and the PBX is asked once. */
  const looking = new Map<string, Promise<PbxCheck>>()

  async function look(pbx: CheckSettings['pbx']): Promise<PbxCheck> {
    try {
      return await checkPbx({ pbx, desks: desksNow(), now: Date.now })
    } catch (error) {
      if (!(error instanceof AmiError)) throw error
      throw new ProblemError('pbx.unreachable', { detail: error.message, cause: error })
    }
  }
  return {
    'pbx.check': ({ params }) => {
      const pbx = pbxs.find(({ name }) => name === params.pbx)
      if (!pbx) throw new ProblemError('pbx.unknown')
      const running =
        looking.get(pbx.name) ??
        look(pbx).finally(() => {
          looking.delete(pbx.name)
        })
      looking.set(pbx.name, running)
      return running
    },
  }
}
