import { paletteFirst } from './first.ts'

/** Texts of the command palette: what is found in it beside customers. */
export const paletteEn = {
  ...paletteFirst,
  title: 'Find a customer or a colleague, or do something',
  placeholder: 'Customer, colleague, or what to do',
  actionsOnly: 'What to do, or where to go',
  none: 'Nothing fits “{q}”.',
  go: 'Go to',
  status: 'Status',
  setting: 'Setting',
  call: 'Call',
  card: 'Card',
  colleague: 'Desk {extension}: call',
  transferTo: 'Desk {extension}: transfer or ask',
  themeOf: 'Theme: {theme}',
  languageOf: 'Language: {language}',
  newCard: 'New card for this caller',
  noCallRoom: 'Why no card?',
  keys: '↑ ↓ to choose, Enter to open or do, Esc to close',
  moreCustomers: 'All customers found',
}
