import { z } from 'zod'
import { instantSchema } from './instant.ts'

/** How deep a tree goes: group, kind, result. */
export const mostLevels = 3

/** The name of a node, field, choice or follow-up within its tree. It never changes: history and figures go by it. */
export const codeSchema = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,39}$/, 'A code is small letters, digits and dashes, and begins with a letter.')

const nameSchema = z.string().trim().min(1).max(60)
/** What people read, in each language of the console. */
export const namesSchema = z.strictObject({ en: nameSchema, ru: nameSchema })
export type Names = z.infer<typeof namesSchema>

const choiceSchema = z.strictObject({ code: codeSchema, name: namesSchema })
const isEachOnce = (codes: readonly string[]) => new Set(codes).size === codes.length

/** Something more that is asked for with a result. */
export const dispositionFieldSchema = z
  .strictObject({
    fieldId: codeSchema,
    name: namesSchema,
    kind: z.enum(['text', 'number', 'date', 'choice']),
    required: z.boolean(),
    /** What may be chosen; empty for the other kinds. */
    choices: z.array(choiceSchema).max(30),
  })
  .refine(({ kind, choices }) => (kind === 'choice') === choices.length > 0, {
    path: ['choices'],
    message: 'A choice has choices, and nothing else has.',
  })
  .refine(({ choices }) => isEachOnce(choices.map(({ code }) => code)), {
    path: ['choices'],
    message: 'Two choices have the same code.',
  })
export type DispositionField = z.infer<typeof dispositionFieldSchema>

/** What a result starts. It is kept with the result as what was meant to be done. */
export const followUpSchema = z
  .strictObject({
    followUpId: codeSchema,
    kind: z.enum(['callback', 'task', 'email']),
    name: namesSchema,
    /** The text of an e-mail, to be copied; `{customer}` and `{agent}` stand for their names. Null for the other kinds. */
    text: z
      .strictObject({ en: z.string().trim().min(1).max(5_000), ru: z.string().trim().min(1).max(5_000) })
      .nullable(),
  })
  .refine(({ kind, text }) => (kind === 'email') === (text !== null), {
    path: ['text'],
    message: 'An e-mail has a text, and nothing else has.',
  })
export type FollowUp = z.infer<typeof followUpSchema>

/** A group, or a result in it. They stand in a list in the order in which they are shown; `parent` makes a tree of it. */
export const dispositionNodeSchema = z.strictObject({
  code: codeSchema,
  parent: codeSchema.nullable(),
  name: namesSchema,
  /** Not to be chosen any more; it stays, because calls have it. */
  retired: z.boolean(),
  /** Of a result; a group has none. */
  fields: z.array(dispositionFieldSchema).max(10),
  followUps: z.array(followUpSchema).max(5),
})
export type DispositionNode = z.infer<typeof dispositionNodeSchema>

/** What may have come of the calls of some queues. */
export const dispositionTreeSchema = z
  .strictObject({
    treeId: codeSchema,
    name: namesSchema,
    /** As the PBX names them. */
    queues: z.array(z.string().min(1).max(200)).max(200),
    /** Whether each call of these queues is to have a result. */
    required: z.boolean(),
    nodes: z.array(dispositionNodeSchema).max(500),
  })
  .superRefine(({ nodes }, context) => {
    const wrong = (index: number, message: string, field: string) =>
      context.addIssue({ code: 'custom', path: ['nodes', index, field], message })
    const known = new Map<string, DispositionNode>()
    for (const [index, node] of nodes.entries()) {
      const path = pathFrom(known, node)
      if (known.has(node.code)) wrong(index, 'Two results have the same code.', 'code')
      else if (path === null) wrong(index, 'Its group does not stand before it.', 'parent')
      else if (path.length > mostLevels) wrong(index, `A tree has ${mostLevels} levels at most.`, 'parent')
      if (!isEachOnce(node.fields.map(({ fieldId }) => fieldId)))
        wrong(index, 'Two fields have the same code.', 'fields')
      if (!isEachOnce(node.followUps.map(({ followUpId }) => followUpId)))
        wrong(index, 'Two follow-ups have the same code.', 'followUps')
      known.set(node.code, node)
    }
    const groups = new Set(nodes.map(({ parent }) => parent))
    for (const [index, { code, fields, followUps }] of nodes.entries())
      if (groups.has(code) && fields.length + followUps.length > 0)
        wrong(index, 'A group has neither fields nor follow-ups.', 'fields')
  })
export type DispositionTree = z.infer<typeof dispositionTreeSchema>

/** What may have come of calls, in this center. */
export const dispositionDefinitionSchema = z
  .strictObject({
    trees: z.array(dispositionTreeSchema).max(50),
    /** The tree for calls of no queue, and of queues that no tree names; null: nothing is asked there. */
    otherwise: codeSchema.nullable(),
    /** Whether an agent may have the wrap-up end with the choice. */
    mayEndWrapUp: z.boolean(),
  })
  .superRefine(({ trees, otherwise }, context) => {
    const wrong = (path: (string | number)[], message: string) =>
      context.addIssue({ code: 'custom', path, message })
    const ids = new Set<string>()
    const queues = new Set<string>()
    for (const [index, tree] of trees.entries()) {
      if (ids.has(tree.treeId)) wrong(['trees', index, 'treeId'], 'Two trees have the same code.')
      ids.add(tree.treeId)
      for (const queue of tree.queues) {
        if (queues.has(queue)) wrong(['trees', index, 'queues'], 'A queue has one tree.')
        queues.add(queue)
      }
    }
    if (otherwise !== null && !ids.has(otherwise)) wrong(['otherwise'], 'There is no such tree.')
  })
export type DispositionDefinition = z.infer<typeof dispositionDefinitionSchema>

/** The definition in force, and which one it is; whoever changes it says which one they looked at. */
export const currentDispositionsSchema = z.strictObject({
  version: z.number().int().nonnegative(),
  definition: dispositionDefinitionSchema,
})
export type CurrentDispositions = z.infer<typeof currentDispositionsSchema>

/** A place in a tree with the names that it had when it was chosen, from the top. */
export const namedPathSchema = z.array(z.object({ code: codeSchema, name: namesSchema })).max(mostLevels)
export type NamedPath = z.infer<typeof namedPathSchema>

/** What was filled in beside a result, as it was asked. */
export const filledFieldSchema = z.object({
  fieldId: codeSchema,
  name: namesSchema,
  kind: dispositionFieldSchema.shape.kind,
  /** A date is ISO 8601, a number has a point. */
  value: z.string(),
  /** What a choice is called; null for the other kinds. */
  chosen: namesSchema.nullable(),
})
export type FilledField = z.infer<typeof filledFieldSchema>

/** What was written with a result. It may tell of the customer, and is sealed with the call's key where it is kept. */
export const saidSchema = z.object({
  /** Why none of the results fits; null where one does. */
  reason: z.string().nullable(),
  fields: z.array(filledFieldSchema),
})
export type Said = z.infer<typeof saidSchema>

/** What came of a call, as one person who talked in it said at one time. Each change is another one, and all are kept. */
export const dispositionSchema = z.object({
  dispositionId: z.string(),
  at: instantSchema,
  personId: z.string(),
  /** Their last talk in the call; null where that was not known. */
  contactId: z.string().nullable(),
  /** Which definition, and which tree of it, was chosen from. */
  version: z.number().int(),
  treeId: z.string(),
  /** Empty where none fits. */
  path: namedPathSchema,
  followUps: z.array(
    z.object({ followUpId: codeSchema, kind: followUpSchema.shape.kind, name: namesSchema }),
  ),
  /** Null when it was erased. */
  said: saidSchema.nullable(),
})
export type Disposition = z.infer<typeof dispositionSchema>

/** What came of a call, in a list of calls. */
export const shownResultSchema = dispositionSchema.pick({ at: true, path: true })
export type ShownResult = z.infer<typeof shownResultSchema>

/** What came of a call, as whoever talked in it says. The id is made by the client: a repeated request is one result. */
export const setDispositionRequestSchema = z
  .strictObject({
    dispositionId: z.uuid(),
    treeId: codeSchema,
    /** Null: none fits. */
    code: codeSchema.nullable(),
    /** Why none fits. */
    reason: z.string().trim().max(1_000),
    fields: z.array(z.strictObject({ fieldId: codeSchema, value: z.string().trim().max(2_000) })).max(10),
  })
  .refine(({ code, reason }) => (code === null) === (reason !== ''), {
    path: ['reason'],
    message: 'Say why none fits.',
  })
export type SetDisposition = z.input<typeof setDispositionRequestSchema>

/** A result with who gave it, by the name that they go by now. */
export const toldDispositionSchema = dispositionSchema.extend({ by: z.string().nullable() })
export type ToldDisposition = z.infer<typeof toldDispositionSchema>

/** What came of a call so far. */
export const callDispositionsSchema = z.object({
  callId: z.string(),
  /** The queue of my last talk, by which the tree goes; null for none. */
  queue: z.string().nullable(),
  /** Mine, as it stands; null while I have given none. */
  mine: toldDispositionSchema.nullable(),
  /** Everything that was ever said, by anybody, the newest first. */
  trail: z.array(toldDispositionSchema),
})
export type CallDispositions = z.infer<typeof callDispositionsSchema>

/** The tree for the calls of a queue; null where nothing is asked. */
export function treeFor(definition: DispositionDefinition, queue: string | null): DispositionTree | null {
  const named = definition.trees.find((tree) => queue !== null && tree.queues.includes(queue))
  return named ?? definition.trees.find(({ treeId }) => treeId === definition.otherwise) ?? null
}

/** A node with those above it, from the top; empty when there is no such node. */
export function pathOf({ nodes }: Pick<DispositionTree, 'nodes'>, code: string): DispositionNode[] {
  const known = new Map(nodes.map((node) => [node.code, node]))
  const node = known.get(code)
  return node === undefined ? [] : (pathFrom(known, node) ?? [])
}

/** What may be chosen, in order: neither groups nor what is retired, itself or with its group. */
export function leavesOf(tree: Pick<DispositionTree, 'nodes'>): DispositionNode[] {
  const groups = new Set(tree.nodes.map(({ parent }) => parent))
  return tree.nodes.filter(
    ({ code }) => !groups.has(code) && pathOf(tree, code).every(({ retired }) => !retired),
  )
}

/** What is wrong with what was filled in: by field, and how. */
export type FieldFault = { fieldId: string; fault: 'missing' | 'notANumber' | 'notADate' | 'notAChoice' }

/**
 * Holds what was filled in against what is asked.
 * @returns what is kept of it, in the order asked, without what was left empty; and what is wrong
 */
export function fillIn(
  asked: readonly DispositionField[],
  given: readonly { fieldId: string; value: string }[],
): { filled: FilledField[]; faults: FieldFault[] } {
  const filled: FilledField[] = []
  const faults: FieldFault[] = []
  for (const { fieldId, name, kind, required, choices } of asked) {
    const typed = given.find((one) => one.fieldId === fieldId)?.value.trim() ?? ''
    if (typed === '') {
      if (required) faults.push({ fieldId, fault: 'missing' })
      continue
    }
    const value = kind === 'number' ? typed.replace(/[\s\u00a0]/g, '').replace(',', '.') : typed
    const chosen = choices.find(({ code }) => code === value)?.name ?? null
    if (kind === 'number' && !/^-?\d{1,15}(\.\d{1,6})?$/.test(value))
      faults.push({ fieldId, fault: 'notANumber' })
    else if (kind === 'date' && !z.iso.date().safeParse(value).success)
      faults.push({ fieldId, fault: 'notADate' })
    else if (kind === 'choice' && chosen === null) faults.push({ fieldId, fault: 'notAChoice' })
    else filled.push({ fieldId, name, kind, value, chosen })
  }
  return { filled, faults }
}

/** A node with those above it, from the top; null when one of them is not known. */
function pathFrom(
  known: ReadonlyMap<string, DispositionNode>,
  node: DispositionNode,
): DispositionNode[] | null {
  const path = [node]
  for (let parent = node.parent; parent !== null; parent = path[0]?.parent ?? null) {
    const above = known.get(parent)
    if (above === undefined || path.includes(above)) return null
    path.unshift(above)
  }
  return path
}
