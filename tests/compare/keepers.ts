/** A linked or unique id as of the call whose place a channel of this name keeps: `ringcard-place-1764.12-1;2` is `1764.12`. */
export function keptOf(id: string): string {
  return /^ringcard-place-(.+)-\d+(?:;\d)?$/.exec(id)?.[1] ?? id
}
