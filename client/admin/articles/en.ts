import type { Texts } from '../../locales/en.ts'

export const articlesEn = {
  title: 'Articles',
  panel: 'Article',
  intro:
    'What agents look up while they talk, by its words. Pinned to a queue, a number or a result, it stands beside the call.',
  failed: 'The articles could not be read.',
  nothingOpen: 'Choose an article, or write one.',
  unknown: 'There is no such article.',
  none: 'Nothing is written yet.',
  add: 'Write an article',
  newTitle: 'New article',
  pinnedTo: 'Pinned to',
  nowhere: 'found by its words',
  everybody: 'every call',
  queue: 'queue {queue}',
  number: 'number {number}',
  result: 'result {code}',
  name: 'Title',
  text: 'Text',
  textHelp: 'Markdown: # heading, **bold**, - list, [name](https://…). Other markup is shown as it is typed.',
  tags: 'Tags',
  tagsHelp: 'With commas, twelve at most.',
  pins: 'Where it is pinned',
  results: 'Results, by their codes',
  preview: 'As the agent sees it',
  previewNone: 'Nothing is shown yet.',
  remove: 'Take it away',
  removeSure: 'Agents will not find this article any more. Go on?',
  errors: {
    title: 'A title of 160 characters at most.',
    text: 'A text of 20,000 characters at most.',
    tags: 'Twelve tags at most, of 40 characters each.',
    pins: 'A code is letters, digits, dots and dashes.',
  },
  fields: { title: 'title', text: 'text', tags: 'tags', pins: 'pins', results: 'results' },
}
export type ArticlesMessages = Texts<typeof articlesEn>
