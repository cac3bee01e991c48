export const phoneBookEn = {
  title: 'Phone book',
  panel: 'Entry of the phone book',
  intro:
    'Whom agents send calls to and ask outside the center. They find it by name or group when they transfer a call.',
  failed: 'The phone book could not be read.',
  none: 'Nobody stands in the phone book yet.',
  nothingOpen: 'Choose an entry, or add one.',
  unknown: 'There is no such entry any more.',
  add: 'Add an entry',
  name: 'Name',
  number: 'Number',
  group: 'Group',
  note: 'Note',
  errors: {
    name: 'A name is needed.',
    number: 'A number that can be dialled: digits, with + before a country code.',
    group: 'This is too long.',
    note: 'This is too long.',
  },
  remove: 'Take it out',
  removeSure: 'Take this entry out of the phone book?',
}
