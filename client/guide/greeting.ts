/** What fills the places of a greeting; null where it is not known. */
export interface GreetingNames {
  customer: string | null
  agent: string
}

/**
 * A greeting with names in place. Of a customer who is not known the place goes, with the comma before it.
 * @param greeting with `{customer}` and `{agent}` in it
 */
export function filledGreeting(greeting: string, { customer, agent }: GreetingNames): string {
  const known =
    customer === null ? greeting.replace(/[,\s]*\{customer\}/g, '').replace(/^[,\s]+/, '') : greeting
  // Names are put in by functions: what stands in them means nothing.
  return known
    .replace(/\{(customer|agent)\}/g, (_place, name) => (name === 'agent' ? agent : (customer ?? '')))
    .trim()
}
