import type { DeskCall, Party } from '../../shared/calls.ts'
import type { Pop } from '../../shared/customers.ts'
import { useTexts } from '../locales/i18n.ts'
import { useSession } from '../session/session.ts'
import type { Notice } from './notifications.ts'

/** How a call is named on screen, in notifications and to screen readers: one answer everywhere. */
export function useCallWords() {
  const { t } = useTexts()
  const session = useSession()

  /** What the network says: its name, else the number, else unknown. A withheld number is never shown, an erased one is no more. */
  function partyName(party: Party): string {
    if (party.erased === true) return t('call.erased')
    if (party.withheld) return t('call.unknown')
    if (isHidden(party)) return t('call.hidden')
    if (party.name !== null && party.name.trim() !== '') return party.name
    return party.display === '' ? t('call.unknown') : party.display
  }

  /** The server tells whoever may not read cards neither number nor name, which is not the same as none. */
  function isHidden({ display, name }: Party): boolean {
    return display === '' && name === null && !session.rights.has('card.read')
  }

  /** Who is calling, as far as it is known. */
  function callName(call: DeskCall, pop: Pop | null): string {
    // The network's name is that of whose phone it is.
    if (pop?.match.takenOff !== undefined && !call.party.withheld) return call.party.display
    return pop?.card?.name ?? partyName(call.party)
  }

  function number(party: Party): string {
    return party.withheld ? t('call.withheld') : party.display
  }

  function queueName(call: Pick<DeskCall, 'queue' | 'direction'>): string {
    if (call.queue !== null) return call.queue
    if (call.direction === 'outbound') return t('call.outbound')
    return call.direction === 'internal' ? t('call.internal') : t('call.direct')
  }

  /** What a desktop notification says of a call that rings. */
  function notice(call: DeskCall, pop: Pop | null): Notice {
    const body = t('call.notifyBody', { queue: queueName(call), number: number(call.party) })
    return { id: call.callId, title: callName(call, pop), body }
  }

  return { partyName, callName, number, queueName, notice }
}
