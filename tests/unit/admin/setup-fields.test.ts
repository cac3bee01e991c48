import { describe, expect, test } from 'vitest'
import { officeHours, scheduleFields, scheduleFrom } from '../../../client/admin/hours/schedule-fields.ts'
import { planFields, planFrom, wrongEntries } from '../../../client/admin/numbers/plan-fields.ts'
import { numberPlanSchema, planOf } from '../../../shared/number-plan.ts'
import { scheduleSchema } from '../../../shared/opening-hours.ts'

describe('opening hours in a form', () => {
  const fields = scheduleFields(officeHours('Europe/Berlin'))
  const monday = (text: string) => scheduleFrom({ ...fields, monday: text }).weekly.monday

  test('come back as they went in, holidays in the order of the calendar', () => {
    const hours = {
      ...officeHours('Asia/Almaty'),
      holidays: [
        { date: '2027-01-01', name: 'New Year', hours: [] },
        { date: '2026-12-24', name: 'Christmas Eve', hours: [{ from: '09:00', until: '24:00' }] },
      ],
    }
    expect(scheduleFrom(scheduleFields(hours))).toEqual({ ...hours, holidays: hours.holidays.toReversed() })
  })

  test('are read as people type them', () => {
    expect(monday(' 9-12:30; 13.30 — 18 ')).toEqual([
      { from: '09:00', until: '12:30' },
      { from: '13:30', until: '18:00' },
    ])
    expect(monday('')).toEqual([])
  })

  test.each(['nine to five', '9', '9-25', '9:07-10', '09:00–18:00–20:00'])('%s is no hours', (text) => {
    const read = scheduleSchema.safeParse(scheduleFrom({ ...fields, monday: text }))
    expect(read.success).toBe(false)
    expect(read.error?.issues.every(({ path }) => path[1] === 'monday')).toBe(true)
  })
})

describe('a number plan in a form', () => {
  test('comes back as it went in', () => {
    const plan = { ...planOf('DE', ['110', '+493022222']), trunkPrefixes: ['9'], ownNumbers: ['+4930*'] }
    expect(planFrom(planFields(plan))).toEqual(plan)
  })

  test('takes numbers as people write them, and names those that are none', () => {
    const ownNumbers = '+49 (30) 2312-500\n030/2312501, +49 30 2312-500\n0900-CALL'
    const plan = planFrom({ ...planFields(planOf('DE')), ownNumbers })
    expect(plan.ownNumbers).toEqual(['+49302312500', '0302312501', '0900CALL'])
    const issues = numberPlanSchema.safeParse(plan).error?.issues ?? []
    const wrong = new Set(issues.map(({ path }) => path.join('.')))
    expect(wrongEntries(wrong, 'ownNumbers', ownNumbers)).toEqual(['0900CALL'])
  })
})
