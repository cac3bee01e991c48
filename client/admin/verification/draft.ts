import {
  defaultMethods,
  levelSchema,
  reaches,
  sensitivePartSchema,
  type MethodSettings,
  type SensitivePart,
  type VerificationDefinition,
  type VerificationMethod,
} from '../../../shared/verification.ts'

/** A definition as a form holds it: a method that is not offered keeps its settings, should it be offered again. */
export type Draft = {
  [Method in VerificationMethod]: MethodSettings[Method] & { isOffered: boolean }
} & Pick<VerificationDefinition, 'opens'>

/** A form begun from a definition; it shares nothing with it. */
export function draftOf({ pin, questions, callBack, opens }: VerificationDefinition): Draft {
  const asking = questions ?? defaultMethods.questions
  return {
    pin: { ...(pin ?? defaultMethods.pin), isOffered: pin !== null },
    questions: { ...asking, ask: [...asking.ask], isOffered: questions !== null },
    callBack: { ...(callBack ?? defaultMethods.callBack), isOffered: callBack !== null },
    opens: { ...opens },
  }
}

/** The definition that a form has come to. */
export function definitionOf({ pin, questions, callBack, opens }: Draft): VerificationDefinition {
  const { isOffered: hasPin, ...pinSettings } = pin
  const { isOffered: hasQuestions, ...questionSettings } = questions
  const { isOffered: hasCallBack, ...callBackSettings } = callBack
  return {
    pin: hasPin ? pinSettings : null,
    questions: hasQuestions ? questionSettings : null,
    callBack: hasCallBack ? callBackSettings : null,
    opens,
  }
}

/** Whether PINs are used, and whoever has none can get none: nothing else verifies as far as the PIN that is given then. */
export function hasNoFirstPin({ pin, questions, callBack }: VerificationDefinition): boolean {
  return pin !== null && ![questions, callBack].some((method) => method && reaches(method.earns, pin.earns))
}

/** The parts of a card that no method which is offered opens. */
export function neverOpened({ pin, questions, callBack, opens }: VerificationDefinition): SensitivePart[] {
  const levels = levelSchema.options
  const best = Math.max(
    ...[pin, questions, callBack].map((method) => levels.indexOf(method?.earns ?? 'none')),
  )
  return sensitivePartSchema.options.filter((part) => levels.indexOf(opens[part]) > best)
}
