import { z } from 'zod'
import { newPersonRequestSchema, type NewPerson } from './administration.ts'
import { roleSchema } from './people.ts'

/** The columns that a list of people may have, by the names in its first line. */
export const importColumns = ['signInName', 'displayName', 'roles', 'extension', 'password'] as const
export type ImportColumn = (typeof importColumns)[number]

const cellSchema = z.string().max(300)
/** One row of a list of people, as it stands there. */
export const importRowSchema = z.strictObject({
  /** Where it stands in the file, from 1. */
  line: z.number().int().positive(),
  signInName: cellSchema,
  displayName: cellSchema,
  /** Roles by their names, with spaces, commas or semicolons between. */
  roles: cellSchema,
  extension: cellSchema,
  password: cellSchema,
})
export type ImportRow = z.infer<typeof importRowSchema>

/** How many rows one request may bring: each password takes a while to be made safe. */
export const mostImportRows = 25

export const importFaultSchema = z.enum([
  'signInNameInvalid',
  'signInNameTaken',
  'signInNameTwice',
  'displayNameMissing',
  'displayNameLong',
  'rolesMissing',
  'rolesUnknown',
  'extensionInvalid',
  'passwordInvalid',
])
export type ImportFault = z.infer<typeof importFaultSchema>

/** What is wrong with a row; good rows have no faults. */
export const importVerdictSchema = z.object({ line: z.number(), faults: z.array(importFaultSchema) })

export interface CheckedRow {
  line: number
  /** The person it would make; null when something is wrong with it. */
  person: NewPerson | null
  faults: ImportFault[]
}

const { signInName: signInNameSchema, displayName, extension, password } = newPersonRequestSchema.shape

/**
 * Says of each row whether it makes a person, and if not, all that is wrong with it.
 * @param taken sign-in names that there are already
 */
export function checkImport(rows: readonly ImportRow[], taken: ReadonlySet<string>): CheckedRow[] {
  const seen = new Set<string>()
  return rows.map((row) => {
    const faults: ImportFault[] = []
    const signInName = signInNameSchema.safeParse(row.signInName)
    if (!signInName.success) faults.push('signInNameInvalid')
    else if (taken.has(signInName.data)) faults.push('signInNameTaken')
    else if (seen.has(signInName.data)) faults.push('signInNameTwice')
    else seen.add(signInName.data)

    if (row.displayName.trim() === '') faults.push('displayNameMissing')
    else if (!displayName.safeParse(row.displayName).success) faults.push('displayNameLong')

    const named = row.roles.toLowerCase().match(/[^\s,;|+/]+/g) ?? []
    if (named.length === 0) faults.push('rolesMissing')
    else if (!z.array(roleSchema).safeParse(named).success) faults.push('rolesUnknown')

    const desk = row.extension.trim()
    if (desk !== '' && !extension.safeParse(desk).success) faults.push('extensionInvalid')
    if (!password.safeParse(row.password).success) faults.push('passwordInvalid')

    const person = newPersonRequestSchema.safeParse({
      signInName: row.signInName,
      displayName: row.displayName,
      roles: named,
      password: row.password,
      ...(desk === '' ? {} : { extension: desk }),
    })
    return { line: row.line, person: faults.length === 0 && person.success ? person.data : null, faults }
  })
}
