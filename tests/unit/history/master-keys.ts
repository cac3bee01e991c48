import { createMasterKeys, masterKeyLength } from '../../../server/keys/master-keys.ts'

/** The master key of every history in the tests: the same in each process. */
export const masterKeys = createMasterKeys([Buffer.alloc(masterKeyLength, 7)])
