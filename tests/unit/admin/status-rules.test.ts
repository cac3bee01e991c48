import { expect, test } from 'vitest'
import { ruleOf, withBreak, withIds, withOwnIds, withRule } from '../../../client/admin/status/rule-fields.ts'
import { rules } from '../agents/support.ts'
import { breakReasonSchema, defaultBreaks, type StatusRules } from '../../../shared/status.ts'

const support = { queue: 'support', wrapUpSeconds: 90, autoAnswer: false, signIn: false }

test('a queue of which nothing is said has the rules of all, and is not kept', () => {
  const rules: StatusRules['queues'] = [support]
  expect(ruleOf(rules, 'sales')).toEqual({
    queue: 'sales',
    wrapUpSeconds: null,
    autoAnswer: false,
    signIn: false,
  })
  const both = withRule(rules, { ...ruleOf(rules, 'sales'), autoAnswer: true, signIn: false })
  expect(both.map(({ queue }) => queue)).toEqual(['sales', 'support'])
  expect(withRule(both, ruleOf([], 'sales'))).toEqual(rules)
  expect(withRule(both, { ...support, wrapUpSeconds: 0 })).toContainEqual({ ...support, wrapUpSeconds: 0 })
})

test('a break gets its id by its English name when it is first saved, and keeps it under another name', () => {
  const name = { en: 'Lunch', ru: 'Обед' }
  const added = withBreak(withBreak(defaultBreaks, name), { en: 'Пауза', ru: 'Пауза' })
  const saved = withIds(added, defaultBreaks)
  expect(saved.slice(-2).map(({ reasonId }) => reasonId)).toEqual(['lunch-2', 'break-2'])
  const renamed = saved.map((one) => ({ ...one, name: { en: 'Other', ru: 'Другое' } }))
  expect(withIds(renamed, saved).map(({ reasonId }) => reasonId)).toEqual(
    saved.map(({ reasonId }) => reasonId),
  )
})

test('a long name makes an id that Asterisk takes', () => {
  const en = 'The long talk with the other shift'
  const [first, second] = withIds(withBreak(withBreak([], { en, ru: en }), { en, ru: en }), [])
  expect(breakReasonSchema.safeParse(first).success).toBe(true)
  expect(breakReasonSchema.safeParse(second).success).toBe(true)
  expect(second?.reasonId).not.toBe(first?.reasonId)
})

test('a new break may be the one for missed calls before it has an id', () => {
  const breaks = withBreak(rules.breaks, { en: 'Missed', ru: 'Пропущено' })
  const missedBreak = { after: 3, reasonId: breaks.at(-1)?.reasonId ?? '' }
  const { missedBreak: saved } = withOwnIds({ ...rules, breaks, missedBreak }, rules.breaks)
  expect(saved).toEqual({ after: 3, reasonId: 'missed' })
  expect(withOwnIds({ ...rules, missedBreak }, rules.breaks).missedBreak).toEqual(missedBreak)
})
