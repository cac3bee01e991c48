/** What leads there: part of the first load. The others come with the palette. */
export const paletteFirst = { open: 'Find or do' }
