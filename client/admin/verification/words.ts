import {
  askableFactSchema,
  levelSchema,
  sensitivePartSchema,
  verificationMethodSchema,
} from '../../../shared/verification.ts'
import { useVerificationTexts, type VerificationKey } from './texts.ts'

/** Fields that one method alone has. */
const settings: Readonly<Record<string, VerificationKey>> = {
  digits: 'digits',
  tries: 'tries',
  lockAfter: 'lockAfter',
  lockMinutes: 'lockMinutes',
  ask: 'audit.ask',
  right: 'right',
  wrong: 'wrong',
}

/** How the list of changes says what was changed of the definition, whose fields it keeps as `pin.tries`, `opens.debts`. */
export function useDefinitionWords() {
  const { v } = useVerificationTexts()
  return {
    /** Null for a field that is none of the definition's. */
    fieldName: (field: string): string | null => {
      const [part, name = ''] = field.split('.')
      const opened = sensitivePartSchema.safeParse(name)
      if (part === 'opens' && opened.success) return v('audit.opens', { part: v(`parts.${opened.data}`) })
      const method = verificationMethodSchema.safeParse(part)
      if (!method.success) return null
      if (name === 'earns') return v('audit.earns', { method: v(`methodNames.${method.data}`) })
      const key = settings[name]
      return key === undefined ? null : v(key)
    },

    /** One item of a value; null where it is to be shown as it was kept. */
    item: (field: string, text: string): string | null => {
      const level = levelSchema.safeParse(text)
      if (level.success && field.startsWith('opens.')) return v(`opensAt.${level.data}`)
      if (level.success && field.endsWith('.earns')) return v(`levels.${level.data}`)
      const fact = askableFactSchema.safeParse(text)
      return fact.success && field === 'questions.ask' ? v(`facts.${fact.data}`) : null
    },
  }
}
