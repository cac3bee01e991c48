import type { z } from 'zod'
import type { Api, RouteName } from '../../shared/api.ts'
import type { Card, Pop } from '../../shared/customers.ts'
import type { Me } from '../../shared/people.ts'
import { ProblemError } from '../../shared/problems.ts'
import { popFor, type Customers } from './customers.ts'
import type { MatchedCall } from './matching.ts'

/** The parsed part of a request, where the route has one. */
type Part<Name extends RouteName, Key extends 'params' | 'query' | 'body'> = Api[Name] extends {
  [key in Key]: infer Schema extends z.ZodType
}
  ? z.infer<Schema>
  : undefined

/** A request as a route's handler gets it: already parsed by the route's schemas, from somebody who has its right. */
export interface CustomerRequest<Name extends RouteName> {
  params: Part<Name, 'params'>
  query: Part<Name, 'query'>
  body: Part<Name, 'body'>
  me: Me
}

/**
 * The handlers of the customers' routes, by their names in the table of routes.
 * @param now ms since epoch
 */
export function customerRoutes(customers: Customers, now: () => number = Date.now) {
  const answer = (call: MatchedCall, me: Me): Pop => popFor(call, me.rights, now())
  return {
    'customers.search': ({ query }: CustomerRequest<'customers.search'>) => customers.search(query.q),

    'customers.read': async ({ params, me }: CustomerRequest<'customers.read'>): Promise<Card> => {
      const card = await customers.readCard(params.customerId, me.rights)
      if (!card) throw new ProblemError('right.missing')
      return card
    },

    'customers.addNote': ({ params, body, me }: CustomerRequest<'customers.addNote'>) =>
      customers.addNote(params.customerId, body, me),

    'calls.choose': async ({ params, body, me }: CustomerRequest<'calls.choose'>): Promise<Pop> =>
      answer(await customers.choose(params.callId, body.customerId, body.remember, me), me),

    'calls.create': async ({ params, body, me }: CustomerRequest<'calls.create'>): Promise<Pop> =>
      answer(await customers.createForCall(params.callId, body, me), me),

    'calls.unlink': async ({ params, me }: CustomerRequest<'calls.unlink'>): Promise<Pop> =>
      answer(await customers.unlink(params.callId, me), me),
  }
}
