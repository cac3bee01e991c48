/** What leads there: part of the first load. The others come with the room. */
export const whyFirst = {
  title: 'Why this card, or why none',
  askRow: 'Why this card, or why none: {name}',
}
