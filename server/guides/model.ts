import type { Connection } from 'mongoose'
import { guideSchema } from '../../shared/guides.ts'
import { createVersioned } from '../database/versioned.ts'

export type GuideStore = ReturnType<typeof createGuideStore>

/**
 * The collection of guides, by whom they are for: `everybody`, `queue:NAME`, `number:DIGITS`.
 * @param onMisfit is told of a document that this version cannot read
 */
export function createGuideStore(connection: Connection, onMisfit: (id: string) => void) {
  return createVersioned(connection, 'guides', guideSchema, onMisfit)
}
