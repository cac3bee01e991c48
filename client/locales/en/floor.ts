/** What the first load needs of the floor: how agents are, and where something went unheard. */
export const floorEn = {
  gaps: {
    label: 'Gaps of today',
    span: '{from}–{to}, {length}',
    kinds: {
      link: 'The telephone system was not heard',
      spoolFull: 'The disk had no room',
      tornTail: 'The server lost power',
    },
    told: {
      whole: 'All of it was read from its record.',
      partly: 'Only a part was read from its record; calls may be missing.',
      nothing: 'Calls of that time may be missing.',
    },
    more: 'and {n} shorter or earlier | and {n} shorter or earlier',
  },
  floor: {
    states: {
      offline: 'Offline',
      free: 'Ready',
      ringing: 'Ringing',
      talking: 'On call',
      paused: 'Paused',
      unreachable: 'Unreachable',
    },
  },
}
