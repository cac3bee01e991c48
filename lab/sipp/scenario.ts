import { readFileSync } from 'node:fs'

/** One part of a scenario: a file of `parts/` and the values of its placeholders. */
export interface Step {
  part: string
  values?: Readonly<Record<string, string | number>>
}

/** Longer than any call: what waits "for ever" still ends. */
export const forEverMs = 4 * 3_600_000

const texts = new Map<string, string>()

/**
 * Puts parts together into one SIPp scenario.
 * Each part gets a CSeq of its own, so requests of one dialog are numbered in the order of the parts.
 * @param common values for every part; those of a step come first
 * @throws when a placeholder has no value
 */
export function scenario(
  name: string,
  steps: readonly Step[],
  common: Readonly<Record<string, string | number>>,
): string {
  const body = steps.map((step, index) => {
    const values: Record<string, string | number> = {
      ...common,
      STEP: index,
      CSEQ: index + 1,
      ...step.values,
    }
    return partText(step.part).replace(/@([A-Z][A-Z_]*)@/g, (_, key: string) => {
      const value = values[key]
      if (value === undefined) throw new Error(`${step.part}: ${key} has no value`)
      return String(value)
    })
  })
  return `<?xml version="1.0" encoding="UTF-8"?>\n<scenario name="${name}">\n${body.join('')}</scenario>\n`
}

/**
 * A SIP address with a display name, for a From or P-Asserted-Identity header. Whatever text a caller may send is possible:
 * quotes and backslashes are escaped as RFC 3261 wants, and what SIPp or XML would take for their own is guarded.
 * @throws on a line break: Asterisk drops such a message unread, even folded, so only the simulator can play it
 */
export function nameAddress(name: string | undefined, uri: string): string {
  if (name === undefined) return `<${uri}>`
  if (/[\r\n]/.test(name)) throw new Error('a SIP display name cannot hold a line break')
  const quoted = name.replace(/[\\"]/g, '\\$&').replaceAll(']]>', ']] >').replaceAll('[', '\\[')
  return `"${quoted}" <${uri}>`
}

function partText(part: string): string {
  const known = texts.get(part)
  if (known !== undefined) return known
  const text = readFileSync(new URL(`./parts/${part}.xml`, import.meta.url), 'utf8')
  texts.set(part, text)
  return text
}
