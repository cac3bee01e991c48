/** What can be dialled of what somebody typed: digits with a plus, or a code with * and #; null for anything else. */
export function dialable(typed: string): string | null {
  const number = typed.replace(/[\s().\-/]/g, '')
  return /^(\+\d{3,20}|[\d*#]{2,20})$/.test(number) ? number : null
}
