import type { Connection } from 'mongoose'
import { createVersioned } from '../database/versioned.ts'
import { numberPlanSchema } from '../../shared/number-plan.ts'
import { scheduleSchema } from '../../shared/opening-hours.ts'
import { dialledNumberSchema } from '../../shared/settings.ts'

export type SettingsStore = ReturnType<typeof createSettingsStore>

/**
 * The collections of how the center is set up.
 * @param onMisfit is told of a document that this version cannot read
 */
export function createSettingsStore(connection: Connection, onMisfit: (id: string) => void) {
  return {
    /** One document, `plan`. */
    plans: createVersioned(connection, 'numberPlans', numberPlanSchema, onMisfit),
    /** By the number's digits. */
    numbers: createVersioned(connection, 'dialledNumbers', dialledNumberSchema, onMisfit),
    /** `centre`, or `queue:NAME`. */
    schedules: createVersioned(connection, 'schedules', scheduleSchema, onMisfit),
  }
}
