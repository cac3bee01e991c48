import type { Difference } from '../../compare/rules.ts'
import type { CelRow } from './cel-rows.ts'
import type { ToldCall } from './told.ts'

const waysOut: Readonly<Record<string, string>> = {
  ParkedCallUnparked: 'retrieved',
  ParkedCallTimeOut: 'timedOut',
  ParkedCallGiveUp: 'gaveUp',
}
/** Whoever hands a call over leaves it at once; who is still in it after that long has made a conference, s. */
const stays = 0.75

/** CEL decides for transfers, parking and pick-up: each that it has, and no other, is told of the same call within a second. */
export function moveDifferences(rows: readonly CelRow[], calls: readonly ToldCall[]): Difference[] {
  const goesOnIn = new Map(calls.map((call) => [call.callId, call.mergedInto ?? call.callId]))
  const callOf = ({ linkedId }: CelRow): string => goesOnIn.get(linkedId) ?? linkedId
  const of = (event: string) => rows.filter((row) => row.event === event)
  const told = <Part>(parts: (call: ToldCall) => readonly Part[]) =>
    calls.flatMap((call) => parts(call).map((part) => ({ callId: call.mergedInto ?? call.callId, part })))

  const attended = of('ATTENDEDTRANSFER').filter((row) => !isConference(row, rows))
  const transfers = [...of('BLINDTRANSFER'), ...attended].map((row) => ({
    callId: callOf(row),
    at: row.at,
    what: `${row.event === 'BLINDTRANSFER' ? 'blind' : 'attended'} transfer by ${extensionOf(row.channel)}`,
  }))
  const toldTransfers = told((call) => call.transfers).map(({ callId, part }) => {
    return { callId, at: part.at, what: `${part.kind} transfer by ${part.byExtension ?? '-'}` }
  })
  const parkings = of('PARK_START').map((row) => {
    const out = rows.find(
      (other) => other.event === 'PARK_END' && other.uniqueId === row.uniqueId && other.at >= row.at,
    )
    return {
      callId: callOf(row),
      at: row.at,
      until: out?.at ?? NaN,
      how: waysOut[out?.extra['reason'] ?? ''],
    }
  })
  const toldParkings = told((call) => call.parkings)
  return [
    ...unpaired(transfers, toldTransfers),
    ...unpaired(
      parkings.map(({ callId, at, how }) => ({ callId, at, what: `parked, ${how ?? 'for ever'}` })),
      toldParkings.map(({ callId, part }) => {
        return { callId, at: part.beganAt, what: `parked, ${part.how ?? 'for ever'}` }
      }),
    ),
    ...parkings.flatMap(({ callId, at, until }) => {
      const same = toldParkings.find((one) => one.callId === callId && Math.abs(one.part.beganAt - at) <= 1)
      if (!same || !(Math.abs(same.part.endedAt - until) > 1)) return []
      return [{ callId, at: until, what: `parked until ${until} there, ${same.part.endedAt} here` }]
    }),
    ...of('PICKUP').flatMap((row) => {
      const extension = extensionOf(row.extra['pickup_channel'] ?? '')
      const contacts = told((call) => call.contacts).filter(({ callId }) => callId === callOf(row))
      const talks = ({ part }: (typeof contacts)[number]): boolean =>
        part.extension === extension && Math.abs(part.beganAt - row.at) <= 1
      const what = `CEL has the call picked up by ${extension}, Ringcard has not`
      return contacts.some(talks) ? [] : [{ callId: callOf(row), at: row.at, what }]
    }),
  ]
}

function isConference(transfer: CelRow, rows: readonly CelRow[]): boolean {
  return rows.some(
    (row) =>
      row.event === 'BRIDGE_EXIT' && row.uniqueId === transfer.uniqueId && row.at > transfer.at + stays,
  )
}

function extensionOf(channel: string): string {
  return /^PJSIP\/(\d{3})(?:-web)?-/.exec(channel)?.[1] ?? '-'
}

function unpaired(
  theirs: readonly { callId: string; at: number; what: string }[],
  ours: readonly { callId: string; at: number; what: string }[],
): Difference[] {
  const left = [...ours]
  const lines: Difference[] = []
  for (const { callId, at, what } of theirs) {
    const index = left.findIndex(
      (other) => other.callId === callId && other.what === what && Math.abs(other.at - at) <= 1,
    )
    if (index >= 0) left.splice(index, 1)
    else lines.push({ callId, at, what: `CEL has, Ringcard has not: ${what}` })
  }
  return [
    ...lines,
    ...left.map(({ callId, at, what }) => ({ callId, at, what: `Ringcard has, CEL has not: ${what}` })),
  ]
}
