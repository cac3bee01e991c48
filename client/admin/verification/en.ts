import type { AskableFact, Level, SensitivePart, VerificationMethod } from '../../../shared/verification.ts'
import type { Texts } from '../../locales/en.ts'

export const verificationEn = {
  title: 'Verification of callers',
  intro:
    'A caller who is recognised has not yet shown that it is them. Here is what they may show it by, and what opens on their card then.',
  failed: 'How callers are verified could not be read.',
  version: 'Version {version}. Each call keeps which version it was verified by.',
  methods: 'How they may show it',
  methodNames: {
    pin: 'PIN in the phone menu',
    questions: 'Questions asked by the agent',
    callBack: 'Calling back a number on the card',
  } satisfies Record<VerificationMethod, string>,
  methodHelp: {
    pin: 'Compared by the server; nobody sees what was typed.',
    questions: 'Each is asked once in a call, and only those whose answer is known.',
    callBack: 'In a call that an agent made to a number that was on the card before, once it was answered.',
  } satisfies Record<VerificationMethod, string>,
  earns: 'Verifies',
  levels: { none: 'not', basic: 'in part', full: 'in full' } satisfies Record<Level, string>,
  digits: 'Digits of a PIN',
  digitsHelp:
    'The phone menu is told how many to read. After a change, shorter PINs end with #, and longer ones have to be given anew.',
  tries: 'Tries in one call',
  lockAfter: 'Locked after so many wrong ones in a row, over all calls',
  lockMinutes: 'Locked for, minutes',
  ask: 'Ask, in this order',
  facts: {
    birthDate: 'Date of birth',
    postcode: 'Postcode',
    accountNumber: 'Account number',
    lastPurchase: 'Amount of the last invoice',
    email: 'E-mail address',
  } satisfies Record<AskableFact, string>,
  earlier: 'Ask earlier: {fact}',
  right: 'Right answers needed',
  wrong: 'Wrong answers that end it for the call',
  opens: 'What opens, and when',
  opensHelp: 'What is closed reaches no screen. Notes and promises are free text, and are never closed.',
  part: 'Part of the card',
  parts: {
    debts: 'Debts, and open invoices',
    paymentData: 'Payment data',
    payments: 'Payments',
    purchases: 'Purchases',
    marked: 'Facts marked as sensitive',
  } satisfies Record<SensitivePart, string>,
  opensAt: { none: 'always', basic: 'verified in part', full: 'verified in full' } satisfies Record<
    Level,
    string
  >,
  neverOpens:
    'No method that is offered leads there: {parts}. It stays closed to everybody without the right to what is sensitive.',
  noFirstPin:
    'Nobody can get a first PIN: it is given in a talk that is verified as far as the PIN verifies, and no other method that is offered verifies so far.',
  errors: {
    range: 'A whole number from {from} to {to}.',
    ask: 'Choose at least one question.',
    right: 'From 1 to 5, and not more than there are questions.',
  },
  /** As the list of changes names them. */
  audit: {
    earns: '{method}, verifies',
    ask: 'Questions',
    opens: '{part}, opens',
  },
}

export type VerificationMessages = Texts<typeof verificationEn>
