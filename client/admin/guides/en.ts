import type { Texts } from '../../locales/en.ts'

export const guidesEn = {
  title: 'What agents say',
  panel: 'What is said to these callers',
  intro:
    'An agent sees it with the card while the phone rings. What is written for the number that was dialled comes before the queue’s, and that before what is said to everybody.',
  failed: 'It could not be read.',
  nothingOpen: 'Choose to whom it is said.',
  unknown: 'There is no such queue or number.',
  whom: 'To whom',
  what: 'What',
  everybody: 'Everybody',
  queue: 'Queue {queue}',
  gone: 'not there now',
  own: 'has its own',
  wider: 'as to {whom}',
  none: 'nothing',
  begin: 'Write it',
  noneYet: 'Nothing is written here. These callers hear what is said to {whom}.',
  noneAtAll: 'Nothing is written here, and nothing wider.',
  greeting: 'First sentence',
  greetingHelp:
    '{customer} and {agent} in braces are filled in. Of a customer who is not known the place is left out.',
  points: 'To cover',
  pointsHelp: 'One in each line, ten at most.',
  links: 'Links',
  linksHelp: 'One in each line: name {bar} https://…',
  preview: 'As the agent sees it',
  previewCustomer: 'Olena Kovalchuk',
  previewNone: 'Nothing is shown yet.',
  remove: 'Take it away',
  removeSure: 'These callers will hear what is said more widely. Go on?',
  errors: {
    greeting: 'At most 400 characters.',
    points: 'Ten lines at most, of 160 characters each.',
    links: 'Eight lines at most, each a name and an address that begins with https://',
  },
  fields: { greeting: 'first sentence', points: 'points', links: 'links' },
}
export type GuidesMessages = Texts<typeof guidesEn>
