import type { MemberInfo } from './events.ts'
import type { Member } from './state.ts'

/**
 * Why a member is paused that is a phone of an agent who takes calls by another one. Such a pause says nothing of whether the
 * agent takes calls.
 */
export const otherDevice = 'ringcard:other-device'

/** Why a member is paused whose agent signed out of that queue, and whom a file of the PBX names there. */
export const leftQueue = 'ringcard:signed-out-of-queue'

/** Whether a PBX says of a member what it said before. */
export function isSameMember(known: Member | undefined, member: MemberInfo, pbx: string): boolean {
  return (
    known?.pbx === pbx &&
    known.paused === member.paused &&
    known.pauseReason === member.pauseReason &&
    known.deviceState === member.deviceState &&
    known.stateInterface === member.stateInterface &&
    known.memberName === member.memberName &&
    known.penalty === member.penalty
  )
}

type Named = Pick<MemberInfo, 'interface' | 'stateInterface'>

/** The directory, as far as it tells whose phone is whose. */
export interface Directory {
  /** `PJSIP/201` → `201`. */
  readonly extensionOfDevice: ReadonlyMap<string, string>
  /** By extension. */
  readonly agents: ReadonlyMap<string, { readonly interfaces: readonly string[] }>
}

/**
 * Whose phone a queue member is: by its state interface, its own name, or the number that a Local member dials, as
 * FreePBX writes its members (`Local/201@from-queue/n`, with the state of `hint:201@ext-local`).
 */
export function extensionOfMember(directory: Directory, member: Named): string | null {
  const { extensionOfDevice } = directory
  const direct = extensionOfDevice.get(member.stateInterface) ?? extensionOfDevice.get(member.interface)
  return (
    direct ??
    extensionDialled(directory, member.interface) ??
    extensionDialled(directory, member.stateInterface)
  )
}

const dials = /^([a-z0-9-]+\/)?(?:Local\/|hint:)(\d+)@/

/** A number means a desk of the same PBX: the desk of that extension, else the one whose phone has that name. */
function extensionDialled(directory: Directory, name: string): string | null {
  const [, prefix = '', number] = dials.exec(name) ?? []
  if (number === undefined) return null
  const agent = directory.agents.get(number)
  const isThere = agent?.interfaces.some((device) => device.startsWith(prefix)) ?? false
  if (agent && (prefix === '' || isThere)) return number
  const phone = (technology: string) => directory.extensionOfDevice.get(`${prefix}${technology}/${number}`)
  return phone('PJSIP') ?? phone('SIP') ?? null
}
