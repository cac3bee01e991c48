import type { Guide } from '../../shared/guides.ts'

/** What the agents of the lab's company are told to say, by whom it is for. */
export const labGuides: Readonly<Record<string, Guide>> = {
  everybody: {
    greeting: 'Hearth Supplies, good day {customer}, this is {agent}. What can I do for you?',
    points: ['Name and number on the card are right', 'What comes next, and by when'],
    links: [],
  },
  'queue:support': {
    greeting: 'Hearth Supplies, support, {agent} speaking. Good day {customer}, what has happened?',
    points: [
      'Which delivery, and which batch is on the bag',
      'Is the kitchen standing still?',
      'Photo of the damage by e-mail',
      'Replacement or credit note',
    ],
    links: [{ label: 'Damaged goods', url: 'https://handbook.example/damaged-goods' }],
  },
  'queue:sales': {
    greeting: 'Hearth Supplies, sales, this is {agent}. Good day {customer}, what may I offer you?',
    points: ['What they bake now, and how much a week', 'Who decides', 'Sample before the first order'],
    links: [{ label: 'Price list', url: 'https://handbook.example/prices' }],
  },
  'queue:collections': {
    greeting:
      'Good day {customer}, this is {agent} of Hearth Supplies. May I first make sure whom I speak with?',
    points: ['Verify before you name a sum', 'What they can pay, and when', 'Say the plan back to them'],
    links: [{ label: 'Instalments', url: 'https://handbook.example/instalments' }],
  },
}
