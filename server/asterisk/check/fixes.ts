import type { PbxFix } from '../../../shared/pbx-check.ts'

/**
 * Lines that are to be added to a file of the PBX, and how it takes them up.
 * @param command of Asterisk's own command line
 */
export function fixOf(file: string, section: string | null, lines: string[], command: string): PbxFix {
  return { file, section, lines, then: `asterisk -rx '${command}'` }
}

/** The same for the dialplan: the lines name their contexts themselves. */
export function dialplanFix(lines: string[]): PbxFix {
  return fixOf('extensions.conf', null, lines, 'dialplan reload')
}
