import type { AuditAction } from '../../shared/administration.ts'
import type { Pop } from '../../shared/customers.ts'
import type { Me } from '../../shared/people.ts'
import { ProblemError } from '../../shared/problems.ts'
import type { Handlers } from '../http/mount.ts'
import type { Customers } from './customers.ts'
import type { MatchedCall } from './matching.ts'

type CustomerRoute =
  | Exclude<Extract<keyof Handlers, `customers.${string}`>, 'customers.erase' | 'customers.erasure'>
  | 'calls.choose'
  | 'calls.create'
  | 'calls.unlink'

/**
 * How customers are asked over HTTP, and who is calling is said. To erase one takes more than this part.
 * @param audit keeps who did what to which customer
 */
export function customerRoutes(
  customers: Customers,
  audit: (action: AuditAction, actorId: string, customerId: string) => Promise<void>,
): Pick<Handlers, CustomerRoute> {
  const answer = (call: MatchedCall, me: Me): Pop => customers.popFor(call, me)
  return {
    'customers.search': ({ query }) => customers.search(query.q, query.limit),

    'customers.read': async ({ params, me }) => {
      const card = await customers.readCard(params.customerId, me)
      if (!card) throw new ProblemError('right.missing')
      return card
    },

    'customers.addNote': ({ params, body, me }) => customers.addNote(params.customerId, body, me),

    'customers.edit': async ({ params, body, me }) => {
      const card = await customers.editCard(params.customerId, body, me)
      if (!card) throw new ProblemError('right.missing')
      return card
    },

    'customers.edits': ({ params, me }) => customers.editsOfCard(params.customerId, me),

    'customers.setPin': async ({ params, body, me }) => {
      await customers.setPin(params.customerId, body.pin, me)
      await audit(body.pin === null ? 'pin.removed' : 'pin.given', me.personId, params.customerId)
      return null
    },

    'calls.choose': async ({ params, body, me }) =>
      answer(await customers.choose(params.callId, body.customerId, body.remember, me), me),

    'calls.create': async ({ params, body, me }) =>
      answer(await customers.createForCall(params.callId, body, me), me),

    'calls.unlink': async ({ params, me }) => answer(await customers.unlink(params.callId, me), me),
  }
}
