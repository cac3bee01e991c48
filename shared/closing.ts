import type { Card, ClosedPart, TimelineEntry, Why } from './customers.ts'
import type { Level, SensitivePart } from './verification.ts'

/** The parts of a card that are closed until the caller is verified, each with the level that opens it. */
export type ClosedParts = ReadonlyMap<SensitivePart, Level>

/** The part of the card that an entry of the timeline would tell of. */
const partOfEntry: Partial<Record<TimelineEntry['kind'], SensitivePart>> = {
  purchase: 'purchases',
  payment: 'payments',
}

/** The part of the card that a line of the why box would tell of. */
const partOfWhy: Partial<Record<Why['kind'], SensitivePart>> = { invoice: 'debts' }

const isClosed = (part: SensitivePart | undefined, closed: ClosedParts): boolean =>
  part !== undefined && closed.has(part)

/** How much of each part is on a card, in the order in which they are told. */
function amounts({ debts, payment, timeline, purchases, preferences }: Card): [SensitivePart, number][] {
  return [
    ['debts', debts?.length ?? 0],
    ['paymentData', payment ? 1 : 0],
    ['payments', timeline.filter(({ kind }) => kind === 'payment').length],
    ['purchases', purchases?.length ?? 0],
    ['marked', preferences.filter(({ sensitive }) => sensitive === true).length],
  ]
}

/**
 * A card with parts of it closed: they are absent, and so is all that tells of them elsewhere, save that there is something.
 * What was closed before stays so.
 */
export function closeParts(card: Card, closed: ClosedParts): Card {
  const { debts, payment, purchases, closed: before = [], ...open } = card
  const untold = amounts(card).flatMap(([part, count]): ClosedPart[] => {
    const known = before.find((one) => one.part === part)
    if (known) return [known]
    const opensAt = closed.get(part)
    return opensAt !== undefined && count > 0 ? [{ part, count, opensAt }] : []
  })
  return {
    ...open,
    preferences: open.preferences.filter(({ sensitive }) => !(sensitive && closed.has('marked'))),
    why: closeWhy(open.why, closed),
    timeline: open.timeline.filter(({ kind }) => !isClosed(partOfEntry[kind], closed)),
    ...(debts !== undefined && !closed.has('debts') ? { debts } : {}),
    ...(payment !== undefined && !closed.has('paymentData') ? { payment } : {}),
    ...(purchases !== undefined && !closed.has('purchases') ? { purchases } : {}),
    ...(untold.length > 0 ? { closed: untold } : {}),
  }
}

/** Lines of the why box, those of closed parts without words. That there is something is said once: how often would say more. */
export function closeWhy(lines: readonly Why[], closed: ClosedParts): Why[] {
  const told = lines.map((line): Why =>
    isClosed(partOfWhy[line.kind], closed)
      ? { kind: line.kind, text: '', at: null, overdue: false, closed: true }
      : line,
  )
  const first = told.findIndex((line) => line.closed)
  return told.filter((line, index) => !line.closed || index === first)
}
