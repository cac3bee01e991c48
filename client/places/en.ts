/** Texts of places in queues that are kept for customers who hung up: fetched with the first of them. */
export const placesEn = {
  kept: 'place kept',
  calling: 'being called',
  outcomes: {
    reached: 'Was reached',
    declined: 'Waited themselves',
    cameBack: 'Called again',
    busy: 'Line busy. It is a callback now',
    notAnswered: 'No answer. It is a callback now',
    refused: 'The number could not be called. It is a callback now',
    agentGone: 'You hung up first. It is a callback now',
    notCalled: 'Was not called. It is a callback now',
    outsideHours: 'Not called at this hour. It is a callback now',
    inCall: 'On the phone with us elsewhere. It is a callback now',
    doNotCall: 'This number is not to be called',
    timedOut: 'Nobody came for too long. It is a callback now',
    lost: 'The place was lost. It is a callback now',
    unknown: 'What came of it is not known. It is a callback now',
  },
}
