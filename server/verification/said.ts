import type { ExpectedAnswer } from '../../shared/verification.ts'

/**
 * Whether what a caller said is the right answer, as people write down what they hear: marks, spaces and case do not
 * count; a date may begin with the day or the year; an amount may be whole or with cents, by comma or by point.
 */
export function isRight(expected: ExpectedAnswer, said: string): boolean {
  switch (expected.kind) {
    case 'text':
      return bare(said) !== '' && bare(said) === bare(expected.text)
    case 'date':
      return datesIn(said).includes(expected.date)
    case 'money':
      return minorOf(said) === expected.minor
  }
}

function bare(text: string): string {
  return text.toLocaleLowerCase().replace(/[^\p{L}\p{N}]/gu, '')
}

/** The dates that a text can mean, as ISO 8601. Month before day is nobody's way where this is used, and is not read. */
function datesIn(said: string): string[] {
  const digits = said.replace(/\D/g, '')
  const parts = said.split(/\D+/).filter((part) => part !== '')
  const three = parts.length === 3 ? parts : []
  const [first = '', middle = '', last = ''] = three
  const iso = (year: string, month: string, day: string) =>
    `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
  return [
    ...(first.length === 4 ? [iso(first, middle, last)] : []),
    ...(last.length === 4 ? [iso(last, middle, first)] : []),
    ...(parts.length === 1 && digits.length === 8
      ? [
          iso(digits.slice(4), digits.slice(2, 4), digits.slice(0, 2)),
          iso(digits.slice(0, 4), digits.slice(4, 6), digits.slice(6)),
        ]
      : []),
  ]
}

/** An amount in minor units; null where there is none in the text. The last point or comma before two digits parts the cents. */
function minorOf(said: string): number | null {
  const [amount] = /\d[\d.,’' ]*/.exec(said) ?? []
  if (amount === undefined) return null
  const cents = /[.,](\d{2})\s*$/.exec(amount)?.[1]
  const whole = (cents === undefined ? amount : amount.trimEnd().slice(0, -3)).replace(/\D/g, '')
  return Number(whole) * 100 + Number(cents ?? 0)
}
