import type { PhoneKind } from '../../../shared/phone.ts'
import type { AgentStatusName, QueueStanding, StatusAuthor } from '../../../shared/status.ts'

/** Texts of agents' status, on the desk and on the floor. */
export const statusEn = {
  status: {
    label: 'My status',
    states: {
      offline: 'Off duty',
      ready: 'Ready',
      onCall: 'On a call',
      wrapUp: 'Wrap-up',
      break: 'Break',
      missed: 'Missed a call',
      away: 'Console lost',
    } satisfies Record<AgentStatusName, string>,
    phoneLost: 'Phone lost',
    phoneBack: 'Phone is back',
    afterCall: 'After this call',
    ready: 'Ready',
    paid: 'paid',
    unpaid: 'unpaid',
    minutes: '{n} min',
    extend: '+{n} s',
    extendHelp: 'Extend the wrap-up by {n} seconds',
    endsIn: 'ends in',
    then: 'then {what}',
    overLimit: 'longer than it may be',
    why: {
      missed: 'You did not answer a call, so no more are offered to you until you are ready again.',
      missedBreak:
        'You did not answer several calls in a row, so you are on a break. Press Ready when you are there.',
      away: 'Your console was closed or lost, so calls stopped coming to you.',
      lost: {
        browser:
          'Your browser phone could not ring, so calls stopped coming to you. Once it is ready again, press Ready.',
        desk: 'Your desk phone is not registered, so calls stopped coming to you. Once it is, press Ready; or take calls in the browser.',
      } satisfies Record<PhoneKind, string>,
      phoneBack: 'Your phone was lost, so calls stopped coming to you. It is back: press Ready.',
      pbx: 'You were paused at the telephone system.',
      unpaused: 'You were made ready at the telephone system.',
      supervisor: 'Set by {name}.',
    },
    queues: {
      label: 'Queues',
      in: 'signed in',
      out: 'not signed in',
      pausedOnly: 'paused only: the telephone system names your phone there itself',
      others: 'Also in {queues}.',
    } satisfies Record<QueueStanding | 'label' | 'others', string>,
    missedNotices: {
      label: 'Missed calls',
      told: '{name} missed {n} call at {time} and is on a break. | {name} missed {n} calls in a row, the last at {time}, and is on a break.',
      seen: 'Seen',
      seenOf: 'Seen: {name}',
      waiting: '{n} agent on a break for missed calls | {n} agents on a break for missed calls',
    },
    by: {
      agent: 'by themselves',
      supervisor: 'by {name}',
      rule: 'by rule',
      pbx: 'at the telephone system',
    } satisfies Record<StatusAuthor, string>,
    pbx: {
      waiting: 'The telephone system has not taken this yet.',
      refused:
        'The telephone system refuses this, so your queues may not follow. Tell an administrator: the AMI user may lack the right to pause.',
      unreachable: 'The telephone system cannot be reached. It is told as soon as it can be.',
    },
  },
}
