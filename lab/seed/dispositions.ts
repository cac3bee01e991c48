import { readFileSync } from 'node:fs'
import type { Database } from '../../server/database/database.ts'
import { firstDispositions } from '../../server/dispositions/first.ts'
import { createDispositionStore } from '../../server/dispositions/model.ts'
import {
  dispositionDefinitionSchema,
  type DispositionDefinition,
  type DispositionField,
  type DispositionNode,
  type FollowUp,
} from '../../shared/dispositions.ts'

/** One line of the data: code, English, Russian; a group has what is in it, a result what it asks and starts. */
type Line = [code: string, en: string, ru: string, more?: Line[] | More]
interface More {
  fields?: [
    id: string,
    en: string,
    ru: string,
    kind: DispositionField['kind'],
    required: boolean,
    choices?: [code: string, en: string, ru: string][],
  ][]
  starts?: [kind: FollowUp['kind'], id: string, en: string, ru: string, textEn?: string, textRu?: string][]
}
interface Data {
  otherwise: string
  mayEndWrapUp: boolean
  trees: { treeId: string; name: [string, string]; queues: string[]; required: boolean; results: Line[] }[]
}

/** What may come of calls in the lab's company: a tree for each of its queues, beside what every company starts with. */
export function labDispositions(): DispositionDefinition {
  const data = JSON.parse(readFileSync(new URL('dispositions.json', import.meta.url), 'utf8')) as Data
  const trees = data.trees.map(({ treeId, name: [en, ru], queues, required, results }) => ({
    treeId,
    name: { en, ru },
    queues,
    required,
    nodes: results.flatMap((line) => nodesOf(line, null)),
  }))
  const { otherwise, mayEndWrapUp } = data
  return dispositionDefinitionSchema.parse({
    trees: [...trees, ...firstDispositions.trees],
    otherwise,
    mayEndWrapUp,
  })
}

/** Puts them in force where nobody has set up others. */
export async function seedDispositions(database: Database, now: number): Promise<void> {
  const { definitions } = createDispositionStore(database)
  const { version } = await definitions.newest(now)
  if (version === 1) await definitions.add({ version: 2, definition: labDispositions() }, null, now)
}

function nodesOf([code, en, ru, more]: Line, parent: string | null): DispositionNode[] {
  const node = { code, parent, name: { en, ru }, retired: false }
  if (Array.isArray(more))
    return [{ ...node, fields: [], followUps: [] }, ...more.flatMap((line) => nodesOf(line, code))]
  const fields = (more?.fields ?? []).map(([fieldId, fieldEn, fieldRu, kind, required, choices = []]) => ({
    fieldId,
    name: { en: fieldEn, ru: fieldRu },
    kind,
    required,
    choices: choices.map(([choice, choiceEn, choiceRu]) => ({
      code: choice,
      name: { en: choiceEn, ru: choiceRu },
    })),
  }))
  const followUps = (more?.starts ?? []).map(([kind, followUpId, startEn, startRu, textEn, textRu]) => ({
    followUpId,
    kind,
    name: { en: startEn, ru: startRu },
    text: textEn === undefined || textRu === undefined ? null : { en: textEn, ru: textRu },
  }))
  return [{ ...node, fields, followUps }]
}
