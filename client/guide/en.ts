/** Texts of what agents are told to say. */
export const guideEn = {
  say: 'Say',
  points: 'To cover',
  links: 'Links',
  opens: 'opens in another tab',
}
