/** Texts of what was promised that stand on the desk and on the card. */
export const tasksEn = {
  promised: 'Promised',
  begin: 'Call back or task',
  kinds: {
    callback: 'Call back',
    task: 'Task',
    missed: 'Called and reached nobody',
    voicemail: 'Left a message',
  },
  times: '{there} there · {here} here',
  somebody: 'somebody',
  saved: 'Promised for {when}',
}
