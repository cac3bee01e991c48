import type { Connection } from 'mongoose'
import { phoneBookEntrySchema } from '../../shared/phone-book.ts'
import { createVersioned } from '../database/versioned.ts'

export type PhoneBookStore = ReturnType<typeof createPhoneBookStore>

/** The collection of entries. @param onMisfit is told of a document that this version cannot read */
export function createPhoneBookStore(connection: Connection, onMisfit: (id: string) => void) {
  return createVersioned(connection, 'phoneBook', phoneBookEntrySchema, onMisfit)
}
