/** Letters and digits that are not mistaken for one another when read aloud or copied by hand; 32 of them. */
const alphabet = 'abcdefghijkmnpqrstuvwxyz23456789'

/**
 * Makes a first password: four groups of four, 80 bits.
 * @param random fills an array with random bytes
 */
export function firstPassword(
  random: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array = (bytes) => crypto.getRandomValues(bytes),
): string {
  // A byte holds each of the 32 signs equally often.
  const signs = [...random(new Uint8Array(16))].map((byte) => alphabet.charAt(byte % alphabet.length))
  return [0, 4, 8, 12].map((from) => signs.slice(from, from + 4).join('')).join('-')
}
