import type { DispositionDefinition, DispositionNode, DispositionTree } from '../../../shared/dispositions.ts'

/** A result, or a group, of a tree. */
export const node = (code: string, parent: string | null = null): DispositionNode => ({
  code,
  parent,
  name: { en: `${code} in English`, ru: `${code} по-русски` },
  retired: false,
  fields: [],
  followUps: [],
})

/** A tree for the queue of its name, which asks for a result. */
export const treeOf = (treeId: string, nodes: DispositionNode[]): DispositionTree => ({
  treeId,
  name: { en: treeId, ru: treeId },
  queues: [treeId],
  required: true,
  nodes,
})

/** Support asks for a result, whose parts are an order number and a callback; other calls may have one. */
export const twoTrees: DispositionDefinition = {
  trees: [
    treeOf('support', [
      node('solved'),
      node('open'),
      {
        ...node('call-back', 'open'),
        fields: [
          {
            fieldId: 'order',
            name: { en: 'Order', ru: 'Заказ' },
            kind: 'text',
            required: true,
            choices: [],
          },
        ],
        followUps: [
          { followUpId: 'ring', kind: 'callback', name: { en: 'Ring back', ru: 'Перезвонить' }, text: null },
        ],
      },
    ]),
    { ...treeOf('rest', [node('done')]), queues: [], required: false },
  ],
  otherwise: 'rest',
  mayEndWrapUp: true,
}
