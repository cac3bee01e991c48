import { faultFlows } from './faults.ts'
import { flows } from './flows.ts'

/** One way a call can go, and the flows that play it. */
export interface Variant {
  /** What is varied, and how. */
  name: string
  flows: readonly string[]
}

/** A flow of whole contact centers that is no single call's: the journey plays it itself. */
export const firstStart = 'server-started-for-the-first-time'

const kinds: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  'direct call': {
    'answered, hung up by the customer': ['direct-caller-hangs-up'],
    'answered, hung up by the agent': ['direct-agent-hangs-up'],
    busy: ['direct-busy'],
    declined: ['direct-declined'],
    'not answered': ['direct-not-answered'],
    'given up by the caller': ['direct-caller-gives-up'],
  },
  'queue that rings': {
    'two at once, one answers': ['ringall-one-answers'],
    'one who does not answer, then another who does': ['second-agent-answers'],
    'one who refuses': ['refused-by-member'],
  },
  'customer who hangs up while waiting': {
    'within five seconds': ['abandoned-short'],
    'after five seconds': ['abandoned-late'],
    'on the threshold': ['abandoned-on-the-threshold'],
    'while an agent rings': ['abandoned-while-ringing'],
  },
  'way out of a queue': {
    'time-out and overflow into another': ['overflow'],
    'by key to voicemail': ['key-to-voicemail'],
  },
  menu: {
    'only that, no agent': ['ivr-only'],
    'an account number typed': ['ivr-account'],
    'a PIN typed': ['ivr-pin'],
  },
  'queue member': {
    'as PJSIP/': ['ringall-one-answers'],
    'as Local/…/n': ['local-member-kept'],
    'as a Local channel that is optimised away': ['local-member-optimised'],
    'as FreePBX writes it': ['member-named-elsewhere'],
    'with a name that is not the interface': ['member-named-elsewhere'],
  },
  'call out': {
    answered: ['outbound-answered'],
    busy: ['outbound-busy'],
    'not answered': ['outbound-not-answered'],
    'refused by the trunk': ['outbound-refused'],
  },
  'call out from the console, by the desk phone': {
    answered: ['dialled-answered'],
    busy: ['dialled-busy'],
    'given up by the agent': ['dialled-given-up'],
    'declined by the agent': ['dialled-declined'],
    'not picked up by the agent': ['dialled-not-picked-up'],
    'to a colleague': ['dialled-colleague'],
  },
  'agent to agent': { answered: ['agent-to-agent'] },
  caller: {
    withheld: ['withheld'],
    malformed: ['number-malformed'],
    international: ['number-international'],
    'with a hostile name': ['name-hostile'],
    'vouched for by the network': ['attested'],
    'with a wrong signature': ['attestation-failed'],
  },
  'blind transfer': {
    'to an agent': ['blind-transfer', 'blind-by-keys', 'blind-by-manager'],
    'to a queue': ['blind-to-queue'],
    'to a number outside': ['blind-to-outside'],
    'to an agent who does not answer, and back': ['blind-and-back'],
  },
  'attended transfer by REFER': {
    completed: ['attended-transfer'],
    'cancelled while ringing': ['attended-cancelled-ringing'],
    'cancelled after talking': ['attended-cancelled-talked'],
    'completed while ringing': ['attended-completed-ringing'],
    'customer gone': ['attended-customer-gone'],
  },
  'attended transfer by feature code': {
    completed: ['attended-by-keys', 'attended-by-keys-hanging-up'],
    'cancelled while ringing': ['attended-by-keys-cancelled-ringing'],
    'cancelled after talking': ['attended-by-keys-cancelled-talked'],
    'completed while ringing': ['attended-by-keys-ringing'],
    'customer gone': ['attended-by-keys-customer-gone'],
    'keys pressed by the customer': ['feature-codes-by-customer'],
  },
  'attended transfer by AMI': {
    completed: ['attended-by-manager'],
    'cancelled while ringing': ['attended-by-manager-cancelled-ringing'],
    'cancelled after talking': ['attended-by-manager-cancelled'],
    'completed while ringing': ['attended-by-manager-ringing'],
  },
  hold: {
    'by the agent, with music': ['hold'],
    'by either side, several times': ['held-several-times'],
    'without music': ['held-in-silence'],
  },
  park: {
    'fetched by another': ['park-and-fetch'],
    'timed out': ['park-timed-out'],
    'given up': ['park-given-up'],
  },
  'pick-up': {
    directed: ['pickup-directed'],
    'of the group': ['pickup-group'],
    'from a queue': ['pickup-from-queue'],
    'from a queue, over AMI': ['pickup-by-manager'],
    'from a queue, over AMI, too late': ['pickup-by-manager-too-late'],
  },
  'conference made from a consultation': {
    'colleague leaves, two stay': ['conference-colleague-leaves'],
    'customer leaves, two stay': ['conference-customer-leaves'],
    'who made it leaves': ['conference-maker-leaves'],
  },
  'bridged by hand': { 'a customer into a call of two agents': ['customer-joins-colleagues'] },
  'queues in a row': { 'three visits of one customer in one call': ['queue-three-times'] },
  'two devices': {
    'both ring, one answers': ['two-devices'],
    'one declines': ['two-devices-one-declines'],
    'one is busy': ['two-devices-one-busy'],
  },
  'without a queue': {
    'ring group, one answers': ['ring-group'],
    'ring group, nobody answers': ['ring-group-nobody'],
    'follow-me': ['follow-me'],
    'forwarded by the phone (302)': ['forwarded-by-phone'],
  },
  'agent while ringing': {
    paused: ['paused-while-ringing'],
    removed: ['removed-while-ringing'],
    'logged off': ['phone-gone-while-ringing'],
  },
  'agent while talking': {
    paused: ['paused-while-talking'],
    removed: ['removed-while-talking'],
    'logged off': ['phone-gone-while-talking'],
  },
  'after a talk': { 'wrap-up by a pause with its reason': ['wrap-up-by-pause'] },
  'queue set up with': {
    joinempty: ['refused-at-the-door'],
    leavewhenempty: ['emptied'],
    'ringinuse=no and a shared member': ['shared-member-in-use'],
    wrapuptime: ['wrap-up-time'],
    weight: ['queue-weight'],
    'penalty changed in mid-wait': ['penalty-changed'],
  },
  'kept place': {
    'called back and answered': ['place-kept'],
    'called back, line busy': ['place-kept-busy'],
    'not confirmed, back in the queue': ['place-not-confirmed'],
  },
  'voicemail from a queue': {
    'with a message': ['queue-voicemail-message'],
    'without one': ['queue-voicemail-nothing'],
  },
  voicemail: {
    'with a message': ['voicemail-message'],
    'without a message': ['direct-declined', 'direct-not-answered'],
  },
  'answered in the moment of the hang-up': {
    'direct call': ['answered-as-caller-goes'],
    queue: ['queue-answered-as-caller-goes'],
  },
  'thirty at once': { 'on ten agents': ['thirty-at-once'] },
  'Asterisk in mid-call': {
    'restarted when quiet': ['asterisk-restarted-when-quiet'],
    'stopped at once': ['asterisk-stopped'],
    killed: ['asterisk-killed'],
    reloaded: ['asterisk-reloaded'],
  },
  'server in mid-call': {
    'killed and started again': ['server-killed'],
    'started for the first time, ten calls there': [firstStart],
  },
  'link broken during transfers': {
    'for 2 s': ['link-cut-2-s'],
    'for 10 s': ['link-cut-10-s'],
    'for 60 s': ['link-cut-60-s'],
  },
  'Asterisk’s clock': {
    'an hour on': ['clock-forward'],
    'an hour back': ['clock-back'],
    'daylight-saving night': ['daylight-saving-night'],
  },
  'begun and ended while nobody listens': {
    'link broken': ['unheard-by-the-link'],
    'no server': ['unheard-by-the-server'],
  },
}

/** Every way a call can go that Ringcard answers for. One without a flow would be told by name wherever they are counted. */
export const variants: readonly Variant[] = Object.entries(kinds).flatMap(([kind, ways]) =>
  Object.entries(ways).map(([way, names]) => ({ name: `${kind}: ${way}`, flows: names })),
)

/** The names of all flows, of single calls and of whole contact centers. */
export const flowNames: readonly string[] = [...Object.keys(flows), ...Object.keys(faultFlows), firstStart]
