import type { DispositionDefinition, DispositionNode, FollowUp } from '../../shared/dispositions.ts'

const result = (code: string, en: string, ru: string, followUps: FollowUp[] = []): DispositionNode => ({
  code,
  parent: null,
  name: { en, ru },
  retired: false,
  fields: [],
  followUps,
})

/** What a company starts with: one small tree for every call, which nobody has to use. */
export const firstDispositions: DispositionDefinition = {
  trees: [
    {
      treeId: 'general',
      name: { en: 'All calls', ru: 'Все звонки' },
      queues: [],
      required: false,
      nodes: [
        result('solved', 'Solved', 'Решено'),
        result('call-back', 'We call back', 'Перезвоним', [
          {
            followUpId: 'call-back',
            kind: 'callback',
            name: { en: 'Call the customer back', ru: 'Перезвонить клиенту' },
            text: null,
          },
        ]),
        result('passed-on', 'Passed on to somebody else', 'Передано другим'),
        result('wrong-number', 'Wrong number', 'Ошиблись номером'),
      ],
    },
  ],
  otherwise: 'general',
  mayEndWrapUp: true,
}
