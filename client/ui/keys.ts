/** The function keys of the console, all in one place: each has one meaning, wherever it is pressed. */
export const functionKeys = {
  result: 'F1',
  answer: 'F2',
  other: 'F3',
  mute: 'F4',
  transfer: 'F6',
  hold: 'F7',
  verify: 'F8',
  end: 'F9',
  ready: 'F10',
} as const
