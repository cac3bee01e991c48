import { ProblemError } from '../../shared/problems.ts'

/** The version of what is stored; what was stored before versions were kept has never been changed since. */
export function versionOf(stored: { version?: number | undefined }): number {
  return stored.version ?? 0
}

/**
 * Refuses a change that was decided on by looking at something older than what there is now.
 * @param lookedAt the version that was looked at; null for the command line, which does not look first
 * @throws ProblemError `edit.outdated`
 */
export function refuseOutdated(stored: { version?: number | undefined }, lookedAt: number | null): void {
  if (lookedAt !== null && lookedAt !== versionOf(stored)) throw new ProblemError('edit.outdated')
}
