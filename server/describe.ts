import { erasedParty, type Party } from '../shared/calls.ts'
import { understandNumber, type CountryCode, type PhoneNumber } from '../shared/phone-numbers.ts'
import type { RawParty } from './floor/facts.ts'

/** In which countries numbers are read, and which one people here read without its country code. */
export interface Homes {
  /** ISO 3166. */
  home: CountryCode
  /** Of the trunks of a PBX, by its name. */
  of: (pbx: string) => CountryCode
}

/** Reads a number in a country: by that country's numbering alone, or by the center's number plan. */
export type ReadIn = (number: string, country: CountryCode) => PhoneNumber

/** A number as the PBX's country understands it, written for a person of the home country. */
function understandFrom(number: string, pbx: string, { home, of }: Homes, read: ReadIn): PhoneNumber {
  const understood = read(number, of(pbx))
  if (understood.e164 === null || of(pbx) === home) return understood
  return { ...understood, display: understandNumber(understood.e164, home).display }
}

/** Makes a party readable: E.164 and the form a person of the home country reads. A restricted number is nobody's to see. */
export function describeParty(
  homes: Homes,
  read: ReadIn = understandNumber,
): (party: RawParty, pbx: string) => Party {
  return ({ number, name, restricted, erased }, pbx) => {
    if (erased === true) return erasedParty({ withheld: restricted })
    if (restricted || number === null)
      return { number: null, display: '', name: restricted ? null : name, withheld: restricted }
    const understood = understandFrom(number, pbx, homes, read)
    return { number: understood.e164 ?? number, display: understood.display, name, withheld: false }
  }
}

/**
 * Makes the number that was dialled readable: by its label, else as a person of the home country reads it.
 * @param labelOf what a number (E.164, or digits where it cannot be read) stands for; null for nothing
 */
export function describeDialled(
  homes: Homes,
  labelOf: (number: string) => string | null,
  read: ReadIn = understandNumber,
): (number: string, pbx: string) => string {
  return (number, pbx) => {
    const { e164, display } = understandFrom(number, pbx, homes, read)
    return labelOf(e164 ?? number) ?? (display || number)
  }
}
