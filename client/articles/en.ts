/** Texts of articles on the desk. */
export const articlesEn = {
  label: 'Articles',
  open: 'Look something up',
  find: 'Words of the article',
  pinned: 'For this call',
  none: 'No article holds these words.',
  nonePinned: 'Nothing is pinned to this call. Type what you look for.',
  failed: 'The articles could not be read.',
  back: 'Back to the list',
}
