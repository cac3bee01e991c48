import { z } from 'zod'

/**
 * Every error a client can meet, with its HTTP status and a plain English title. The code is stable: it is what clients
 * translate and what a person looks up. RFC 9457 calls such an answer a problem.
 */
export const problems = {
  'request.invalid': { status: 400, title: 'The request is not valid.' },
  'request.too_large': { status: 413, title: 'The request is too large.' },
  'request.not_json': { status: 400, title: 'The request body is not valid JSON.' },
  'request.throttled': { status: 429, title: 'Too many requests. Wait a moment.' },
  'route.unknown': { status: 404, title: 'There is nothing at this address.' },
  'session.required': { status: 401, title: 'Sign in first.' },
  'session.revoked': { status: 401, title: 'This session was ended. Sign in again.' },
  'session.csrf': { status: 403, title: 'The request did not come from this console. Reload the page.' },
  'sign_in.refused': { status: 401, title: 'Name or password is wrong.' },
  'sign_in.throttled': { status: 429, title: 'Too many attempts. Wait before you try again.' },
  'password.wrong': { status: 403, title: 'The old password is wrong. Nothing was changed.' },
  'right.missing': { status: 403, title: 'Your role does not allow this.' },
  'desk.taken': { status: 409, title: 'Somebody else is signed in at this desk.' },
  'desk.unknown': { status: 404, title: 'There is no desk with this extension.' },
  'desk.exists': { status: 409, title: 'There is a desk with this extension already.' },
  'desk.device_taken': { status: 409, title: 'One of the devices stands at another desk.' },
  'status.no_desk': { status: 409, title: 'Nobody sits at this desk, or you sit at none.' },
  'status.reason_unknown': { status: 404, title: 'There is no such reason for a break.' },
  'status.not_extendable': {
    status: 409,
    title: 'There is no wrap-up that could be extended, or it was extended as far as it may be.',
  },
  'status.device_lost': {
    status: 409,
    title: 'The phone by which you take calls cannot ring now: it is not registered. Set that right first.',
  },
  'queue.unknown': { status: 404, title: 'The telephone system has no such queue now.' },
  'queue.not_open': {
    status: 403,
    title: 'Agents may not sign in to this queue, or out of it, themselves. A supervisor can do it for you.',
  },
  'queue.no_phone': { status: 409, title: 'This desk has no phone on the telephone system of that queue.' },
  'queue.refused': {
    status: 502,
    title: 'The telephone system refused it. An administrator can see whether the AMI user lacks the right.',
  },
  'disposition.gone': {
    status: 409,
    title: 'This result was taken out meanwhile. Nothing was saved: choose another.',
  },
  'disposition.in_use': {
    status: 409,
    title: 'Calls have this result: it can be retired, not removed. Nothing was changed.',
  },
  'task.unknown': { status: 404, title: 'There is no such callback or task, or it is none of yours.' },
  'task.taken': { status: 409, title: 'Somebody else has taken this.' },
  'task.closed': { status: 409, title: 'This is closed already.' },
  'task.in_the_past': { status: 422, title: 'This time is over. Choose a later one.' },
  'task.outside_hours': {
    status: 422,
    title: 'At that time nobody may be called where the customer is. Choose another.',
  },
  'task.not_dialable': { status: 422, title: 'This is no number that can be called back.' },
  'task.do_not_call': { status: 409, title: 'The owner of this number does not want to be called.' },
  'task.nobody': { status: 404, title: 'There is no such person or queue to do this.' },
  'voicemail.no_folder': {
    status: 409,
    title: 'The recordings of this telephone system are not within reach of the server (VOICEMAIL_DIR).',
  },
  'voicemail.unreadable': { status: 503, title: 'The folder with the recordings cannot be read now.' },
  'voicemail.gone': { status: 410, title: 'The recording is not in the mailbox any more.' },
  'voicemail.unplayable': {
    status: 409,
    title: 'The mailbox keeps this message in no format that browsers play: it needs wav.',
  },
  'number.unknown': { status: 404, title: 'This number stands for nothing.' },
  'number.exists': { status: 409, title: 'This number stands for something already.' },
  'article.unknown': { status: 404, title: 'There is no such article.' },
  'article.too_many': { status: 409, title: 'There are as many articles as there may be.' },
  'customer.unknown': { status: 404, title: 'There is no such customer.' },
  'customer.changed': {
    status: 409,
    title: 'Somebody changed this card meanwhile. Look at the new version.',
  },
  'note.not_yours': { status: 409, title: 'This note is somebody else’s. Write one of your own.' },
  'customer.in_call': {
    status: 409,
    title: 'This customer is on the phone now. Erase them when the call has ended.',
  },
  'verification.nobody': { status: 409, title: 'Say first who is calling. Then they can be verified.' },
  'verification.call_over': {
    status: 409,
    title: 'The call is over. Nobody can be verified in it any more.',
  },
  'verification.not_open': {
    status: 409,
    title: 'This is not open: it was asked before, the tries are used up, or it is not offered.',
  },
  'verification.needed': { status: 403, title: 'The caller has to be verified first.' },
  'pin.length': {
    status: 422,
    title: 'This PIN has not as many digits as the phone menu reads. Nothing was changed.',
  },
  'pin.weak': {
    status: 400,
    title: 'This PIN is guessed too easily: digits that repeat, or follow each other. Take another.',
  },
  'call.unknown': { status: 404, title: 'There is no such call.' },
  'call.not_kept': {
    status: 410,
    title: 'What Asterisk said of this call is not kept any more, or nothing was heard of it.',
  },
  'call.not_yours': { status: 403, title: 'This call is not on your desk.' },
  'control.under_way': {
    status: 409,
    title: 'Something else is being done with this call. Wait until it is done.',
  },
  'control.target_unknown': { status: 404, title: 'There is no such agent or queue to send the call to.' },
  'control.target_away': { status: 409, title: 'Nobody can be reached there now.' },
  'control.target_not_free': { status: 409, title: 'They were free and are not any more.' },
  'control.not_dialable': { status: 422, title: 'This is no number that can be dialled.' },
  'control.consulting': { status: 409, title: 'Somebody is being asked already. End that first.' },
  'control.not_consulting': { status: 409, title: 'Nobody is being asked about this call, or not any more.' },
  'control.not_recorded': { status: 409, title: 'This call is not recorded, or not any more.' },
  'control.not_ringing': {
    status: 409,
    title: 'This call does not ring at your desk phone, or not any more.',
  },
  'control.phone_deaf': {
    status: 409,
    title: 'Your desk phone does not do this when it is asked. Do it on the phone itself.',
  },
  'control.refused': { status: 502, title: 'The telephone system refused it. The call is as it was.' },
  'control.not_done': {
    status: 504,
    title: 'The telephone system has not done it in time. Look at what the call does before you try again.',
  },
  'dial.not_dialable': { status: 422, title: 'This is no number that can be dialled from here.' },
  'dial.no_phone': { status: 409, title: 'There is no phone at your desk that can be called.' },
  'dial.phone_away': { status: 409, title: 'Your phone is not registered now, so it cannot ring.' },
  'dial.in_call': { status: 409, title: 'A call rings or is on at your desk. End it first.' },
  'dial.declined': { status: 409, title: 'Your phone was busy or declined. Nobody was called.' },
  'dial.not_picked_up': { status: 409, title: 'Your phone was not picked up in time. Nobody was called.' },
  'dial.not_permitted': {
    status: 502,
    title: 'Ringcard may not place calls on this telephone system: its AMI user lacks the class originate.',
  },
  'dial.refused': { status: 502, title: 'The telephone system refused it. Nobody was called.' },
  'pick_up.not_allowed': { status: 403, title: 'This call rings in no queue of yours.' },
  'pick_up.taken': { status: 409, title: 'Somebody else has answered this call.' },
  'pick_up.caller_gone': { status: 409, title: 'The caller has hung up, or rings there no more.' },
  'person.unknown': { status: 404, title: 'There is no such person.' },
  'person.last_manager': {
    status: 409,
    title: 'Nobody would be left who may manage people. Give that right to somebody else first.',
  },
  'person.exists': { status: 409, title: 'Somebody already signs in by this name.' },
  'edit.outdated': {
    status: 409,
    title: 'Somebody else changed this meanwhile. Nothing of yours was saved: look at the new version.',
  },
  'history.spool_full': {
    status: 507,
    title: 'The disk for call history is full. What you asked for was not done.',
  },
  'server.starting': { status: 503, title: 'The server is starting. Try again in a moment.' },
  'phone.none': { status: 409, title: 'There is no browser phone at your desk.' },
  'phone.in_call': {
    status: 409,
    title: 'The phone of this desk is in a call in another window. It stays there until the call has ended.',
  },
  'phone.not_set_up': {
    status: 503,
    title: 'The telephone system did not take the new secret of your phone. An administrator can see why.',
  },
  'pbx.unknown': { status: 404, title: 'There is no such PBX in the settings.' },
  'pbx.unreachable': { status: 503, title: 'The telephone system cannot be reached.' },
  'database.unreachable': { status: 503, title: 'The database cannot be reached. Nothing was changed.' },
  'server.failed': { status: 500, title: 'The server could not do this. It has been logged.' },
} as const satisfies Record<string, { status: number; title: string }>

export type ProblemCode = keyof typeof problems

/** One field of a request that is wrong, and why. `path` is dotted: `phones.0.number`. */
export const fieldErrorSchema = z.object({ path: z.string(), message: z.string() })
export type FieldError = z.infer<typeof fieldErrorSchema>

/** RFC 9457 problem details, as every failed HTTP request and every failed socket request answers. */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  code: z.string(),
  detail: z.string().optional(),
  errors: z.array(fieldErrorSchema).optional(),
  retryAfterSeconds: z.number().optional(),
})
export type Problem = z.infer<typeof problemSchema>

/** An error with a code a person can look up, thrown where the cause is known and turned into an answer in one place. */
export class ProblemError extends Error {
  readonly code: ProblemCode
  readonly detail: string | undefined
  readonly errors: FieldError[] | undefined
  readonly retryAfterSeconds: number | undefined

  constructor(
    code: ProblemCode,
    more: { detail?: string; errors?: FieldError[]; retryAfterSeconds?: number; cause?: unknown } = {},
  ) {
    super(more.detail ?? problems[code].title, { cause: more.cause })
    this.name = 'ProblemError'
    this.code = code
    this.detail = more.detail
    this.errors = more.errors
    this.retryAfterSeconds = more.retryAfterSeconds
  }

  /** The RFC 9457 body for this error. */
  toProblem(): Problem {
    return {
      type: `urn:ringcard:problem:${this.code}`,
      title: problems[this.code].title,
      status: problems[this.code].status,
      code: this.code,
      ...(this.detail === undefined ? {} : { detail: this.detail }),
      ...(this.errors === undefined ? {} : { errors: this.errors }),
      ...(this.retryAfterSeconds === undefined ? {} : { retryAfterSeconds: this.retryAfterSeconds }),
    }
  }
}

/**
 * Validates data from outside against a schema.
 * @returns the parsed value
 * @throws ProblemError `request.invalid`, naming each field
 */
export function parseRequest<T>(schema: z.ZodType<T>, data: unknown): T {
  const result = schema.safeParse(data)
  if (result.success) return result.data
  throw new ProblemError('request.invalid', { errors: result.error.issues.flatMap(fieldErrorsOf) })
}

function fieldErrorsOf(issue: z.core.$ZodIssue): FieldError[] {
  const path = issue.path.map(String)
  // zod names the object for a field too many; a person wants the field.
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...path, key].join('.'), message: 'This field is not known.' }))
  }
  return [{ path: path.join('.'), message: issue.message }]
}
