import { treeFor, type Disposition, type DispositionDefinition } from '../../shared/dispositions.ts'

/** A definition, and when it came into force. */
export interface Asked {
  at: number
  definition: DispositionDefinition
}

/**
 * Since when, without a break, calls of a queue are to have a result; null where they are not. A call of before is owed to
 * nobody: nobody was asked.
 * @param versions of the definition, the oldest first
 */
export function askedSince(versions: readonly Asked[], queue: string | null): number | null {
  let since: number | null = null
  for (const { at, definition } of versions) {
    const isAsked = treeFor(definition, queue)?.required === true
    since = isAsked ? (since ?? at) : null
  }
  return since
}

/** The codes that a result puts into use, its groups' too, as `treeId:code`. */
export function usesOf({ treeId, path }: Disposition): string[] {
  return path.map(({ code }) => `${treeId}:${code}`)
}
