import { expect, test } from 'vitest'
import { labDoNotCall, labNumbers, labPhoneBook, labSchedules } from '../../../lab/seed/company.ts'
import { labPromises } from '../../../lab/seed/promises.ts'
import { storedTaskSchema } from '../../../server/tasks/task.ts'
import { createNumberReader } from '../../../shared/number-reader.ts'
import { planOf } from '../../../shared/number-plan.ts'
import { scheduleSchema } from '../../../shared/opening-hours.ts'
import { entryIdSchema, phoneBookEntrySchema } from '../../../shared/phone-book.ts'
import { dialledNumberSchema } from '../../../shared/settings.ts'
import { noon } from './support.ts'

test('the lab’s promises are the same for the same seed: near, late and done, of several people, in several time zones', () => {
  const made = (seed: number) => labPromises(seed, (signInName) => `person-${signInName}`, 50, noon)
  const promises = made(1)
  expect(made(1)).toEqual(promises)
  expect(made(2)).not.toEqual(promises)
  for (const one of promises) storedTaskSchema.parse(one)
  const open = promises.filter(({ state }) => state === 'open')
  expect(open.filter(({ dueAt }) => dueAt > noon).length).toBeGreaterThan(4)
  expect(open.filter(({ escalatedAt }) => escalatedAt !== null).length).toBeGreaterThan(2)
  expect(promises.filter(({ state }) => state === 'closed').length).toBeGreaterThan(3)
  const different = (values: unknown[]) => new Set(values).size
  expect(different(promises.map(({ timeZone }) => timeZone))).toBeGreaterThan(5)
  expect(different(promises.map(({ madeBy }) => madeBy))).toBeGreaterThan(4)
  for (const { trail, madeAt } of promises) expect(trail[0]).toMatchObject({ what: 'made', at: madeAt })
})

test('the lab’s numbers, hours, phone book and do-not-call list are such as the server takes', () => {
  for (const one of labNumbers) dialledNumberSchema.parse(one)
  for (const one of Object.values(labSchedules(noon))) scheduleSchema.parse(one)
  for (const [id, one] of Object.entries(labPhoneBook)) {
    entryIdSchema.parse(id)
    phoneBookEntrySchema.parse(one)
  }
  const read = createNumberReader(planOf('DE', []), 'DE')
  for (const { number } of labDoNotCall) expect(read(number).e164).toBe(number)
})
