/**
 * What no record has left out: whether the caller may be shown (recorded traces have no row that says so), what the network says of the number, holds, what was
 * typed, and which parking space it was.
 * @param lines as `narrate` gives them
 */
export function asFarAsRecorded(lines: readonly string[]): string[] {
  return lines
    .filter((line) => !/^(caller |typed |network: )|: (held by|resumed)/.test(line))
    .map((line) => line.replace(/^parked in .*/, 'parked'))
}
