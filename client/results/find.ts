import {
  leavesOf,
  pathOf,
  type DispositionNode,
  type DispositionTree,
  type Names,
} from '../../shared/dispositions.ts'

/** A result that may be chosen. */
export interface Choice {
  node: DispositionNode
  /** Its groups, from the top; empty for one that stands in none. */
  groups: DispositionNode[]
}

/**
 * The results of a tree that what was typed leaves, in their order: each word stands somewhere in the name of a result or of
 * its groups, in either language.
 */
export function findChoices(tree: DispositionTree, typed: string): Choice[] {
  const words = plain(typed)
    .split(/\s+/)
    .filter((word) => word !== '')
  return leavesOf(tree).flatMap((node) => {
    const path = pathOf(tree, node.code)
    const text = plain(path.flatMap(({ name }) => Object.values<Names[keyof Names]>(name)).join(' '))
    return words.every((word) => text.includes(word)) ? [{ node, groups: path.slice(0, -1) }] : []
  })
}

const plain = (text: string): string => text.normalize('NFC').toLocaleLowerCase('und').trim()

/** The text of an e-mail with the names in it. */
export function mailText(text: string, names: { customer: string; agent: string }): string {
  return text.replaceAll('{customer}', names.customer).replaceAll('{agent}', names.agent)
}
