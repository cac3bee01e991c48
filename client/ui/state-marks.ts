/** The shapes of states, apart from the component, for whoever only chooses one. */
export type StateMarkName =
  'free' | 'ringing' | 'talking' | 'waiting' | 'held' | 'paused' | 'wrapUp' | 'off' | 'trouble'
