import type { ProblemCode } from '../../../shared/problems.ts'
import type { Underscored } from '../shape.ts'

/** Texts of what an error means to a person. */
export const problemsEn = {
  problems: {
    request_invalid: 'The request was not valid. Nothing was changed.',
    request_too_large: 'That is too much text for one request. Nothing was changed.',
    request_throttled: 'Too many requests at once. Wait a moment, then try again.',
    request_not_json: 'The request was not understood. Reload the page.',
    route_unknown: 'The server does not know this request. Reload the page.',
    session_required: 'Sign in first.',
    session_revoked: 'Your session was ended. Sign in again.',
    session_csrf: 'The page is out of date. Reload it, then try again.',
    sign_in_refused: 'Name or password is wrong.',
    sign_in_throttled: 'Too many attempts. Wait, then try again.',
    right_missing: 'Your role does not allow this.',
    desk_taken: 'Somebody else is signed in at this desk. Enter the number of another.',
    desk_unknown: 'There is no such desk.',
    customer_in_call: 'This customer is on the phone now. Erase them when the call has ended.',
    verification_nobody: 'Say first who is calling. Then they can be verified.',
    verification_call_over: 'The call is over. Nobody can be verified in it any more.',
    verification_not_open: 'This is not open any more: it was asked before, or the tries are used up.',
    verification_needed: 'The caller has to be verified first.',
    pin_length: 'This PIN has not as many digits as the phone menu reads. Open this again to see how many.',
    pin_weak: 'This PIN is guessed too easily: digits that repeat, or follow each other. Take another.',
    desk_exists: 'There is a desk with this extension already.',
    desk_device_taken: 'One of these devices stands at another desk; a device rings for one desk only.',
    status_no_desk: 'Take a desk first: your status is for the queues of a desk.',
    status_reason_unknown: 'This kind of break is no longer offered.',
    status_not_extendable: 'This wrap-up cannot be extended any more.',
    status_device_lost:
      'The phone by which you take calls cannot ring now. Look at it beside the call, or take the other one.',
    number_unknown: 'This number stands for nothing any more.',
    number_exists: 'This number stands for something already. Change that instead.',
    customer_unknown: 'This customer is no longer in the base.',
    customer_changed: 'Somebody changed this card meanwhile. Look at the new version, then try again.',
    call_unknown: 'This call is no longer known.',
    note_not_yours: 'This note is somebody else’s. Write one of your own.',
    call_not_kept: 'What Asterisk said of this call is not kept any more, or nothing was heard of it.',
    call_not_yours: 'This call is not on your desk any more.',
    person_unknown: 'There is no such person.',
    person_exists: 'Somebody already signs in by this name.',
    person_last_manager:
      'Nobody would be left who may manage people. Give that right to somebody else first.',
    edit_outdated:
      'Somebody else changed this meanwhile, so nothing of yours was saved yet. What you had not touched is now as they left it: look, then save again.',
    server_starting: 'The server is starting. Try again in a moment.',
    history_spool_full:
      'The disk for call history is full. It was not done; an administrator must make room.',
    phone_none: 'There is no browser phone at your desk now.',
    phone_in_call: 'The phone of this desk is in a call in another window. It stays there until then.',
    phone_not_set_up:
      'The telephone system did not take your phone’s new secret. An administrator can see why.',
    pbx_unknown: 'The server has no such telephone system in its settings.',
    pbx_unreachable: 'The telephone system cannot be reached. It was not done.',
    database_unreachable: 'The database cannot be reached. Nothing was changed; try again in a moment.',
    server_failed: 'The server could not do this, and has logged why. Nothing was changed.',
    network: 'The server cannot be reached. Nothing was changed; try again when the connection is back.',
    unexpected: 'The server’s answer was not understood. Reload the page.',
  } satisfies Record<Underscored<ProblemCode> | 'network' | 'unexpected', string>,
}
