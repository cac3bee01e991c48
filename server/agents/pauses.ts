import { isSamePause, type Pause } from './status.ts'

/** A member of one queue, as the floor names it. */
export interface MemberName {
  pbx: string
  queue: string
  interface: string
}

/**
 * What was said to the PBX of each member and not heard back yet, and what somebody else did there that was left as it is. By
 * it is told whose doing it was when a member comes to be paused or not: the PBX does not say.
 */
export interface Pauses {
  /** Something is said to the PBX. @returns by what it can be taken back */
  say: (member: MemberName, pause: Pause, at: number) => object
  /** It was refused: nothing of it will be heard. */
  unsay: (member: MemberName, said: object) => void
  /** What was said last and not heard yet; null for nothing. */
  pending: (member: MemberName, now: number) => Pause | null
  /** The PBX tells how a member stands. @returns whether that is our own doing */
  hear: (member: MemberName, pause: Pause, now: number) => boolean
  /** A member is to stay as somebody else set it. */
  leave: (member: MemberName) => void
  isLeft: (member: MemberName) => boolean
  /** A member is to stand as the status says. */
  claim: (member: MemberName) => void
  /** Nothing that was said to this PBX will be heard any more. */
  forget: (pbx: string) => void
}

/** What was not heard within this is not waited for any more, ms. */
const heardWithinMs = 5_000

export function createPauses(): Pauses {
  const said = new Map<string, { pause: Pause; at: number }[]>()
  const left = new Set<string>()
  const keyOf = ({ pbx, queue, interface: device }: MemberName) => [pbx, queue, device].join('\n')
  const waiting = (key: string, now: number) => {
    const all = (said.get(key) ?? []).filter(({ at }) => now - at < heardWithinMs)
    if (all.length === 0) said.delete(key)
    else said.set(key, all)
    return all
  }

  return {
    say: (member, pause, at) => {
      const key = keyOf(member)
      const one = { pause, at }
      said.set(key, [...waiting(key, at), one])
      return one
    },
    unsay: (member, one) => {
      const key = keyOf(member)
      const others = (said.get(key) ?? []).filter((each) => each !== one)
      if (others.length === 0) said.delete(key)
      else said.set(key, others)
    },
    pending: (member, now) => waiting(keyOf(member), now).at(-1)?.pause ?? null,
    hear: (member, pause, now) => {
      const key = keyOf(member)
      const all = waiting(key, now)
      const found = all.findIndex((one) => isSamePause(one.pause, pause))
      if (found === -1) return false
      // The PBX keeps the order: what was said before has been done, and is over.
      if (found === all.length - 1) said.delete(key)
      else said.set(key, all.slice(found + 1))
      return true
    },
    leave: (member) => void left.add(keyOf(member)),
    isLeft: (member) => left.has(keyOf(member)),
    claim: (member) => void left.delete(keyOf(member)),
    forget: (pbx) => {
      for (const key of said.keys()) if (key.startsWith(`${pbx}\n`)) said.delete(key)
    },
  }
}
