import type { DispositionDefinition, DispositionNode } from '../../shared/dispositions.ts'

type Value = string | boolean | null | readonly string[]

/** A definition as the audit keeps it: `otherwise`, `support.queues`, `support.solved`; texts of e-mails by their length. */
export function fieldsOf({ trees, otherwise, mayEndWrapUp }: DispositionDefinition): Record<string, Value> {
  const fields = trees.flatMap(({ treeId, name, queues, required, nodes }): [string, Value][] => [
    [`${treeId}.name`, `${name.en} / ${name.ru}`],
    [`${treeId}.queues`, queues],
    [`${treeId}.required`, required],
    [`${treeId}.order`, nodes.map(({ code }) => code)],
    ...nodes.map((node): [string, Value] => [`${treeId}.${node.code}`, textOf(node)]),
  ])
  return { otherwise, mayEndWrapUp, ...Object.fromEntries<Value>(fields) }
}

function textOf({ parent, name, retired, fields, followUps }: DispositionNode): string {
  return [
    parent === null ? '' : `${parent} ›`,
    `${name.en} / ${name.ru}`,
    retired ? '(retired)' : '',
    ...fields.map(
      ({ fieldId, kind, required, choices }) =>
        `[${fieldId}: ${kind}${required ? ', required' : ''}${choices.map(({ code }) => ` ${code}`).join('')}]`,
    ),
    ...followUps.map(
      ({ followUpId, kind, text }) => `→ ${kind} ${followUpId}${text === null ? '' : ` (${text.en.length})`}`,
    ),
  ]
    .filter((part) => part !== '')
    .join(' ')
}
