import type { DeskCall, Party } from '../../shared/calls.ts'
import type { Pop } from '../../shared/customers.ts'
import { useTexts } from '../locales/i18n.ts'

/** How a call is named on screen, in notifications and to screen readers: one answer everywhere. */
export function useCallWords() {
  const { t } = useTexts()

  /** What the network says: the number, else its name, else unknown. A withheld number is never shown. */
  function partyName(party: Party): string {
    if (party.withheld) return t('call.unknown')
    if (party.name !== null && party.name.trim() !== '') return party.name
    return party.display === '' ? t('call.unknown') : party.display
  }

  /** Who is calling, as far as it is known. */
  function callName(call: DeskCall, pop: Pop | null): string {
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

  return { partyName, callName, number, queueName }
}
