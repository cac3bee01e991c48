import {
  mostLevels,
  type DispositionDefinition,
  type DispositionNode,
  type DispositionTree,
} from '../../../shared/dispositions.ts'

/** A tree of the definition as a form has it, each by itself: so that two people may change two of them. */
export type DraftFields = { otherwise: string | null; mayEndWrapUp: boolean; trees: string[] } & Record<
  string,
  unknown
>

const treeField = (treeId: string) => `tree ${treeId}`

/** A definition as fields of a form: each tree is a field, and their order one more. */
export function fieldsOf({ trees, otherwise, mayEndWrapUp }: DispositionDefinition): DraftFields {
  return {
    otherwise,
    mayEndWrapUp,
    trees: trees.map(({ treeId }) => treeId),
    ...Object.fromEntries(trees.map((tree) => [treeField(tree.treeId), tree])),
  }
}

/** The definition that a form holds. */
export function definitionOf(fields: DraftFields): DispositionDefinition {
  const { otherwise, mayEndWrapUp, trees } = fields
  return {
    trees: trees.flatMap((treeId) => (fields[treeField(treeId)] as DispositionTree | undefined) ?? []),
    otherwise,
    mayEndWrapUp,
  }
}

/** The trees that some changed fields are about. */
export const treesIn = (names: readonly string[]): string[] =>
  names.flatMap((name) => (name.startsWith(treeField('')) ? [name.slice(treeField('').length)] : []))

/** A code made of a name, which none of the others has. It never changes afterwards. @param otherwise for a name without letters */
export function codeFor(name: string, taken: readonly string[], otherwise = 'result'): string {
  const bare = name
    .normalize('NFD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '')
    .slice(0, 34)
    .replace(/-+$/, '')
  const base = bare === '' ? otherwise : bare
  for (let count = 1; ; count += 1) {
    const code = count === 1 ? base : `${base}-${count}`
    if (!taken.includes(code)) return code
  }
}

/** How deep a node stands: 1 at the top. */
export function levelOf(nodes: readonly DispositionNode[], code: string): number {
  let level = 1
  for (let parent = parentOf(nodes, code); parent !== null; parent = parentOf(nodes, parent)) level += 1
  return level
}

/** A node with all that stands under it, in order. */
export function branchOf(nodes: readonly DispositionNode[], code: string): DispositionNode[] {
  const codes = new Set([code])
  return nodes.filter((node) => {
    if (node.parent !== null && codes.has(node.parent)) codes.add(node.code)
    return codes.has(node.code)
  })
}

/** Whether something may be put under a node: not under a result that asks or starts something, nor too deep. */
export function mayHold(nodes: readonly DispositionNode[], node: DispositionNode): boolean {
  return node.fields.length + node.followUps.length === 0 && levelOf(nodes, node.code) < mostLevels
}

/** Puts a new result at the end of a group, or of the whole. */
export function withNew(
  nodes: readonly DispositionNode[],
  parent: string | null,
  code: string,
  name: DispositionNode['name'],
): DispositionNode[] {
  const node: DispositionNode = { code, parent, name, retired: false, fields: [], followUps: [] }
  if (parent === null) return [...nodes, node]
  const last = branchOf(nodes, parent).at(-1)
  const at = last === undefined ? nodes.length : nodes.indexOf(last) + 1
  return nodes.toSpliced(at, 0, node)
}

/** Moves a node, with what is under it, before the one that stands before it in its group. The first stays. */
export function movedUp(nodes: readonly DispositionNode[], code: string): DispositionNode[] {
  const parent = parentOf(nodes, code)
  const siblings = nodes.filter((node) => node.parent === parent)
  const before = siblings[siblings.findIndex((node) => node.code === code) - 1]
  if (before === undefined) return [...nodes]
  const branch = branchOf(nodes, code)
  const rest = nodes.filter((node) => !branch.includes(node))
  return rest.toSpliced(rest.indexOf(before), 0, ...branch)
}

/** Removes a node with what is under it. What calls have is retired in its place, and stays with the groups that it is in. */
export function without(
  nodes: readonly DispositionNode[],
  code: string,
  isUsed: (code: string) => boolean,
): DispositionNode[] {
  const branch = branchOf(nodes, code)
  const kept = new Set(
    branch
      .filter((node) => branchOf(branch, node.code).some((one) => isUsed(one.code)))
      .map((node) => node.code),
  )
  return nodes
    .filter((node) => !branch.includes(node) || kept.has(node.code))
    .map((node) => (kept.has(node.code) ? { ...node, retired: true } : node))
}

function parentOf(nodes: readonly DispositionNode[], code: string): string | null {
  return nodes.find((node) => node.code === code)?.parent ?? null
}
