import {
  defaultVerification,
  verificationDefinitionSchema,
  type VerificationDefinition,
} from '../../shared/verification.ts'
import type { Database } from '../database/database.ts'
import { createDefinitions, type Definitions } from '../database/definitions.ts'

/** How callers are verified, in all its versions: a call names the one that it was verified by. */
export type DefinitionStore = Pick<Definitions<VerificationDefinition>, 'newest' | 'add'>

export function createDefinitionStore(database: Database): DefinitionStore {
  return createDefinitions(
    database,
    'verification_definitions',
    verificationDefinitionSchema,
    defaultVerification,
  )
}
